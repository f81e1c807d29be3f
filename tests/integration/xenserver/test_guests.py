# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs and discs of guests while CloudStack does not manage a pool, which answers by XAPI's data model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from counterparts.xapi import Pool, Servers, networks, site
from integration.xenserver.test_pool import codes, opened, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.xenserver import pools as xen_pools

HOSTS = ("xen0", "xen1", "xen2")
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def pool() -> Pool:
    return site.build(3, network="127.75.0", transition=0.05)


@pytest.fixture
def servers(pool: Pool) -> Iterator[Servers]:
    with Servers(pool) as running:
        yield running


def label(pool: Pool, tag: int) -> str:
    """As CitrixResourceBase names it: with the UUID of the network below, that of eth2."""
    (card,) = pool.database.find("PIF", host=pool.master, device="eth2", VLAN=networks.UNTAGGED)
    below = pool.database.get("network", pool.database.get("PIF", card)["network"])
    return f"VLAN-{below['uuid']}-{tag}"


def vlan(pool: Pool, tag: int, *hosts: str, name: str = "") -> str:
    """A network as CloudStack makes it when it starts a guest."""
    network = pool.database.add("network", name_label=name or label(pool, tag), bridge=f"xapi{tag}")
    for host in hosts:
        (card,) = pool.database.find("PIF", host=pool.host(host), device="eth2", VLAN=networks.UNTAGGED)
        networks.vlan(pool, card, tag, network)
    return network


def guest(pool: Pool, name: str, host: str, network: str) -> str:
    vm = site.add_vm(pool, name, host)
    pool.database.add("VIF", VM=vm, network=network, currently_attached=bool(host))
    return vm


def tagged(pool: Pool, tag: int) -> set[str]:
    """Names of the hosts that have a VLAN."""
    return {pool.name(row["host"]) for row in pool.database.rows["PIF"].values() if row["VLAN"] == tag}


def there(pool: Pool) -> set[str]:
    return {row["name_label"] for row in pool.database.rows["network"].values()}


def vlans(servers: Servers, way: str) -> Any:
    return lambda check: xen_pools.ensure_guest_vlans(opened(servers), way, 10.0, check)


def test_vlans_of_guests_are_on_every_host_and_later_only_where_they_are_used(servers: Servers, pool: Pool) -> None:
    used = vlan(pool, 601, "xen1")
    guest(pool, "i-2-3-VM", "xen1", used)
    vlan(pool, 602, *HOSTS)
    halted = vlan(pool, 603, "xen0")
    guest(pool, "i-2-4-VM", "", halted)
    done = twice(pool, vlans(servers, "everywhere"))
    assert done.after["changes"] == [
        "VLAN 601 on eth2 of xen0",
        "VLAN 601 on eth2 of xen2",
        "remove VLAN 602 on eth2 of xen0",
        "remove VLAN 602 on eth2 of xen1",
        "remove VLAN 602 on eth2 of xen2",
        f"remove the network '{label(pool, 602)}'",
        "VLAN 603 on eth2 of xen1",
        "VLAN 603 on eth2 of xen2",
    ]
    assert (tagged(pool, 601), tagged(pool, 602), tagged(pool, 603)) == (set(HOSTS), set(), set(HOSTS))
    pool.calls.clear()
    twice(pool, vlans(servers, "where_used"))
    assert (tagged(pool, 601), tagged(pool, 603)) == ({"xen1"}, set())
    # The network of a guest that is halted stays, without VLANs.
    assert {label(pool, 601), label(pool, 603)} <= there(pool)
    # What is not CloudStack's is not touched.
    assert tagged(pool, site.VLAN_TAG) == set(HOSTS)


def test_a_network_that_a_host_itself_uses_stays(servers: Servers, pool: Pool) -> None:
    network = vlan(pool, 700, *HOSTS)
    for pif in pool.database.find("PIF", network=network):
        pool.database.set("PIF", pif, ip_configuration_mode="Static", IP="10.7.0.9", netmask="255.255.255.0")
    for name in (label(pool, 701), label(pool, 701)):
        pool.database.add("network", name_label=name)
    before = there(pool)
    for way in ("everywhere", "where_used"):
        assert not vlans(servers, way)(False).changed
    assert (there(pool), tagged(pool, 700), writes(pool)) == (before, set(HOSTS), [])


def test_a_network_with_a_name_that_only_looks_like_cloudstacks_stays(servers: Servers, pool: Pool) -> None:
    """A traffic label, the operator's own, that of a network which is gone, and one with another tag than its name."""
    before, below = there(pool), label(pool, 0).rpartition("-")[0]
    names = (
        "VLAN-public",
        "VLAN 77 backup of customer",
        "VLAN703",
        f"VLAN-{NIL}-704",
        f"{below}-1705",
        f"{below}-706x",
    )
    for tag, name in enumerate(names, 701):
        vlan(pool, tag, *HOSTS, name=name)
    guest(pool, "i-2-3-VM", "xen1", pool.database.find("network", name_label="VLAN-public")[0])
    for way in ("everywhere", "where_used"):
        assert not vlans(servers, way)(False).changed
    assert there(pool) == before | set(names)
    assert [tagged(pool, tag) for tag in range(701, 707)] == [set(HOSTS)] * 6


def test_a_host_without_the_card_is_a_reason(servers: Servers, pool: Pool) -> None:
    guest(pool, "i-2-3-VM", "xen1", vlan(pool, 601, "xen1"))
    (card,) = pool.database.find("PIF", host=pool.host("xen2"), device="eth2", VLAN=networks.UNTAGGED)
    pool.database.set("PIF", card, device="eth9")
    with pytest.raises(Refused) as error:
        vlans(servers, "everywhere")(False)
    assert (codes(error), writes(pool)) == ({"interface_missing"}, [])


def drive(pool: Pool, vm: str, **values: Any) -> str:
    return pool.database.add("VBD", VM=vm, type="CD", currently_attached=True, **values)


def test_discs_are_ejected_and_guests_that_hold_theirs_are_all_named(servers: Servers, pool: Pool) -> None:
    names = [f"i-2-{number}-VM" for number in range(4)]
    running = [site.add_vm(pool, name, "xen0") for name in names]
    drives = [drive(pool, vm, empty=False) for vm in running[:3]]
    drive(pool, running[3], empty=True)
    drive(pool, site.add_vm(pool, "halted", ""), empty=False)
    pool.database.add("VBD", VM=running[3], type="Disk", empty=False)
    for held in drives[1:]:
        pool.database.set("VBD", held, other_config={"mounted": "yes"})

    def eject(check: bool) -> Any:
        return xen_pools.eject_discs(opened(servers), 10.0, check)

    assert eject(True).after == {"changes": [f"eject the disc of {name}" for name in names[:3]]}
    assert writes(pool) == []
    with pytest.raises(Refused) as error:
        eject(False)
    assert codes(error) == {"disc_held"}
    assert [name for name in names if name in str(error.value)] == names[1:3]
    for held in drives[1:]:
        pool.database.set("VBD", held, other_config={})
    assert eject(False).after == {"changes": [f"eject the disc of {name}" for name in names[1:3]]}
    assert not eject(False).changed
