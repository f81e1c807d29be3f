# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All management servers restarted one by one: drained before, proven after, stopped at the first that fails."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hosts import Fleet, Host

from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.accounts import ManagementServer

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restart_management_servers.yml"
LOG = "/var/log/cloudstack/management/management-server.log"
MODE = "/etc/stand-in-mode"
# A server that serves, or one whose start failed: the process lives, and answers 503.
SERVICE = """
import http.server, pathlib
MODE, LOG = pathlib.Path("@MODE"), pathlib.Path("@LOG")
BROKEN = MODE.exists()
LOG.parent.mkdir(parents=True, exist_ok=True)
with LOG.open("a") as log:
    log.write("INFO [o.a.c.ServerDaemon] Initializing server daemon on null\\n")
    if BROKEN:
        log.write("ERROR Database version 4.23.0.0 is higher than management software version 4.22.0.0 \\x1b[2J\\n")
if BROKEN and MODE.read_text() == "ended":
    raise SystemExit(1)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if BROKEN else 401 if "/api" in self.path else 200)
        self.end_headers()
        self.wfile.write(b"{}")
http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
""".replace("@MODE", MODE).replace("@LOG", LOG)
UNIT = "[Service]\nExecStart=/usr/bin/python3 /usr/local/lib/stand-in.py\n"


def prepare(_name: str, root: Path) -> None:
    (root / "usr/local/lib/stand-in.py").write_text(SERVICE, encoding="utf-8")
    (root / "etc/systemd/system/cloudstack-management.service").write_text(UNIT, encoding="utf-8")


@pytest.fixture(scope="module")
def fleet(boot: Callable[..., Fleet]) -> Fleet:
    found = boot("ms1", "ms2", prepare=prepare)
    for host in found:
        host.run("systemctl start cloudstack-management")
    return found


@pytest.fixture
def cloud(fleet: Fleet) -> Iterator[Sandbox]:
    """CloudStack has both; it is the first that answers calls here."""
    for host in fleet:
        host.run(f"rm -f {MODE}")
    with Sandbox(seed=1, speed=10.0) as made:

        def arrange(world: World) -> None:
            world.server.address = fleet["ms1"].address
            world.server.given = ["agent-1"]
            uuid = world.new_uuid()
            row = ManagementServer(2, uuid, "ms2", address=fleet["ms2"].address, given=["agent-2"])
            world.management_servers.add(row)

        made.run(arrange)
        yield made


def started(host: Host) -> str:
    return host.run("systemctl show --property=MainPID --value cloudstack-management").stdout.strip()


def play(fleet: Fleet, cloud: Sandbox, folder: Path, *options: str, **more: object) -> tuple[int, str]:
    inventory = fleet.inventory()
    inventory["all"] = {"children": {"management_servers": {"hosts": inventory["all"].pop("hosts")}}}
    where = folder / "inventory.json"
    where.write_text(json.dumps(inventory), encoding="utf-8")
    given = {"restart_management_servers_delay": 1, "restart_management_servers_patience": 1, **more}
    environment = {
        **os.environ,
        "CLOUDSTACK_ENDPOINT": cloud.url,
        "CLOUDSTACK_KEY": cloud.key,
        "CLOUDSTACK_SECRET": cloud.secret,
        "ANSIBLE_NOCOLOR": "1",
    }
    ended = subprocess.run(
        ["ansible-playbook", "-i", str(where), "-e", json.dumps(given), *options, str(PLAYBOOK)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def acts(cloud: Sandbox) -> list[str]:
    names = {row.uuid: row.address.rpartition(".")[2] for row in cloud.world.management_servers}
    wanted = ("prepareForMaintenance", "cancelMaintenance", "prepareForShutdown")
    return [
        f"{call.command} {names[call.params['managementserverid']]}" for call in cloud.calls if call.command in wanted
    ]


def test_one_after_the_other_and_both_serve(fleet: Fleet, cloud: Sandbox, tmp_path: Path) -> None:
    before = [started(host) for host in fleet]
    status, output = play(fleet, cloud, tmp_path, "--check")
    assert status == 0, output
    assert ([started(host) for host in fleet], acts(cloud)) == (before, [])
    status, output = play(fleet, cloud, tmp_path)
    assert status == 0, output
    after = [started(host) for host in fleet]
    assert all(one != other for one, other in zip(before, after, strict=True))
    ends = [host.address.rpartition(".")[2] for host in fleet]
    assert acts(cloud) == [f"{act} {end}" for end in ends for act in ("prepareForMaintenance", "cancelMaintenance")]
    assert {row.state for row in cloud.world.management_servers} == {"Up"}
    assert all(f"'{host.address}': 1" in output for host in fleet)


def test_it_stops_at_a_server_that_answers_503_and_names_the_cause(
    fleet: Fleet, cloud: Sandbox, tmp_path: Path
) -> None:
    fleet["ms1"].write(MODE, "broken")
    before = started(fleet["ms2"])
    status, output = play(fleet, cloud, tmp_path)
    assert status != 0
    assert "it answers 503" in output
    assert "[database_newer]" in output
    assert "\x1b" not in output
    assert started(fleet["ms2"]) == before
    assert acts(cloud)[-1].startswith("prepareForMaintenance")
    # Mended, a second run goes on: it joins the maintenance that is there.
    fleet["ms1"].run(f"rm {MODE}")
    status, output = play(fleet, cloud, tmp_path, restart_management_servers_consent=True)
    assert status == 0, output
    assert started(fleet["ms2"]) != before
    assert {row.state for row in cloud.world.management_servers} == {"Up"}


def test_it_stops_at_once_at_a_server_whose_service_has_ended(fleet: Fleet, cloud: Sandbox, tmp_path: Path) -> None:
    """Its unit does not start it again, so half an hour would be waited for nothing."""
    fleet["ms1"].write(MODE, "ended")
    before = started(fleet["ms2"])
    status, output = play(fleet, cloud, tmp_path)
    assert status != 0
    assert "its service has ended" in output
    assert "[database_newer]" in output
    # The limit is 1800 attempts.
    assert output.count("RETRYING") < 20
    assert started(fleet["ms2"]) == before
    fleet["ms1"].run(f"rm {MODE}; systemctl start cloudstack-management")


def test_a_server_that_is_not_drained_is_not_restarted(fleet: Fleet, cloud: Sandbox, tmp_path: Path) -> None:
    before = [started(host) for host in fleet]
    cloud.faults.add("prepareForMaintenance", "agents_stay", target="localhost")
    status, output = play(fleet, cloud, tmp_path)
    assert status != 0
    assert "was not drained, and was not restarted" in output
    assert [started(host) for host in fleet] == before
    assert {row.state for row in cloud.world.management_servers} == {"Up"}
