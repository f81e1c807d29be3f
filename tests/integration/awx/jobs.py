# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: private data directories of ansible-runner, with answers of surveys as unsafe texts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_runner  # type: ignore[import-untyped]  # it ships no types
import yaml
from integration.maintenance.site import Site

from sandbox.server import Sandbox

KEPT = ("PATH", "HOME", "LANG", "ANSIBLE_HOME", "ANSIBLE_COLLECTIONS_PATH")


class Unsafe(str):
    """Survey answers are marked so by AWX."""


class Dumper(yaml.SafeDumper):
    pass


Dumper.add_representer(Unsafe, lambda dumper, data: dumper.represent_scalar("!unsafe", str(data)))


@dataclass
class Awx:
    """A sandbox with a furnished zone, and jobs on it. Each has a directory of its own."""

    box: Sandbox
    site: Site
    folder: Path
    number: int = 24
    # Of an execution environment, in which jobs then run, each in a container of its own.
    image: str = ""
    # Without it, jobs are those of ansible-runner or ansible-navigator alone.
    numbered: bool = True

    def environment(self) -> dict[str, str]:
        """Of a job: what the credential injects, optional fields left empty, and what AWX itself sets."""
        own = {} if self.image else {name: os.environ[name] for name in KEPT if name in os.environ}
        return {
            **own,
            "CLOUDSTACK_ENDPOINT": self.box.url,
            "CLOUDSTACK_KEY": self.box.key,
            "CLOUDSTACK_SECRET": self.box.secret,
            **dict.fromkeys(("CLOUDSTACK_VERIFY", "CLOUDSTACK_TIMEOUT", "CLOUDSTACK_HYPERVISOR_URL"), ""),
            "CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY": "False",
            **({"JOB_ID": str(self.number), "INVENTORY_ID": "1"} if self.numbered else {}),
        }

    def data(self, playbook: str, answers: dict[str, Any] | None = None) -> Path:
        """The private data directory of the next job."""
        self.number += 1
        its = self.folder / str(self.number)
        for name in ("env", "inventory", "project"):
            (its / name).mkdir(parents=True)
        play = [{"name": "Play", "ansible.builtin.import_playbook": f"hostcraft.cloudstack.{playbook}"}]
        (its / "project" / "job.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
        hosts = "\n".join(["localhost ansible_connection=local", *self.site.hosts])
        (its / "inventory" / "hosts").write_text(f"{hosts}\n", encoding="utf-8")
        (its / "env" / "envvars").write_text(yaml.safe_dump(self.environment()), encoding="utf-8")
        own = {"awx_job_id": self.number, "tower_job_id": self.number, "awx_user_name": "anna"}
        given = {name: Unsafe(value) if isinstance(value, str) else value for name, value in (answers or {}).items()}
        python = {} if self.image else {"ansible_python_interpreter": sys.executable}
        (its / "env" / "extravars").write_text(yaml.dump({**python, **own, **given}, Dumper=Dumper), encoding="utf-8")
        return its

    def job(self, playbook: str, *, check: bool = False, answers: dict[str, Any] | None = None) -> Any:
        """answers: of a survey; texts are given as AWX gives them."""
        isolated: dict[str, Any] = {
            "process_isolation": True,
            "process_isolation_executable": "podman",
            "container_image": self.image,
            # As AWX has it on one node: root, and every container has the host's name and its process is number 1.
            "container_options": ["--user=root", "--network", "host"],
        }
        return ansible_runner.run(
            private_data_dir=str(self.data(playbook, answers)),
            playbook="job.yml",
            cmdline="--check --diff" if check else None,
            settings={"suppress_ansible_output": True},
            quiet=True,
            **(isolated if self.image else {}),
        )

    def elsewhere(self, playbook: str, answers: dict[str, Any], *, node: Sequence[str] = ()) -> Any:
        """The job by ``ansible-runner transmit | worker | process``: the worker has only what comes over its input.

        node: the command that starts what follows it on another machine.
        """
        its = self.data(playbook, answers)
        worker, done = its.with_name(f"{its.name}.worker"), its.with_name(f"{its.name}.done")
        sent = _stream(["ansible-runner", "transmit", str(its), "--playbook", "job.yml"], b"")
        back = _stream([*node, "ansible-runner", "worker", "--private-data-dir", str(worker)], sent)
        _stream(["ansible-runner", "process", str(done)], back)
        return Elsewhere(done / "artifacts")


@dataclass(frozen=True)
class Elsewhere:
    """What ``process`` has written of a job, with the names of a job of this process."""

    kept: Path

    @property
    def status(self) -> str:
        return (self.kept / "status").read_text(encoding="utf-8")

    @property
    def rc(self) -> int:
        return int((self.kept / "rc").read_text(encoding="utf-8"))

    @property
    def events(self) -> list[dict[str, Any]]:
        found = [json.loads(file.read_text(encoding="utf-8")) for file in (self.kept / "job_events").glob("*.json")]
        return sorted(found, key=lambda event: event["counter"])


def _stream(command: Sequence[str], given: bytes) -> bytes:
    """A command as a process of its own, without any variable for CloudStack."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSTACK_")}
    done = subprocess.run(command, input=given, capture_output=True, check=False, env=clean)
    # The worker ends as its playbook does.
    assert done.returncode in (0, 2), f"{done.returncode} {done.stderr.decode()}"
    return done.stdout


def told(job: Any) -> str:
    """What the job printed, without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", "".join(event.get("stdout", "") + "\n" for event in job.events))


def artifacts(job: Any) -> dict[str, Any]:
    """Of set_stats; AWX hands them to the next nodes of a workflow as extra variables."""
    (found,) = (event["event_data"]["artifact_data"] for event in job.events if event["event"] == "playbook_on_stats")
    return dict(found)
