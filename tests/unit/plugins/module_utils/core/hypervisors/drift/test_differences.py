# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences between CloudStack and its hypervisors: each planted one is named, and a clean pair has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.drift.differences import differences
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.drift.model import Expected
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    CAPABILITIES,
    CRASHED,
    KVM,
    PAUSED,
    STOPPED,
    VMWARE,
    XENSERVER,
    HypervisorGuest,
    HypervisorHost,
    HypervisorNetwork,
    HypervisorNic,
    HypervisorStorage,
    HypervisorView,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30
GUIDE = Path(__file__).resolve().parents[7] / "docs" / "guides" / "hypervisors.md"
POOL = "8f7a9c9e-3a52-3f0b-9f9d-0c6f5d3c1f11"


@dataclass(frozen=True)
class World:
    """Both sides of one cluster."""

    fleet: Fleet
    view: HypervisorView
    expected: Expected

    @property
    def codes(self) -> list[str]:
        return sorted(each.code for each in differences(self.fleet, self.view, self.expected))


def clean(hosts: int = 3, vms: int = 4, kind: str = "XenServer", factor: str = "1.0") -> World:
    """A cluster that both sides tell alike."""
    cluster = Cluster("c", "c", "z", "p", hypervisor=kind, memory_overcommit_ratio=factor)
    known = tuple(
        Host(
            f"h{n}",
            f"host{n}.example.net",
            state="Up",
            resource_state="Enabled",
            ip_address=f"192.0.2.{n + 1}",
            cpu_number=16,
            cpu_speed=2400,
            memory_total=62 * GIB,
        )
        for n in range(hosts)
    )
    seen = tuple(
        HypervisorHost(
            f"uuid{n}",
            f"host{n}",
            address=f"192.0.2.{n + 1}",
            master=n == 0,
            cpu_model="EPYC 7302",
            cpu_count=16,
            cpu_speed=2400,
            memory=64 * GIB,
            reserved=2 * GIB,
            version="8.2.1",
            patches=("XS82E001",),
            nics=(HypervisorNic("eth0"), HypervisorNic("eth1")),
            networks=(HypervisorNetwork("guest", "network", nics=("eth0", "eth1")),),
            storage=(HypervisorStorage("sr", POOL, "nfs", shared=True),),
            agents=(("xapi", "running"),),
            tags=("vmops-version",),
        )
        for n in range(hosts)
    )
    names = [(n, k, f"i-2-{n * vms + k}-VM") for n in range(hosts) for k in range(vms)]
    instances = tuple(
        Instance(name, f"web{k}", "User", "Running", f"h{n}", cpu_number=2, ram=2 * GIB, instance_name=name)
        for n, k, name in names
    )
    least = GIB if float(factor) > 1 else 2 * GIB
    guests = tuple(
        HypervisorGuest(name, name, f"uuid{n}", cpus=2, memory=2 * GIB, memory_max=2 * GIB, memory_min=least)
        for n, _k, name in names
    )
    view = HypervisorView(CAPABILITIES[kind], seen, guests)
    return World(Fleet(cluster, known, instances, {}), view, Expected({"Guest": "guest"}, {POOL: "primary"}))


def host(world: World, **fields: object) -> World:
    """The first host otherwise, as CloudStack tells it."""
    hosts = (replace(world.fleet.hosts[0], **fields), *world.fleet.hosts[1:])  # type: ignore[arg-type]
    return replace(world, fleet=replace(world.fleet, hosts=hosts))


def seen(world: World, **fields: object) -> World:
    """The first host otherwise, as the hypervisor tells it."""
    hosts = (replace(world.view.hosts[0], **fields), *world.view.hosts[1:])  # type: ignore[arg-type]
    return replace(world, view=replace(world.view, hosts=hosts))


def guest(world: World, **fields: object) -> World:
    """The first guest otherwise."""
    guests = (replace(world.view.guests[0], **fields), *world.view.guests[1:])  # type: ignore[arg-type]
    return replace(world, view=replace(world.view, guests=guests))


def more(world: World, *guests: HypervisorGuest) -> World:
    return replace(world, view=replace(world.view, guests=(*world.view.guests, *guests)))


def lost_guest(world: World) -> World:
    return replace(world, view=replace(world.view, guests=world.view.guests[1:]))


def lost_host(world: World) -> World:
    """Its VMs have gone from CloudStack and hypervisor alike."""
    view = replace(world.view, hosts=world.view.hosts[1:], guests=world.view.guests[4:])
    return replace(world, view=view, fleet=replace(world.fleet, instances=world.fleet.instances[4:]))


def stranger(tags: tuple[str, ...]) -> Callable[[World], World]:
    def plant(world: World) -> World:
        new = replace(world.view.hosts[0], id="new", name="new", address="192.0.2.99", master=False, tags=tags)
        return replace(world, view=replace(world.view, hosts=(*world.view.hosts, new)))

    return plant


def networks(*held: HypervisorNetwork) -> Callable[[World], World]:
    return lambda world: seen(world, networks=held)


def storage(*held: HypervisorStorage) -> Callable[[World], World]:
    return lambda world: seen(world, storage=held)


HELD = HypervisorStorage("sr", POOL, "nfs", shared=True)
ISO = HypervisorStorage("iso", "iso library", "iso", reachable=False, shared=True)
GUEST = HypervisorNetwork("guest", "network", nics=("eth0", "eth1"))
DOWN = (HypervisorNic("eth0", up=False), HypervisorNic("eth1", up=False))

PLANTED: list[tuple[str, Callable[[World], World]]] = [
    ("host_missing", lost_host),
    ("host_unknown", stranger(())),
    ("host_disconnected", lambda w: seen(w, connected=False)),
    ("agent_lost", lambda w: host(w, state="Alert")),
    ("maintenance_only_there", lambda w: seen(w, maintenance=True)),
    ("maintenance_only_here", lambda w: host(w, resource_state="Maintenance")),
    ("address_differs", lambda w: seen(w, address="192.0.2.77")),
    ("cpu_count_differs", lambda w: host(w, cpu_number=8)),
    ("cpu_speed_differs", lambda w: host(w, cpu_speed=1200)),
    ("memory_too_high", lambda w: host(w, memory_total=65 * GIB)),
    ("memory_too_low", lambda w: host(w, memory_total=30 * GIB)),
    ("network_missing", networks(HypervisorNetwork("other", "network"))),
    ("network_without_link", lambda w: seen(w, nics=DOWN)),
    ("network_vlan_differs", networks(replace(GUEST, vlan=12))),
    ("pool_missing", storage()),
    ("pool_unreachable", storage(replace(HELD, reachable=False))),
    ("storage_unreachable", storage(HELD, ISO)),
    ("agent_not_running", lambda w: seen(w, agents=(("xapi", "running"), ("multipathd", "failed")))),
    ("version_differs", lambda w: seen(w, version="8.1.0")),
    ("cpu_model_differs", lambda w: seen(w, cpu_model="EPYC 7313")),
    ("patches_missing", lambda w: seen(w, patches=())),
    ("vm_not_running", lost_guest),
    ("vm_not_running", lambda w: guest(w, power=STOPPED, host_id="")),
    ("vm_crashed", lambda w: guest(w, power=CRASHED)),
    ("vm_paused", lambda w: guest(w, power=PAUSED)),
    ("vm_elsewhere", lambda w: guest(w, host_id="uuid1")),
    ("vm_twice", lambda w: more(w, replace(w.view.guests[0], id="again", host_id="uuid2"))),
    ("vm_cpus_differ", lambda w: guest(w, cpus=4)),
    ("vm_memory_differs", lambda w: guest(w, memory=GIB, memory_max=GIB, memory_min=GIB)),
    ("vm_stray", lambda w: more(w, HypervisorGuest("x", "i-2-999-VM", "uuid1", memory=GIB))),
    ("vm_stray", lambda w: more(w, HypervisorGuest("x", "r-77-VM", "uuid1", memory=GIB))),
    ("vm_foreign", lambda w: more(w, HypervisorGuest("x", "jenkins", "uuid1", memory=GIB))),
    ("vm_ballooned", lambda w: guest(w, memory=GIB)),
    ("memory_short", lambda w: seen(w, reserved=57 * GIB)),
]


@pytest.mark.parametrize(("code", "plant"), PLANTED, ids=[f"{n}-{code}" for n, (code, _plant) in enumerate(PLANTED)])
def test_a_planted_difference_is_the_only_one_that_is_named(code: str, plant: Callable[[World], World]) -> None:
    world = plant(clean())
    assert world.codes == [code]
    (found,) = differences(world.fleet, world.view, world.expected)
    assert found.message
    assert found.remedy
    assert found.host or found.code == "network_vlan_differs"


def test_tags_that_stay_on_a_host_that_was_removed() -> None:
    assert stranger(("vmops-version",))(clean()).codes == ["host_unknown", "tags_left"]


def test_a_factor_that_guests_cannot_carry() -> None:
    world = clean(factor="2.0")
    assert world.codes == []
    assert guest(world, memory_min=2 * GIB).codes == ["vm_rigid"]


def test_a_factor_above_what_the_hypervisor_carries() -> None:
    assert "factor_above_limit" in clean(factor="5.0").codes
    assert clean(factor="5.0", kind="KVM").codes == []


@given(st.integers(1, 6), st.integers(0, 8), st.sampled_from(sorted(CAPABILITIES)), st.sampled_from(["1.0", "2.0"]))
def test_a_clean_pair_has_no_difference(hosts: int, vms: int, kind: str, factor: str) -> None:
    assert clean(hosts, vms, kind, factor).codes == []


def test_hosts_that_could_not_be_read_are_not_judged() -> None:
    """Neither they nor their VMs, which may run there all the same."""
    world = clean()
    view = replace(
        world.view,
        hosts=world.view.hosts[1:],
        guests=world.view.guests[4:],
        unread=(("host0.example.net", "connection refused"),),
    )
    assert replace(world, view=view).codes == []


def test_vcenters_own_helper_vms_are_nobodys() -> None:
    world = clean(kind="VMware")
    helper = HypervisorGuest("x", "vCLS (3)", "uuid1", memory=GIB)
    assert more(world, helper).codes == []
    assert more(clean(kind="KVM"), helper).codes == ["vm_foreign"]


def test_a_vm_between_two_states_is_not_judged_but_known() -> None:
    world = clean()
    moving = replace(world.fleet.instances[0], state="Migrating")
    world = replace(world, fleet=replace(world.fleet, instances=(moving, *world.fleet.instances[1:])))
    assert guest(world, host_id="uuid2").codes == []


def test_maintenance_in_cloudstack_alone_is_all_there_is_where_the_hypervisor_has_none() -> None:
    assert host(clean(kind="KVM"), resource_state="Maintenance").codes == []


def test_vcenter_names_datastores_by_the_pools_id_without_dashes() -> None:
    world = clean(kind="VMware")
    store = HypervisorStorage("datastore-11", POOL.replace("-", ""), "vmfs", shared=True)
    assert storage(store)(world).codes == []


def test_a_vmware_label_is_the_name_of_its_switch() -> None:
    world = replace(clean(kind="VMware"), expected=Expected({"Guest": "vSwitch1,100,vmwaresvs"}))
    group = HypervisorNetwork("cloud.guest.100", "portgroup", vlan=100, nics=("eth0",), switch="vSwitch1")
    held = tuple(replace(each, networks=(group,)) for each in world.view.hosts)
    assert replace(world, view=replace(world.view, hosts=held)).codes == []
    assert networks(replace(group, switch="vSwitch0"))(replace(world, view=replace(world.view, hosts=held))).codes == [
        "network_missing"
    ]


def test_the_three_kinds_differ_in_what_they_can_do() -> None:
    assert (KVM.maintenance, XENSERVER.maintenance, VMWARE.maintenance) == (False, True, True)
    assert (KVM.master, XENSERVER.master, VMWARE.master) == (False, True, False)
    assert not VMWARE.vlans_on_demand


def test_the_guide_explains_every_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:hurts|note) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    alone = {"tags_left", "vm_rigid", "factor_above_limit"}
    assert set(rows) == {code for code, _plant in PLANTED} | alone
    assert len(rows) == len(set(rows))
