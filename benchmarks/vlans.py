# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own time for a zone's VLANs: from parsed answers to rows, and from there to a decision.

Prints a table in Markdown. ``python benchmarks/vlans.py [runs]``; the answers are made up by a seed, in the words of
``listGuestVlans`` and ``listNetworks``, so no server's time is in the figures.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / ".venv" / "collections")]

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.change import Policy, ensure_vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.info import Question, listed_vlans

Json = dict[str, Any]
VLANS, NETWORKS, GIVEN = 4000, 2000, 200  # in the pool, networks in all, of which with a VLAN given by hand
FIRST = 10
SPELLED = f"{FIRST}-{FIRST + VLANS - 1}"


class Answers:
    """The adapter's client over texts of JSON: parsing them is our time too."""

    def __init__(self) -> None:
        random = Random(5)
        tags = random.sample(range(FIRST, FIRST + VLANS), NETWORKS - GIVEN)
        networks = [_network(n, tag) for n, tag in enumerate(tags)]
        networks += [_network(n, 4010 + n % 80, "Setup", True) for n in range(len(tags), NETWORKS)]
        nics = [{"id": f"vm{n}", "nic": [{"networkid": f"n{n}"}]} for n in range(0, NETWORKS, 2)]
        vlans = [{"vlan": str(tag), "taken": "2026-11-01", "network": [networks[n]]} for n, tag in enumerate(tags)]
        found: Mapping[str, Sequence[Json]] = {
            "listZones": [{"id": "z", "name": "z1"}],
            "listPhysicalNetworks": [{"id": "p", "name": "phys1", "zoneid": "z", "vlan": SPELLED}],
            "listGuestVlans": vlans,
            "listNetworks": networks,
            "listVirtualMachines": nics,
            "listDedicatedGuestVlanRanges": [
                {"id": f"d{n}", "account": f"a{n}", "guestvlanrange": f"{3000 + n * 5}-{3002 + n * 5}"}
                for n in range(100)
            ],
        }
        self.texts = {command: json.dumps(rows) for command, rows in found.items()}
        self.calls = 0

    def listing(self, command: str, key: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        self.calls += 1
        if (params or {}).get("projectid"):
            return []
        return cast("list[Json]", json.loads(self.texts.get(command, "[]")))


def _network(number: int, tag: int, state: str = "Implemented", given: bool = False) -> Json:
    return {
        "id": f"n{number}",
        "name": f"net-{number}",
        "state": state,
        "vlan": str(tag),
        "broadcasturi": f"vlan://{tag}",
        "account": f"a{number % 97}",
        "domainpath": "ROOT/customers",
        "physicalnetworkid": "p",
        "specifyvlan": given,
        "type": "Isolated",
        "service": [{"name": "Dhcp", "provider": [{"name": "VirtualRouter"}]}],
    }


def timed(runs: int, what: str) -> tuple[str, float, float, int]:
    seconds, calls = [], 0
    for _ in range(runs):
        client = Answers()
        cloud = cast("Any", Gateway(cast("Any", client)))
        began = time.process_time()
        if what == "judged":
            result = cast("Any", listed_vlans(cloud, Question("z1")).result)
            if result["physical_networks"][0]["allocated"] != NETWORKS - GIVEN:
                raise SystemExit("the benchmark reads other VLANs than it created")
        elif what == "same":
            ensure_vlans(cloud, "z1", "phys1", SPELLED, "present", False, Policy())
        else:
            cloud.physical_networks.fresh = lambda held: held
            ensure_vlans(cloud, "z1", "phys1", "4090-4094", "present", True, Policy())
        seconds.append(time.process_time() - began)
        calls = client.calls
    return what, statistics.median(seconds), max(seconds), calls


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = [
        timed(runs, "judged"),
        timed(runs, "changed"),
        timed(runs, "same"),
    ]
    print(f"{VLANS} VLANs, {NETWORKS} networks ({GIVEN} with a VLAN given), 100 dedications; {runs} runs\n")
    print("| task | median CPU s | worst CPU s | listings |\n|---|---|---|---|")
    titles = {
        "judged": "cs_vlan_info",
        "changed": "cs_vlan_range, decision about a change",
        "same": "cs_vlan_range, no change",
    }
    for name, median, worst, calls in rows:
        print(f"| {titles[name]} | {median:.3f} | {worst:.3f} | {calls} |")


if __name__ == "__main__":
    main()
