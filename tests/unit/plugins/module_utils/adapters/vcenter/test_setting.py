# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checklist finds is set in a vCenter: switches, VMkernel ports, iSCSI, and what is left of guest networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from counterparts.vcenter import Vcsim

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.hosts import open_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.check import judge_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.expected import VsphereExpected
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.model import SwitchPolicy, Vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.wanted import (
    KernelWanted,
    SwitchWanted,
    VsphereWanted,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vsphere.hosts import ensure_vsphere_hosts

FIRST, NAMES = "esx01.example.net", ["esx01.example.net", "esx02.example.net"]
SWITCH = "Config.Network.Vswitch.0"
LEFT = ("cloud.guest.1203.200.1-DVS0", "cloud.guest.untagged.0.1-DVS0")


@pytest.fixture
def vcenter() -> Iterator[Vcsim]:
    with Vcsim(hosts=2, guests=2) as running:
        yield running


def ensure(vcenter: Vcsim, wanted: VsphereWanted, check_mode: bool = False) -> Outcome:
    with closing(open_vsphere(vcenter.access(), "DC0_C0")) as hosts:
        return ensure_vsphere_hosts(hosts, wanted, check_mode)


def seen(vcenter: Vcsim) -> Vsphere:
    with closing(open_vsphere(vcenter.access(), "DC0_C0")) as hosts:
        return hosts.read()


def found(vcenter: Vcsim, *codes: str, **expected: Any) -> list[str]:
    judged = judge_vsphere(seen(vcenter), VsphereExpected(joined=True, **expected)).findings
    return [each.code for each in judged if each.code in codes]


def once(vcenter: Vcsim, wanted: VsphereWanted, reads: int = 4) -> Outcome:
    """Foretold, done as foretold, and not done a second time."""
    foretold = ensure(vcenter, wanted, check_mode=True)
    before = len(vcenter.calls())
    made = ensure(vcenter, wanted)
    assert (foretold.before, foretold.after, foretold.result) == (made.before, made.after, made.result)
    assert made.changed
    assert len(vcenter.calls()) > before + reads
    assert not ensure(vcenter, wanted).changed
    return made


def test_a_switch_gets_ports_cards_teaming_and_security(vcenter: Vcsim) -> None:
    vcenter.plant(FIRST, f"{SWITCH}.Spec.Policy.NicTeaming.NicOrder.ActiveNic", ["vmnic0"])
    assert found(vcenter, "nic_unused", "nic_single") == ["nic_unused"]
    policy = SwitchPolicy("failover_explicit", ("vmnic2", "vmnic0"), ("vmnic4",), False, False, False)
    wanted = SwitchWanted("vSwitch0", 4088, 9000, ("vmnic4",), policy)
    made = once(vcenter, VsphereWanted(switches=(wanted,)))
    assert (made.result["hosts"], made.result["restart"]) == (NAMES, [])
    for host in seen(vcenter).hosts:
        switch = host.switch("vSwitch0")
        assert switch
        assert (switch.ports, switch.mtu, switch.policy) == (4088, 9000, policy)
        assert switch.nics == ("vmnic0", "vmnic2", "vmnic4")
    assert found(vcenter, "nic_unused", "nic_single", "mtu_differs", "teaming_differs") == []


def test_the_rest_of_a_policy_stays(vcenter: Vcsim) -> None:
    vcenter.plant(FIRST, f"{SWITCH}.Spec.Policy.NicTeaming.FailureCriteria.CheckBeacon", True)
    ensure(vcenter, VsphereWanted(switches=(SwitchWanted("vSwitch0", 4088),)))
    with closing(vcenter.open()) as gateway:
        host = gateway.client.reference("HostSystem", gateway.read().hosts[0].id)
        (spec,) = [each.spec for each in host.configManager.networkSystem.networkInfo.vswitch]
    assert spec.policy.nicTeaming.failureCriteria.checkBeacon
    assert spec.bridge.linkDiscoveryProtocolConfig.protocol == "cdp"
    assert spec.policy.security.macChanges


def test_ports_of_an_old_host_need_a_restart_and_end_the_finding(vcenter: Vcsim) -> None:
    for name in NAMES:
        vcenter.plant(name, "Config.Product.Version", "5.1.0")
    assert found(vcenter, "switch_ports_few") == ["switch_ports_few"] * 2
    assert once(vcenter, VsphereWanted(switches=(SwitchWanted("vSwitch0", 4088),))).result["restart"] == NAMES
    assert found(vcenter, "switch_ports_few") == []


def test_a_switch_is_made_where_it_is_missing(vcenter: Vcsim) -> None:
    once(vcenter, VsphereWanted(switches=(SwitchWanted("vSwitch1", nics=("vmnic4",)),)))
    assert found(vcenter, "switch_missing", "switches_differ", labels=(("guest", "vSwitch1"),)) == []


def test_the_management_port_gets_vmotion_and_management_traffic(vcenter: Vcsim) -> None:
    for index in (0, 1):
        vcenter.plant(FIRST, f"Config.VirtualNicManagerInfo.NetConfig.{index}.SelectedVnic", [])
    assert found(vcenter, "management_traffic_off", "vmotion_off") == ["management_traffic_off", "vmotion_off"]
    made = once(vcenter, VsphereWanted(kernel=(KernelWanted("Management Network", ("management", "vmotion")),)))
    assert made.result["hosts"] == [FIRST]
    assert found(vcenter, "management_traffic_off", "vmotion_off") == []


def test_software_iscsi_is_enabled_with_its_targets(vcenter: Vcsim) -> None:
    targets = ("10.1.0.1", "10.1.0.2")
    assert set(found(vcenter, "iscsi_off", iscsi_targets=targets)) == {"iscsi_off"}
    once(vcenter, VsphereWanted(iscsi_targets=targets[:1]))
    assert found(vcenter, "iscsi_off", "iscsi_target_missing", iscsi_targets=targets) == ["iscsi_target_missing"] * 2
    once(vcenter, VsphereWanted(iscsi_targets=targets), reads=3)
    assert found(vcenter, "iscsi_off", "iscsi_target_missing", iscsi_targets=targets) == []
    assert [each.method for each in vcenter.calls()].count("UpdateSoftwareInternetScsiEnabled") == 2


def test_port_groups_that_guest_networks_left_are_told_and_removed_where_asked(vcenter: Vcsim) -> None:
    with closing(vcenter.open()) as gateway:
        vim = gateway.client.vim
        (datacenter,) = gateway.client.content.rootFolder.childEntity
        (switch,) = [each for each in datacenter.networkFolder.childEntity if each.name == "DVS0"]
        kind = vim.dvs.DistributedVirtualPortgroup.ConfigSpec
        for name in (*LEFT, "cloud.guest.operators own", "backup"):
            switch.AddDVPortgroup_Task([kind(name=name, type="earlyBinding")])
    assert seen(vcenter).unused_groups == LEFT
    assert found(vcenter, "portgroup_unused") == ["portgroup_unused"]
    # A VM that is off, or of another cluster, uses it too.
    (guest, *_others) = vcenter.world()["guests"]
    vcenter.plant(LEFT[0], "Vm", [{"type": "VirtualMachine", "value": guest["id"]}])
    assert seen(vcenter).unused_groups == LEFT[1:]
    vcenter.uproot()
    made = once(vcenter, VsphereWanted(unused_groups=True), reads=5)
    assert made.before == {"cluster": {f"unused_port_group {name}": "present" for name in LEFT}}
    assert made.result["hosts"] == []
    assert found(vcenter, "portgroup_unused") == []
