# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying one host of a fleet: spread over the others, as a roll planned it, and refused for the true reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.cautions import cautions
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import Move
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.evacuation import (
    Terms,
    balance,
    evacuate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import AffinityGroup, Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance, Offering
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30


def fleet(*loads: int, vms: tuple[Instance, ...] = (), **more: Any) -> Fleet:
    """Hosts h0… of 32 GiB with so many VMs of 1 GiB."""
    instances = [vm(f"v{n}-{k}", f"h{n}") for n, load in enumerate(loads) for k in range(load)] + list(vms)
    hosts = tuple(
        host(f"h{n}", sum(each.ram for each in instances if each.host_id == f"h{n}")) for n in range(len(loads))
    )
    return Fleet(Cluster("c", "c", "z", "p"), hosts, tuple(instances), {}, **more)


def host(name: str, held: int) -> Host:
    return Host(
        name,
        name,
        state="Up",
        resource_state="Enabled",
        cpu_number=64,
        cpu_speed=2000,
        cpu_allocated=0,
        memory_total=32 * GIB,
        memory_allocated=held,
    )


def vm(name: str, at: str, gib: int = 1, **more: Any) -> Instance:
    fields = {"kind": "User", "state": "Running", "cpu_number": 1, "cpu_speed": 100, "ram": gib * GIB, **more}
    return Instance(name, name, host_id=at, **fields)


def targets(moves: tuple[Move, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for move in moves:
        found[move.target] = found.get(move.target, 0) + 1
    return found


def test_vms_go_where_the_load_is_least() -> None:
    found = evacuate(fleet(8, 2, 10, 6), ["h0"], Terms())
    # 26 VMs on three hosts: as even as they can be.
    assert targets(found.moves) == {"h1": 6, "h3": 2}


def test_hosts_that_are_done_are_filled_first_and_evenly() -> None:
    found = evacuate(fleet(8, 2, 1, 6), ["h0"], Terms(preferred=("h1", "h3")))
    assert targets(found.moves) == {"h1": 6, "h3": 2}


def test_what_a_roll_planned_is_kept() -> None:
    seen = fleet(4, 2, 10, 6)
    planned = {"v0-0": "h2", "v0-1": "h2", "v0-2": "h3"}
    found = evacuate(seen, ["h0"], Terms(planned=planned))
    assert {move.vm: move.target for move in found.moves if move.vm in planned} == planned
    assert len(found.moves) == 4


@pytest.mark.parametrize("target", ["h0", "gone", "h1"])
def test_what_a_roll_planned_and_cannot_be_is_planned_anew(target: str) -> None:
    """The host itself, one that is not there, one that is full by now."""
    seen = fleet(4, 32, 10, 6)
    found = evacuate(seen, ["h0"], Terms(planned={"v0-0": target}))
    assert not found.reasons
    assert {move.target for move in found.moves} <= {"h2", "h3"}


def test_a_plan_that_leaves_no_room_for_the_rest_is_given_up() -> None:
    large = vm("large", "h0", 20)
    seen = fleet(2, 12, 24, vms=(large,))
    found = evacuate(seen, ["h0"], Terms(planned={"v0-0": "h1", "v0-1": "h1"}))
    assert {move.vm: move.target for move in found.moves} == {"large": "h1", "v0-0": "h2", "v0-1": "h2"}


def test_other_landings_are_tried_before_spare_hosts_are_given_up() -> None:
    """Evenly landed, a failure of h1 would find no hole of 16 GiB; tightly landed it does."""
    seen = fleet(0, 0, 0, 0, vms=(vm("a", "h0", 8), vm("b", "h0", 8), vm("c", "h1", 16), vm("d", "h2", 16)))
    found = evacuate(seen, ["h0"], Terms(spare_hosts=1))
    assert found.reasons == ()


def test_a_target_that_failed_is_no_reason_against_spare_hosts() -> None:
    """Its VM is started anew when its host fails: no migration is made."""
    seen = fleet(1, 20, 20, vms=())
    failed = {("v0-0", "h1"): "libvirt said no"}
    found = evacuate(seen, ["h0"], Terms(spare_hosts=0, failed=failed))
    assert [move.target for move in found.moves] == ["h2"]
    small = fleet(1, 2, 2)
    assert evacuate(small, ["h0"], Terms(spare_hosts=1, failed=failed)).reasons == ()


def test_where_every_target_failed_the_words_of_the_jobs_are_the_reason() -> None:
    failed = {("v0-0", "h1"): "Migration with storage isn't supported", ("v0-0", "h2"): "libvirt said no"}
    found = evacuate(fleet(1, 2, 2), ["h0"], Terms(spare_hosts=1, failed=failed))
    assert [each.code for each in found.reasons] == ["migration_failed"]
    assert "VM v0-0 to h1: Migration with storage isn't supported" in found.reasons[0].message
    assert "VM v0-0 to h2: libvirt said no" in found.reasons[0].message


def test_a_failed_target_comes_before_what_other_hosts_lack() -> None:
    found = evacuate(fleet(1, 2, 32, 32), ["h0"], Terms(failed={("v0-0", "h1"): "libvirt said no"}))
    assert [each.code for each in found.reasons] == ["migration_failed"]


@pytest.mark.parametrize(
    ("strategy", "says"),
    [("Error", "shared storage"), ("ForceStop", "server's settings"), ("Migration", "allocation_state=maintenance")],
)
def test_a_volume_on_the_hosts_own_storage_has_a_remedy_that_helps(strategy: str, says: str) -> None:
    seen = replace(fleet(0, 0, vms=(vm("web", "h0", local=True),)), local_strategy=strategy)
    found = evacuate(seen, ["h0"], Terms())
    assert [(each.code, each.facts["vm_name"]) for each in found.reasons] == [("local_storage", "web")]
    assert says in found.reasons[0].remedy
    assert "consent" in found.reasons[0].remedy
    assert [each.name for each in evacuate(seen, ["h0"], Terms(consent=("web",))).stops] == ["web"]


@pytest.mark.parametrize(
    ("consent", "code", "stops"),
    [
        ((), "implicit_dedication", []),
        (("web",), "consent_ambiguous", []),
        (("i1",), "", ["i1"]),
        (("web", "i1"), "", ["i1"]),
    ],
)
def test_consent_to_what_implicit_dedication_keeps_off_is_clear(
    consent: tuple[str, ...], code: str, stops: list[str]
) -> None:
    """The VM on the other host has the same name. An empty host of another storage access group is as good as any."""
    strict = vm("i1", "h0", offering_id="o", owners=frozenset(("account:a",)))
    seen = fleet(0, 3, 3, vms=(replace(strict, name="web"), replace(vm("i2", "h1"), name="web")))
    seen = replace(seen, offerings={"o": Offering("o", implicit=True, strict=True)})
    found = evacuate(seen, ["h0"], Terms(consent=consent))
    assert [each.code for each in found.reasons] == ([code] if code else [])
    assert [each.id for each in found.stops] == stops
    other = replace(seen.hosts[2], access_groups=frozenset(("g",)))
    instances = tuple(each for each in seen.instances if each.host_id != "h2")
    found = evacuate(replace(seen, hosts=(*seen.hosts[:2], other), instances=instances), ["h0"], Terms(consent=consent))
    if code != "consent_ambiguous":
        assert ([move.target for move in found.moves], found.stops, found.reasons) == (["h2"], (), ())


@pytest.mark.parametrize(
    ("consent", "stops", "stay"),
    [((), [], ["pinned", "third", "with it"]), (("pinned",), ["pinned"], [])],
)
def test_a_partial_drain_leaves_an_affinity_group_whole(consent: Any, stops: list[str], stay: list[str]) -> None:
    """Those of its group stay with a VM that cannot migrate, those joined by another group too; others go."""
    groups = (
        AffinityGroup("g", "g", "host affinity", frozenset(("pinned", "with it"))),
        AffinityGroup("g2", "g2", "host affinity", frozenset(("with it", "third"))),
        AffinityGroup("g3", "g3", "host affinity", frozenset(("pair", "other"))),
    )
    machines = tuple(vm(name, "h0") for name in ("with it", "third", "pair", "other", "alone"))
    seen = fleet(0, 0, 0, vms=(vm("pinned", "h0", local=True), *machines), groups=groups)
    found = evacuate(seen, ["h0"], Terms(partial=True, consent=consent))
    assert sorted(each.name for each in found.remaining) == stay
    assert [each.name for each in found.stops] == stops
    assert {each.vm for each in found.moves} == {each.id for each in seen.instances} - {*stay, *stops}
    where = {move.vm: move.target for move in found.moves}
    assert where["pair"] == where["other"]


@pytest.mark.parametrize(
    ("facts", "code", "says"),
    [
        ({"iso": "vmware-tools.iso", "hypervisor": "VMware"}, "iso", "vmware-tools.iso"),
        ({"host_device": True, "hypervisor": "KVM"}, "host_device", "extraconfig"),
        ({"hypervisor": "LXC"}, "container", "cannot migrate VMs on LXC"),
    ],
)
def test_what_ties_a_vm_to_its_host_is_said_before_the_drain(facts: dict[str, Any], code: str, says: str) -> None:
    found = evacuate(fleet(0, 0, vms=(vm("web", "h0", **facts),)), ["h0"], Terms())
    assert [each.code for each in found.reasons] == [code]
    assert says in found.reasons[0].message
    assert found.reasons[0].remedy


@pytest.mark.parametrize("kind", ["non-strict host anti-affinity", "Non-Strict Host Anti-Affinity"])
def test_a_wish_to_be_apart_is_kept_where_there_is_room(kind: str) -> None:
    """The server only prefers it; h1 has the most room, but one of the group."""
    group = AffinityGroup("g", "pair", kind, frozenset({"a", "b", "c", "elsewhere"}))
    machines = (vm("a", "h0"), vm("b", "h1"), vm("c", "h0"))
    found = evacuate(fleet(0, 0, 8, 9, vms=machines, groups=(group,)), ["h0"], Terms())
    assert {move.vm: move.target for move in found.moves}.keys() == {"a", "c"}
    assert {move.target for move in found.moves} == {"h2", "h3"}
    full = fleet(0, 0, 32, vms=machines, groups=(group,))
    found = evacuate(full, ["h0"], Terms())
    assert {move.target for move in found.moves} == {"h1"}
    (told,) = cautions(full, {move.vm: move.target for move in found.moves})
    assert "VMs a and b and c of the non-strict anti-affinity group pair will be on host h1" in told


def test_what_may_keep_a_vm_is_cautioned_of() -> None:
    machines = (
        vm("plain", "h0"),
        vm("iso", "h0", iso="debian.iso", hypervisor="KVM"),
        vm("drive", "h0", config_drive=True),
        vm("v-2-VM", "h0", kind="ConsoleProxy"),
    )
    seen = fleet(0, 0, vms=machines, no_motion=frozenset(("h0",)))
    found = cautions(seen, dict.fromkeys((each.id for each in machines), "h1"))
    assert [word in text for word, text in zip(("debian.iso", "config drive", "v-2-VM"), found, strict=True)] == [
        True
    ] * 3
    assert cautions(seen, {"plain": "h1"}) == []


def test_a_single_router_that_has_to_stop_is_told_with_its_network() -> None:
    machines = (
        vm("r-1-VM", "h0", kind="Router", alone_for="shop", local=True),
        vm("r-2-VM", "h0", kind="Router", local=True),
        vm("web", "h0", local=True),
    )
    seen = fleet(0, 0, vms=machines)
    plan = evacuate(seen, ["h0"], Terms(consent=("all",)))
    assert {each.name for each in plan.stops} == {"r-1-VM", "r-2-VM", "web"}
    (told,) = cautions(seen, {}, {each.id for each in plan.stops})
    assert "r-1-VM" in told
    assert "the only router of shop" in told
    assert cautions(seen, {"r-1-VM": "h1"}) == []


def test_balance_moves_vms_of_other_hosts_only_where_it_is_allowed() -> None:
    seen = fleet(2, 24, 2, 2)
    assert evacuate(seen, ["h0"], Terms()).balance == ()
    found = evacuate(seen, ["h0"], Terms(balance=True)).balance
    assert {move.source for move in found} == {"h1"}
    assert {move.target for move in found} == {"h2", "h3"}


def test_a_host_that_comes_back_gets_vms_back() -> None:
    seen = fleet(0, 20, 20, 20)
    away = replace(
        seen, hosts=tuple(replace(h, resource_state="Maintenance") if h.id == "h0" else h for h in seen.hosts)
    )
    assert balance(away, (), 0) == ()
    moves = balance(away, (), 0, back=["h0"], only=["h0"])
    assert targets(moves) == {"h0": len(moves)}
    assert 12 <= len(moves) <= 15


def test_a_system_vm_whose_target_the_server_chooses_is_not_moved_for_balance() -> None:
    proxies = tuple(vm(f"v-{n}-VM", "h0", 4, kind="ConsoleProxy") for n in range(4))
    seen = fleet(0, 0, vms=proxies)
    assert balance(seen, (), 0)
    assert balance(replace(seen, no_motion=frozenset(("h0", "h1"))), (), 0) == ()


@pytest.mark.parametrize(("version", "blocks"), [("4.11.3.0", True), ("4.13.0.0", False), (None, False)])
def test_before_4_13_a_host_in_error_blocks_its_cluster(version: str | None, blocks: bool) -> None:
    held = fleet(1, 0, 0)
    wrong = replace(held.hosts[1], resource_state="ErrorInMaintenance", version=version)
    found = evacuate(replace(held, hosts=(held.hosts[0], wrong, held.hosts[2])), ["h0"], Terms())
    assert [each.code for each in found.reasons] == (["other_draining"] if blocks else [])
