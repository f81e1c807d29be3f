# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches, VMkernel ports, iSCSI and unused port groups: what is decided, and what would disconnect a host."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.change import changes
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.change_network import settle
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.model import (
    DISTRIBUTED,
    STANDARD,
    IscsiInitiator,
    KernelAdapter,
    PortGroup,
    SwitchPolicy,
    Vsphere,
    VsphereHost,
    VsphereSwitch,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.wanted import (
    KernelWanted,
    SwitchWanted,
    VsphereChange,
    VsphereWanted,
)

POLICY = SwitchPolicy("loadbalance_srcid", ("vmnic0", "vmnic2"), (), False, True, True)
FIRST = VsphereSwitch("vSwitch0", STANDARD, 128, 1500, ("vmnic0", "vmnic2"), POLICY)
CARDS = tuple(HypervisorNic(f"vmnic{n}", "", 10000, up=n != 3) for n in range(5))
HOST = VsphereHost(
    HypervisorHost(
        "host-1",
        "esx01",
        version="7.0.3",
        nics=CARDS,
        networks=(
            HypervisorNetwork("Management Network", "portgroup", None, (), (), "vSwitch0"),
            HypervisorNetwork("VM Network", "portgroup", None, (), (), "vSwitch1"),
        ),
    ),
    switches=(
        FIRST,
        VsphereSwitch("vSwitch1", STANDARD, 128, 1500, ("vmnic3",), SwitchPolicy("loadbalance_srcid", ("vmnic3",), ())),
        VsphereSwitch("DVS0", DISTRIBUTED, None, 1500, ("vmnic1",)),
    ),
    adapters=(KernelAdapter("vmk0", "Management Network", "10.0.0.1", ("management",)),),
)


def decided(wanted: VsphereWanted, host: VsphereHost = HOST) -> tuple[VsphereChange, ...]:
    return changes(Vsphere("cloud", "dc", (host,)), wanted)


def refused(wanted: VsphereWanted, host: VsphereHost = HOST) -> list[str]:
    with pytest.raises(Refused) as failed:
        decided(wanted, host)
    return [each.code for each in failed.value.reasons]


def switch(name: str = "vSwitch0", **more: object) -> VsphereWanted:
    policy = {key: more.pop(key) for key in tuple(more) if key in SwitchPolicy.__dataclass_fields__}
    return VsphereWanted(switches=(SwitchWanted(name, policy=SwitchPolicy(**policy), **more),))  # type: ignore[arg-type]


def test_only_what_differs_of_a_switch_is_told_and_changed() -> None:
    wanted = switch(ports=4088, mtu=1500, promiscuous=False, forged_transmits=False, active=("vmnic0", "vmnic2"))
    (change,) = decided(wanted)
    assert (change.held, change.wanted) == (
        {"ports": 128, "forged_transmits": True},
        {"ports": 4088, "forged_transmits": False},
    )
    assert change.target == replace(FIRST, ports=4088, policy=replace(POLICY, forged_transmits=False))


def test_a_switch_that_is_as_it_should_be_is_left() -> None:
    assert decided(switch(ports=128, nics=("vmnic2",), standby=(), active=("vmnic0", "vmnic2"))) == ()


def test_order_of_failover_matters() -> None:
    (change,) = decided(switch(active=("vmnic2", "vmnic0")))
    assert change.wanted == {"active_nics": ["vmnic2", "vmnic0"]}


def test_an_added_card_carries_traffic_or_stands_by() -> None:
    (active,) = decided(switch(nics=("vmnic4",)))
    assert active.wanted == {
        "nics": ["vmnic0", "vmnic2", "vmnic4"],
        "active_nics": ["vmnic0", "vmnic2", "vmnic4"],
    }
    (standby,) = decided(switch(nics=("vmnic4",), active=("vmnic0", "vmnic2")))
    assert standby.wanted == {"nics": ["vmnic0", "vmnic2", "vmnic4"], "standby_nics": ["vmnic4"]}


def test_a_card_that_stands_by_is_active_no_longer() -> None:
    (change,) = decided(switch(standby=("vmnic2",)))
    assert change.wanted == {"active_nics": ["vmnic0"], "standby_nics": ["vmnic2"]}


def test_a_switch_that_is_missing_is_made_with_its_port_groups() -> None:
    wanted = replace(switch("vSwitch7", nics=("vmnic4",)), port_groups=(PortGroup("guest", "vSwitch7", 5),))
    made, group = decided(wanted)
    assert (made.held, group.kind) == (None, "port_group")
    assert made.target == VsphereSwitch(
        "vSwitch7", STANDARD, 128, 1500, ("vmnic4",), SwitchPolicy("loadbalance_srcid", ("vmnic4",), ())
    )


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (switch("DVS0", mtu=9000), ["switch_other_kind"]),
        (switch(nics=("vmnic9",)), ["nic_missing"]),
        (switch(nics=("vmnic1", "vmnic3")), ["nic_elsewhere", "nic_elsewhere"]),
        (switch(active=("vmnic4",)), ["nic_not_uplink"]),
        (switch("vSwitch7", active=("vmnic4",)), ["nic_not_uplink"]),
        (switch(active=(), standby=()), ["switch_of_host"]),
        (switch(teaming="loadbalance_ip"), ["switch_of_host"]),
        (VsphereWanted(kernel=(KernelWanted("Verwaltung", ("vmotion",)),)), ["vmkernel_missing"]),
        (VsphereWanted(port_groups=(PortGroup("guest", "DVS0", 5),)), ["switch_missing"]),
    ],
)
def test_what_would_disconnect_or_cannot_be_is_refused(wanted: VsphereWanted, codes: list[str]) -> None:
    assert refused(wanted) == codes


def test_a_port_channel_cannot_be_left_from_here_either() -> None:
    held = replace(HOST, switches=(replace(FIRST, policy=replace(POLICY, teaming="loadbalance_ip")),))
    assert refused(switch(teaming="failover_explicit"), held) == ["switch_of_host"]


def test_a_switch_of_guests_may_get_any_teaming() -> None:
    (change,) = decided(switch("vSwitch1", teaming="loadbalance_ip"))
    assert change.wanted == {"teaming_policy": "loadbalance_ip"}


def test_services_of_a_vmkernel_port_are_added() -> None:
    (change,) = decided(VsphereWanted(kernel=(KernelWanted("Management Network", ("management", "vmotion")),)))
    assert (change.name, change.held, change.wanted) == ("vmk0", ["management"], ["management", "vmotion"])


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (None, {"enabled": True, "targets": ["10.1.0.1", "10.1.0.2"]}),
        (IscsiInitiator("vmhba64"), {"enabled": True, "targets": ["10.1.0.1", "10.1.0.2"]}),
        (
            IscsiInitiator("vmhba64", ("10.9.9.9", "10.1.0.2")),
            {"enabled": True, "targets": ["10.9.9.9", "10.1.0.2", "10.1.0.1"]},
        ),
    ],
)
def test_iscsi_targets_are_added_to_those_that_there_are(held: IscsiInitiator | None, wanted: object) -> None:
    (change,) = decided(VsphereWanted(iscsi_targets=("10.1.0.1", "10.1.0.2")), replace(HOST, iscsi=held))
    assert change.wanted == wanted
    there = replace(HOST, iscsi=IscsiInitiator("vmhba64", ("10.1.0.2", "10.1.0.1")))
    assert decided(VsphereWanted(iscsi_targets=("10.1.0.1", "10.1.0.2")), there) == ()


def test_unused_port_groups_are_removed_only_where_asked() -> None:
    cluster = Vsphere("cloud", "dc", (HOST,), unused_groups=("cloud.guest.7.0.1-DVS0",))
    assert changes(cluster, VsphereWanted()) == ()
    (change,) = changes(cluster, VsphereWanted(unused_groups=True))
    assert (change.host, change.name, change.wanted) == ("", "cloud.guest.7.0.1-DVS0", "absent")


CARD = st.sampled_from(("vmnic0", "vmnic2", "vmnic4", "vmnic5"))
ORDER = st.none() | st.lists(CARD, unique=True, max_size=4).map(tuple)


@given(st.lists(CARD, unique=True, max_size=4).map(tuple), ORDER, ORDER)
def test_settling_twice_is_settling_once(
    nics: tuple[str, ...], active: tuple[str, ...] | None, standby: tuple[str, ...] | None
) -> None:
    standby = None if standby is None else tuple(each for each in standby if each not in (active or ()))
    wanted = SwitchWanted("vSwitch0", nics=nics, policy=SwitchPolicy(active=active, standby=standby))
    settled = settle(FIRST, wanted)
    assert settle(settled, wanted) == settled
    assert set(FIRST.nics) | set(nics) == set(settled.nics)
    assert not set(settled.policy.active or ()) & set(settled.policy.standby or ())
    if active is not None:
        assert settled.policy.active == active
    if standby is not None:
        assert settled.policy.standby == standby
