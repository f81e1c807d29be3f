# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example rulebooks, run by ansible-rulebook itself against the embedded CloudStack. Needs a JRE 17.

One process runs all four, twice: what happened while it was away is told by the second one, and nothing else is.
Run: make eda
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from sandbox import fleet
from sandbox.server import Sandbox
from sandbox.snapshot import fill
from sandbox.world import World
from sandbox.world.log import Alert

EDA = ROOT / ".venv" / "eda"
SECONDS = 180.0


def rulebook(folder: Path) -> Path:
    """All example rulebooks in one, polled each second. Renewing certificates needs hosts: only its rule is tested."""
    rulesets: list[Any] = []
    for file in sorted((ROOT / "extensions/eda/rulebooks").glob("*.yml")):
        for ruleset in yaml.safe_load(file.read_text(encoding="utf-8")):
            (source,) = ruleset["sources"]
            settings = source["hostcraft.cloudstack.cloudstack_events"]
            settings.update(interval=1, host_interval=1, cursor=f"{folder}/{file.stem}.cursor")
            for rule in ruleset["rules"]:
                action = rule["action"]
                if action.get("run_playbook", {}).get("name", "").endswith("rotate_certificates"):
                    rule["action"] = {"debug": {"msg": "RENEW {{ event.alert.description }}"}}
            ruleset["hosts"] = "localhost"
            rulesets.append(ruleset)
    target = folder / "all.yml"
    target.write_text(yaml.safe_dump(rulesets, sort_keys=False), encoding="utf-8")
    return target


@contextmanager
def running(server: Sandbox, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    java = shutil.which("java")
    assert java, "install a Java runtime 17: apt-get install openjdk-17-jre-headless"
    environment = {
        **os.environ,
        "PATH": f"{EDA / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "JAVA_HOME": str(Path(java).resolve().parents[1]),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "CLOUDSTACK_ENDPOINT": server.url,
        "CLOUDSTACK_KEY": server.key,
        "CLOUDSTACK_SECRET": server.secret,
    }
    # As the guide says: an inventory without localhost leaves the playbooks no host.
    inventory = folder / "inventory.yml"
    inventory.write_text(
        yaml.safe_dump({"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}), encoding="utf-8"
    )
    values = folder / "vars.yml"
    values.write_text(yaml.safe_dump({"page": f"{folder}/page.html", "cursor": "", "zone": "zurich"}), encoding="utf-8")
    command = ["ansible-rulebook", "--rulebook", str(rulebook(folder)), "-i", str(inventory), "--vars", str(values)]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "--verbose"], env=environment, cwd=folder, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def until(log: Path, process: subprocess.Popen[bytes], *wanted: str) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        text = log.read_text(encoding="utf-8", errors="replace")
        if all(re.search(each, text) for each in wanted):
            return text
        assert process.poll() is None, text
        time.sleep(0.5)
    raise AssertionError(f"not seen: {[each for each in wanted if not re.search(each, text)]} in\n{text}")


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(seed=1, speed=100.0) as sandbox:
        sandbox.run(lambda world: fill(world, fleet.lines(4, 8, 1)))
        yield sandbox


def alert(server: Sandbox, number: int, text: str) -> None:
    def make(world: World) -> None:
        world.alerts.add(Alert(world.alerts.next_id(), world.new_uuid(), number, "ALERT", text, world.now()))

    server.run(make)


def host(server: Sandbox, name: str, **values: str) -> None:
    def change(world: World) -> None:
        row = next(each for each in world.hosts if each.name == name)
        for key, value in values.items():
            setattr(row, key, value)

    server.run(change)


def test_the_examples_act_once_on_what_happens(server: Sandbox, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with running(server, tmp_path, first) as process:
        cursors = [tmp_path / f"{file.stem}.cursor" for file in (ROOT / "extensions/eda/rulebooks").glob("*.yml")]
        end = time.monotonic() + SECONDS
        while not all(each.exists() for each in cursors):
            assert time.monotonic() < end
            assert process.poll() is None, first.read_text(encoding="utf-8")
            time.sleep(0.5)
        host(server, "kvm-a1", state="Disconnected")
        host(server, "kvm-b1", resource_state="ErrorInPrepareForMaintenance")
        alert(server, 31, "Certificate one expires")
        until(first, process, "RENEW Certificate one", r"(?s)Find what is wrong.*Find what is wrong", "host_in_error")
        end = time.monotonic() + SECONDS
        while not (tmp_path / "page.html").exists():
            assert time.monotonic() < end, first.read_text(encoding="utf-8")
            time.sleep(0.5)
    # While nobody watches.
    alert(server, 31, "Certificate two expires")
    with running(server, tmp_path, second) as process:
        text = until(second, process, "RENEW Certificate two")
        assert "Certificate one" not in text
