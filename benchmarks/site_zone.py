# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone of 10,000 hosts in 500 clusters, exported and applied by ``site.yml`` without a change.

Fails above the bounds: seconds of CPU beyond ``ansible-inventory --list`` of the same inventory, API calls, MiB.
``ansible-inventory`` prints the whole declaration for each host, so it is stopped when it has used as much as site.yml.
With ``--export``, which leaves out the variables of groups, it is shown only.
Run: python benchmarks/site_zone.py [HOSTS] [CLUSTERS]
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from cost import cost

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.declaration.export import exported
from sandbox.server import Sandbox
from sandbox.snapshot import Line, fill
from unit.sandbox.client import Api

BOUND, CALLS, MIB = 20.0, 200, 1024
CLUSTERS_PER_POD = 10


def lines(hosts: int, clusters: int) -> Iterator[Line]:
    """A zone whose pods have ten clusters each."""
    yield {"kind": "zone", "name": "z1"}
    for pod in range(-(-clusters // CLUSTERS_PER_POD)):
        yield {"kind": "pod", "name": f"p{pod}", "zone": "z1", "net": f"10.{pod}.0.1"}
    for number in range(clusters):
        pod_name = f"p{number // CLUSTERS_PER_POD}"
        yield {"kind": "cluster", "name": f"c{number:03}", "pod": pod_name, "hypervisor": "KVM"}
    for number in range(hosts):
        size = {"cores": 16, "mhz": 2400, "memory_gib": 256, "vms": []}
        yield {"kind": "host", "name": f"kvm{number:05}", "cluster": f"c{number % clusters:03}", **size}


def network(api: Api) -> None:
    """The physical network that every zone has."""
    zone = api.ok("listZones")["zone"][0]["id"]
    # The server takes one for a disabled zone alone.
    api.ok("updateZone", id=zone, allocationstate="Disabled")
    made = api.done("createPhysicalNetwork", zoneid=zone, name="tenants", isolationmethods="VLAN")["physicalnetwork"]
    for kind in ("Management", "Guest", "Public"):
        api.done("addTrafficType", physicalnetworkid=made["id"], traffictype=kind)
    api.done("updatePhysicalNetwork", id=made["id"], vlan="100-200", state="Enabled")
    for provider in api.ok("listNetworkServiceProviders", physicalnetworkid=made["id"])["networkserviceprovider"]:
        if provider["name"] in ("VirtualRouter", "VpcVirtualRouter"):
            elements = api.ok("listVirtualRouterElements", nspid=provider["id"])["virtualrouterelement"]
            for element in elements:
                api.done("configureVirtualRouterElement", id=element["id"], enabled="true")
            api.done("updateNetworkServiceProvider", id=provider["id"], state="Enabled")
    api.ok("updateZone", id=zone, allocationstate="Enabled")


def write(server: Sandbox, folder: Path) -> None:
    """The zone as an inventory, with a vault that has a value for each of its variables."""
    client = Client(Http(Endpoint(url=server.url, key=server.key, secret=server.secret)))
    found = exported(Gateway(client), "z1")
    for file in found.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content, encoding="utf-8")


def main(arguments: list[str]) -> int:
    hosts, clusters = (int(each) for each in (arguments + ["10000", "500"][len(arguments) :])[:2])
    with Sandbox(seed=1, speed=100.0) as server, tempfile.TemporaryDirectory() as name:
        server.run(lambda world: fill(world, lines(hosts, clusters)))
        inventory = Path(name) / "inventory"
        network(Api(server))
        write(server, inventory)
        command = ("ansible-playbook", "-i", inventory, ROOT / "playbooks/site.yml")
        applied = cost(server, *command)
        enough = math.ceil(applied.cpu)
        listed = cost(server, "ansible-inventory", "-i", inventory, "--list", keep=False, limit=enough)
        exported_alone = cost(server, "ansible-inventory", "-i", inventory, "--list", "--export", keep=False)
    good = applied.status == 0 and "changed=0" in applied.output
    if not good:
        print(applied.output[-3000:])
    beyond = applied.cpu - listed.cpu
    if os.environ.get("SHOW"):
        Path(os.environ["SHOW"]).write_text(applied.output, encoding="utf-8")
    stopped = " (stopped)" if listed.status else ""
    print(f"| {hosts:,} hosts, {clusters} clusters | --list --export | --list{stopped} | site.yml | bound |")
    print("|---|---|---|---|---|")
    print(f"| seconds of CPU | {exported_alone.cpu:.1f} | {listed.cpu:.1f} | {applied.cpu:.1f} | |")
    print(f"| seconds of CPU beyond --list | | | {beyond:.1f} | {BOUND:.0f} |")
    print(f"| API calls | | | {applied.calls} | {CALLS} |")
    print(f"| MiB | {exported_alone.memory} | {listed.memory} | {applied.memory} | {MIB} |")
    return 0 if good and beyond <= BOUND and applied.calls <= CALLS and applied.memory <= MIB else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
