# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of a network change, called by ansible-playbook over ssh, or on the host without a playbook."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hosts.fleet import COMPILED
from hosts.host import Host

ROOT = Path(__file__).resolve().parents[4]
Json = dict[str, Any]


def play(host: Host, *tasks: Json) -> list[Json]:
    """Run tasks (module and keywords, as in a playbook) by ansible-playbook; returns their results."""
    directory = host.directory / "plays"
    directory.mkdir(exist_ok=True)
    number = len(list(directory.glob("*.yml")))
    book, out = directory / f"{number}.yml", directory / f"{number}.json"
    told = {"ignore_errors": True, "ignore_unreachable": True}
    steps = [{**task, **told, "register": f"answer{index}"} for index, task in enumerate(tasks)]
    answers = ", ".join(f"answer{index}" for index in range(len(tasks)))
    copy = {
        "ansible.builtin.copy": {"content": f"{{{{ [{answers}] | to_json }}}}", "dest": str(out), "mode": "0600"},
        "delegate_to": "localhost",
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    plays = [{"hosts": host.name, "gather_facts": False, "tasks": [*steps, copy]}]
    book.write_text(json.dumps(plays), encoding="utf-8")
    inventory = directory / "inventory.json"
    inventory.write_text(json.dumps(_inventory(host)), encoding="utf-8")
    ended = subprocess.run(
        ["ansible-playbook", "-i", str(inventory), str(book)],
        env={
            **os.environ,
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_DEPRECATION_WARNINGS": "False",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if not out.exists():
        raise AssertionError(ended.stdout + ended.stderr)
    found: list[Json] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _inventory(host: Host) -> Json:
    # Connections of its own: another host may have had the address.
    own = {"ansible_control_path_dir": str(host.directory / "cp")}
    return {"all": {"hosts": {host.name: {**host.connection, **own}}}}


# What one host compiled is there for all: the sources have the dates that they have here.
RUN = f"PYTHONPYCACHEPREFIX={COMPILED}/drive python3 /opt/drive/run.py"
ON_HOST = """
import json, os, sys
sys.path.insert(0, "/opt/drive")
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network import change as task
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.journal import Journal
what, given = json.load(sys.stdin)
try:
    if what == "change":
        checked = ArgumentSpecValidator(task.OPTIONS).validate(given)
        assert not checked.error_messages, checked.error_messages
        answer = task._change(checked.validated_parameters, False)
    else:
        answer = task._confirmed(Journal(), given["token"], False)
except (HostcraftError, OSError) as error:
    answer = {"failed": True, **task._failure(error)}
print(json.dumps(answer))
"""


def codes(answer: Json) -> set[str]:
    return {str(reason["code"]) for reason in (answer.get("details") or {}).get("reasons", ())}


@dataclass(frozen=True)
class Driver:
    """A controller that calls the modules' own code on the host by ssh, without ansible-playbook's start-up time.

    Each call is a connection of its own, as those of the action plugin are.
    """

    host: Host

    def install(self) -> None:
        """Lay the collection's and Ansible's files that a module is sent with onto the host."""
        import ansible

        target = self.host.root / "opt/drive"
        shutil.rmtree(target, ignore_errors=True)
        inner = target / "ansible_collections/hostcraft/cloudstack/plugins/module_utils"
        shutil.copytree(ROOT / "plugins/module_utils", inner, ignore=shutil.ignore_patterns("__pycache__"))
        source = Path(ansible.__file__).parent
        for part in ("module_utils", "_internal"):
            if (source / part).is_dir():
                shutil.copytree(source / part, target / "ansible" / part, ignore=shutil.ignore_patterns("__pycache__"))
        (target / "ansible/__init__.py").touch()
        shutil.copy(source / "release.py", target / "ansible")
        (target / "run.py").write_text(ON_HOST, encoding="utf-8")

    def start(self, what: str, given: Json, address: str = "") -> subprocess.Popen[str]:
        where = address or self.host.address
        # ssh takes the first value that it is given. A beginning is not repeated, a question is.
        patience = 20 if what == "change" else 2
        ssh = [
            "ssh",
            "-o",
            f"ConnectTimeout={patience}",
            "-o",
            f"HostKeyAlias={self.host.address}",
            *self.host.ssh_options,
        ]
        process = subprocess.Popen(
            [*ssh, f"root@{where}", RUN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps([what, given]))
        process.stdin.close()
        process.stdin = None
        return process

    def call(self, what: str, given: Json, address: str = "", seconds: float = 60) -> Json:
        process = self.start(what, given, address)
        try:
            out, error = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"lost": True, "msg": "no answer in time"}
        if process.returncode == 255:
            return {"lost": True, "msg": error.strip()}
        if process.returncode:
            raise AssertionError(error)
        answer: Json = json.loads(out.splitlines()[-1])
        return answer

    def begin(self, parameters: Json) -> tuple[Json, str]:
        token = secrets.token_hex(8)
        return self.call("change", {**parameters, "token": token}), token

    def await_end(self, parameters: Json, token: str, seconds: float) -> Json:
        """Ask to confirm until that is done or known to be impossible, as the action plugin does."""
        end = time.monotonic() + seconds
        address, turn, last = parameters.get("address", ""), 0, {"msg": "never asked"}
        while time.monotonic() < end:
            turn += 1
            last = self.call("confirm", {"token": token}, address if turn % 2 else "", 20)
            if last.get("state") == "confirmed" or codes(last) & {"rolled_back", "no_change"}:
                return last
            time.sleep(0.3)
        return last

    def change(self, parameters: Json) -> Json:
        """Begin and await the end: the answer, with "state" confirmed, rolled_back, refused or as_wanted."""
        begun, token = self.begin(parameters)
        if begun.get("failed"):
            return {**begun, "state": "refused"}
        if begun.get("state") == "as_wanted":
            return begun
        ended = self.await_end(parameters, token, parameters["timeout"] + 30)
        return {**ended, "state": "rolled_back" if ended.get("failed") else ended.get("state", "lost")}
