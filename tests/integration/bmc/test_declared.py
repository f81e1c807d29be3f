# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers and host HA as variables of the hosts of a declared zone, applied by site.yml."""

from __future__ import annotations

from pathlib import Path

import yaml
from integration.zone.apply import INVENTORIES, play, writes

from sandbox.fixture import sandbox
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.security import Bmc

__all__ = ["sandbox"]

PASSWORD = "sesame1"


def inventory(folder: Path, **changes: str) -> Path:
    """The simulator's zone with two KVM hosts more."""
    source = INVENTORIES / "simulator"
    declared = yaml.safe_load((source / "group_vars/all/zone.yml").read_text(encoding="utf-8"))
    zone = declared["cloudstack_zone"]
    zone["clusters"].append({"name": "k1", "pod": "sim-1", "hypervisor": "KVM"})
    hosts = {
        f"k1-h{n}": {
            "cloudstack_cluster": "k1",
            "cloudstack_url": f"http://172.16.15.{220 + n}",
            "cloudstack_oobm": {"address": f"192.0.2.{n}", "username": "admin", "password": PASSWORD, **changes},
            "cloudstack_host_ha": "enabled",
        }
        for n in (1, 2)
    }
    access = {"cloudstack_username": "root", "cloudstack_password": "x"}
    content = {"all": {"vars": declared}, "cloudstack_hosts": {"hosts": hosts, "vars": access}}
    folder.mkdir(exist_ok=True)
    (folder / "hosts.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder / "hosts.yml"


def test_controllers_and_host_ha_are_declared(sandbox: Sandbox, tmp_path: Path) -> None:
    def arrange(world: World) -> None:
        world.bmcs.update({(f"192.0.2.{n}", "623"): Bmc("admin", PASSWORD) for n in (1, 2)})

    sandbox.run(arrange)
    refused = play(sandbox, inventory(tmp_path / "refused", driver="redfish", port="8443"))
    assert refused.status != 0
    assert "redfish" in refused.output
    assert writes(sandbox) == []
    its = inventory(tmp_path / "right")
    first = play(sandbox, its)
    assert first.status == 0, first.output
    assert PASSWORD not in first.output
    held = sandbox.run(lambda world: [(each.address, each.enabled) for each in world.out_of_band.values()])
    assert sorted(held) == [("192.0.2.1", True), ("192.0.2.2", True)]
    assert sandbox.run(lambda world: [each.enabled for each in world.host_ha.values()]) == [True, True]
    again = play(sandbox, its)
    assert (again.status, again.changed) == (0, 0), again.output
