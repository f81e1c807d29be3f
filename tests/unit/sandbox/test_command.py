"""`python -m sandbox` as a person uses it: its three lines, a port that is in use, the demo fleet."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sandbox import fleet
from sandbox.snapshot import fill
from sandbox.world import World

TESTS = Path(__file__).resolve().parents[2]


def refused(*options: str) -> str:
    """What the command says when it does not start."""
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", *options],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_its_first_three_lines_are_a_shell_s_own() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--vms", "3"]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(3)]
        server.terminate()
    script = "".join(lines) + 'env | grep "^CLOUDSTACK_"'
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSTACK_")}
    seen = subprocess.run(["bash", "-c", script], env=clean, capture_output=True, text=True, check=True).stdout
    names = {line.partition("=")[0] for line in seen.splitlines()}
    assert names == {"CLOUDSTACK_ENDPOINT", "CLOUDSTACK_KEY", "CLOUDSTACK_SECRET"}


def test_a_port_in_use_is_told_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refused("--port", str(port))
    assert f"port {port} is in use" in told
    assert "choose another port" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--vms", "5000"), "5000 VMs do not fit on 8 hosts"),
        (("--vms", "-1"), "must not be negative"),
        (("--version", "4.9"), "must be 4.11 or newer"),
        (("--version", "foo"), "must be 4.11 or newer"),
        (("--hosts", "1"), "at least 2 hosts"),
        (("--vms", "3", "--snapshot", "x"), "cannot be combined"),
    ],
)
def test_a_fleet_that_cannot_be_is_told_plainly(options: tuple[str, ...], told: str) -> None:
    assert told in refused("--port", "0", *options)


@pytest.mark.parametrize(("hosts", "vms"), [(2, 0), (5, 12), (8, 60), (40, 300)])
def test_the_fleet_has_what_was_asked_for(hosts: int, vms: int) -> None:
    world = World(seed=1)
    fill(world, fleet.lines(hosts, vms))
    assert (len(world.hosts), len(world.vms)) == (hosts, vms)
    assert [zone.name for zone in world.zones] == ["zurich"]
    names = {cluster.id: cluster.name for cluster in world.clusters}
    assert Counter(names[host.cluster_id] for host in world.hosts) == dict(fleet.shares(hosts))
    assert all(host.used_memory <= fleet.FULLEST * host.memory for host in world.hosts)
