# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory of things that may be called anything."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.build import (
    HYPERVISOR,
    KINDS,
    ROUTER,
    SERVER,
    SYSTEM_VM,
    Entry,
    build,
    variables,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.names import fits_host, is_word


def host(number: int, **facts: Any) -> Entry:
    place = {"zone": "z1", "zone_id": "Z1", "pod": "p1", "pod_id": "P1", "cluster": "c1", "cluster_id": "C1"}
    own = {"id": f"{number:08d}-0000", "name": f"kvm{number}", "state": "Up", "hypervisor": "KVM", "host_tags": []}
    return Entry(HYPERVISOR, {**place, **own, **facts})


def test_places_contain_each_other() -> None:
    router = Entry(
        ROUTER, {"id": "r", "name": "r-4-VM", "zone": "z1", "zone_id": "Z1", "pod": "p1", "hypervisor": "KVM"}
    )
    found = build([host(1), host(2, cluster="c2", cluster_id="C2"), router])
    assert found.children == {"acs_zone_z1": ("acs_pod_p1",), "acs_pod_p1": ("acs_cluster_c1", "acs_cluster_c2")}
    assert found.groups["acs_cluster_c1"] == ("kvm1",)
    assert found.groups["acs_pod_p1"] == ("r-4-VM",)
    assert found.groups["acs_hypervisor_kvm"] == ("kvm1", "kvm2"), "a router on KVM is no KVM host"
    assert found.warnings == ()


def test_clusters_of_one_name_are_two_groups() -> None:
    other = host(2, zone="z2", zone_id="Z2", pod="p2", pod_id="P2", cluster_id="C2")
    found = build([host(1), other])
    assert found.groups["acs_cluster_z1_p1_c1"] == ("kvm1",)
    assert found.groups["acs_cluster_z2_p2_c1"] == ("kvm2",)
    assert "acs_cluster_c1" not in found.groups
    assert "cluster 'z2/p2/c1' is acs_cluster_z2_p2_c1" in found.warnings[0]


def test_only_a_host_name_or_address_is_offered_for_command_lines() -> None:
    def vm(**facts: Any) -> Entry:
        return Entry(SYSTEM_VM, {"id": "0f1e", "name": "v-1-VM", **facts})

    for host in ("kvm1.example.com", "10.0.0.5"):
        assert variables(vm(host=host))["acs_host_address"] == host
    for host in ("", "x -E /tmp/log", "-oProxyCommand=id", "kvm1,evil", "root@kvm1", "localhost", "127.0.0.1", "a'b"):
        assert "acs_host_address" not in variables(vm(host=host))
    (told,) = build([vm(host="x -E /tmp/log")]).warnings
    assert "acs_host_address was not set" in told


def test_a_word_calls_nothing() -> None:
    assert all(map(is_word, ("", "Up", "kvm-a", "4.22.0.0", "fe80::1", "2026-11-27T10:00:00+0000", "hvm,snapshot")))
    assert not any(map(is_word, ("f()", "{{x}}", "{%x", "a|b", "a is b", "x\n", "a[0]", "'a'", "\u0430")))


def test_values_that_look_alike_are_two_groups() -> None:
    found = build([host(1, host_tags=["ssd-1"]), host(2, host_tags=["SSD_1", "gold"])])
    alike = {name: hosts for name, hosts in found.groups.items() if name.startswith("acs_tag_ssd_1")}
    assert sorted(alike.values()) == [("kvm1",), ("kvm2",)]
    assert "acs_tag_ssd_1" not in alike
    assert found.groups["acs_tag_gold"] == ("kvm2",)


def test_hosts_of_one_name_are_told_apart_by_their_ids() -> None:
    found = build([host(1, name="kvm"), host(2, name="KVM"), host(3)])
    assert set(found.hosts) == {"kvm_00000001", "KVM_00000002", "kvm3"}
    assert "hypervisor 'kvm' (id 00000001-0000) is kvm_00000001" in found.warnings[0]


def test_a_host_with_the_name_of_a_group_gets_its_id() -> None:
    assert set(build([host(1, name="acs_cluster_c1"), host(2)]).hosts) == {"acs_cluster_c1_00000001", "kvm2"}


def test_what_has_neither_name_nor_id_is_left_out() -> None:
    found = build([host(1, name="{{ x }}", id="a b"), host(2)])
    assert set(found.hosts) == {"kvm2"}
    assert found.warnings == (
        "hypervisor '{{ x }}' (id a b): neither the name nor the id can be a name in an inventory; it was left out",
    )


def test_only_the_address_of_another_machine_is_connected_to() -> None:
    assert variables(host(1, ip_address="10.0.0.7"))["ansible_host"] == "10.0.0.7"
    for address in ("127.0.0.1", "kvm1 -oProxyCommand=x", "::1", "", None, "0.0.0.0", "localhost"):
        assert "ansible_host" not in variables(host(1, ip_address=address))
    assert variables(Entry(SERVER, {"id": "1", "name": "m", "address": "10.0.0.8"}))["ansible_host"] == "10.0.0.8"
    assert "ansible_host" not in variables(Entry(SYSTEM_VM, {"id": "1", "name": "v-1-VM", "address": "10.0.0.9"}))


TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["z", "Z", "z_", "localhost", "acs_hypervisors", "{{ 7 }}"]))
FACTS = st.fixed_dictionaries(
    dict.fromkeys(("name", "zone", "pod", "cluster", "state", "version"), TEXTS),
    optional={"host_tags": st.lists(TEXTS, max_size=3), "ip_address": TEXTS, "system_vm_type": TEXTS},
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), FACTS), max_size=8))
def test_whatever_the_names_are_the_inventory_is_sound(things: list[tuple[str, dict[str, Any]]]) -> None:
    entries = [
        Entry(kind, {**facts, "id": f"{number:08d}-id", "zone_id": f"Z{facts['zone']}"})
        for number, (kind, facts) in enumerate(things)
    ]
    found = build(entries)
    assert len(found.hosts) == len(entries), "ids are names, so none is left out"
    assert all(fits_host(name) for name in found.hosts)
    assert all(re.fullmatch(r"acs_[a-z0-9_]+", name) for name in found.groups)
    assert not {name.casefold() for name in found.hosts} & {name.casefold() for name in found.groups}
    for group, children in found.children.items():
        assert group not in children
        assert set(children) <= set(found.groups)
    for name, entry in found.hosts.items():
        said = variables(entry)
        assert all(key.startswith("acs_") or key == "ansible_host" for key in said)
        tags = entry.facts.get("host_tags") if entry.kind == HYPERVISOR else []
        for tag in tags if isinstance(tags, list) else []:
            groups = [g for g, hosts in found.groups.items() if name in hosts and g.startswith("acs_tag_")]
            assert not tag.strip() or groups
    # A group of values holds nothing but hosts with that very value.
    for group, hosts in found.groups.items():
        if group.startswith("acs_state_"):
            assert len({found.hosts[name].facts["state"] for name in hosts}) == 1
        if group.startswith("acs_zone_"):
            assert len({found.hosts[name].facts["zone_id"] for name in hosts}) <= 1
