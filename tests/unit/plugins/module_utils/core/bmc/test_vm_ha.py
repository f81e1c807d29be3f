# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the loss of a host costs: whole fleets, by an independent count of what fits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.vm_ha import REMEDIES, losses
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance, Offering
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

GIB = 1 << 30


def host(name: str, tags: tuple[str, ...] = (), gib: int = 8) -> Host:
    return Host(
        name, name, cluster_id="c", state="Up", resource_state="Enabled", hypervisor="KVM", host_tags=tags,
        cpu_number=16, cpu_speed=2000, memory_total=gib * GIB,
    )  # fmt: skip


def vm(name: str, on: str, gib: int = 1, **changes: object) -> Instance:
    made = Instance(name, name, "User", "Running", on, "o", 1, 500, gib * GIB, ha_enabled=True)
    return replace(made, **changes)


def fleet(hosts: list[Host], vms: list[Instance], tags: frozenset[str] = frozenset()) -> Fleet:
    cluster = Cluster("c", "c", "z", "p", hypervisor="KVM", cpu_overcommit_ratio="1", memory_overcommit_ratio="1")
    return Fleet(cluster, tuple(hosts), tuple(vms), {"o": Offering("o", tags)})


def codes(seen: Fleet, lost: str = "a", ha_tag: str = "") -> dict[str, str]:
    """By VM: "" when it is started elsewhere, else the code."""
    loss = next(each for each in losses(seen, ha_tag) if each.host == lost)
    return {**dict.fromkeys(loss.restarted, ""), **{each.name: each.code for each in loss.lost}}


def test_ha_vms_are_started_elsewhere_and_others_are_not() -> None:
    seen = fleet(
        [host("a"), host("b")],
        [
            vm("web", "a"),
            vm("batch", "a", ha_enabled=False),
            vm("disk", "a", local=True),
            vm("r-1", "a", kind="Router", ha_enabled=False),
            vm("there", "b"),
        ],
    )
    assert codes(seen) == {"web": "", "batch": "not_ha", "disk": "local_storage", "r-1": ""}
    assert codes(seen, "b") == {"there": ""}


def test_room_is_counted_once() -> None:
    seen = fleet([host("a"), host("b", gib=4)], [vm("one", "a", 3), vm("two", "a", 3)])
    assert sorted(codes(seen).values()) == ["", "no_place"]


def test_the_tag_of_ha_hosts() -> None:
    vms = [vm("web", "a"), vm("r-1", "a", kind="Router")]
    assert codes(fleet([host("a"), host("b")], vms), ha_tag="ha") == {"web": "no_tagged_host", "r-1": ""}
    assert codes(fleet([host("a"), host("b", ("ha",))], vms), ha_tag="ha") == {"web": "", "r-1": ""}


def test_a_rule_that_leaves_no_host() -> None:
    assert codes(fleet([host("a", ("ssd",)), host("b")], [vm("web", "a")], frozenset({"ssd"}))) == {"web": "rule"}
    assert codes(fleet([host("a")], [vm("web", "a")])) == {"web": "rule"}


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12), st.integers(1, 4))
def test_every_vm_is_told_once_and_nothing_is_overfilled(vms: list[tuple[int, bool]], others: int) -> None:
    hosts = [host("a", gib=64), *(host(f"b{n}", gib=6) for n in range(others))]
    seen = fleet(hosts, [vm(f"v{n}", "a", gib, ha_enabled=ha) for n, (gib, ha) in enumerate(vms)])
    told = codes(seen)
    assert set(told) == {f"v{n}" for n in range(len(vms))}
    assert set(told.values()) <= {"", *REMEDIES}
    started = sum(gib for n, (gib, _ha) in enumerate(vms) if told[f"v{n}"] == "")
    assert started <= 6 * others
    smallest = min((gib for n, (gib, _ha) in enumerate(vms) if told[f"v{n}"] == "no_place"), default=None)
    # Whoever found no place finds none on the emptiest host either.
    assert smallest is None or started + smallest > 6 * others - (smallest - 1) * others
