# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two kernels' network stacks on one wire (namespaces), of which one has what the other is to get."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WIRE = """
set -e
ip link set lo up
ip link add eth0 address 52:54:00:00:00:01 type veth peer name port
ip link add other address 52:54:00:00:00:99 type veth peer name port2
ip link add switch type bridge
for port in port port2; do ip link set $port master switch up; done
ip link set switch up; ip link set eth0 up
ip address add 192.0.2.10/24 dev eth0
unshare --net sleep 60 & there=$!
while [ "$(readlink /proc/$there/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
ip link set other netns $there
nsenter --net=/proc/$there/ns/net sh -ec "ip address add 192.0.2.$LAST/24 dev other; ip link set other up
ip address add 2001:db8::$LAST/64 dev other nodad"
ip address add 2001:db8::10/64 dev eth0
for _turn in $(seq 50); do
  ip -6 address show dev eth0 | grep tentative | grep -qv dadfailed || break
  sleep 0.1
done
"$PYTHON" -c "$ASK" $SHARED
kill $there
"""
ASK = """
import sys
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.claims import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.running import seen
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import RunningState
print(*taken(RunningState(), seen(), sys.argv[1:]), sep="\\n")
"""
FOUR, SIX = (f"{address} on eth0 is also the address of another machine" for address in ("192.0.2.10", "2001:db8::10"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize(
    ("last", "shared", "told"),
    [
        (10, "", [FOUR, SIX]),
        (11, "", []),
        (10, "192.0.2.0/24", [SIX]),
        (10, "192.0.2.10 2001:db8::10", []),
    ],
)
def test_another_machine_with_the_same_address_is_found(last: int, shared: str, told: list[str]) -> None:
    collections = next(each for each in Path(__file__).parents if (each / "galaxy.yml").exists()) / ".venv/collections"
    values = {"LAST": str(last), "SHARED": shared, "ASK": ASK}
    ended = subprocess.run(
        ["unshare", "--net", "sh", "-c", WIRE],
        env={**os.environ, **values, "PYTHON": sys.executable, "PYTHONPATH": str(collections)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line]
    assert [line.partition(". Declare")[0].partition(", with")[0] for line in lines] == told
    assert ("52:54:00:00:00:99" in ended.stdout) is (FOUR in told)
