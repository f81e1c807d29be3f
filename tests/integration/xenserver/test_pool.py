# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool made ready by the operations behind the modules, against a pool that answers by XAPI's data model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from counterparts.xapi import Fault, Pool, Servers, networks, site
from counterparts.xapi.hosts import place
from counterparts.xapi.networks import UNTAGGED

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.pool import open_xen_pool
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HypervisorError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.networks import NetworkWish
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.storage import wish
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.xenserver import pools as xen_pools
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.xenserver import XenPool

READS = ("session.", "event.", "task.")


@pytest.fixture
def pool() -> Pool:
    return site.build(3, network="127.75.0", transition=0.05)


@pytest.fixture
def alone() -> Pool:
    return site.build(1, prefix="new", network="127.75.1", transition=0.05, bare=True)


@pytest.fixture
def servers(pool: Pool, alone: Pool) -> Iterator[Servers]:
    alone.others["127.75.0.1"] = pool
    with Servers(pool, alone) as running:
        yield running


def opened(servers: Servers, address: str = "127.75.0.1") -> XenPool:
    return open_xen_pool(HypervisorAccess(servers.url(address), "root", servers.pools[0].password, timeout=10.0))


def writes(pool: Pool) -> list[str]:
    return [
        call.method
        for call in pool.calls
        if not call.method.startswith(READS) and not call.method.rpartition(".")[2].startswith("get_")
    ]


def twice(pool: Pool, act: Any) -> Outcome:
    """In check mode nothing is written and the same is told; for real it is done; again there is nothing to do."""
    foretold = act(True)
    assert writes(pool) == []
    done: Outcome = act(False)
    assert (foretold.changed, foretold.after) == (done.changed, done.after) == (True, done.after)
    written = len(writes(pool))
    assert written > 0
    again = act(False)
    assert (again.changed, again.after, len(writes(pool))) == (False, {}, written)
    return done


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in error.value.reasons}


def network(servers: Servers, **fields: Any) -> Any:
    return lambda check: xen_pools.ensure_network(opened(servers), NetworkWish(**fields), 10.0, check)


def test_the_network_of_a_card_takes_a_name(servers: Servers, pool: Pool) -> None:
    done = twice(pool, network(servers, name="guests", interface="eth2"))
    assert done.result["hosts"] == {f"xen{number}": {"interface": "eth2"} for number in range(3)}
    assert writes(pool) == ["network.set_name_label"]


def test_a_bond_is_made_on_the_master_first_and_then_on_the_members(servers: Servers, pool: Pool) -> None:
    done = twice(pool, network(servers, name="cloud-bond", bond=("eth1", "eth0"), mode="active-backup"))
    bonds = [call for call in pool.calls if call.method == "Async.Bond.create"]
    hosts = [pool.name(pool.database.get("PIF", call.params[1][0])["host"]) for call in bonds]
    assert hosts == ["xen0", "xen1", "xen2"]
    shown = {"interface": "bond0", "bond": ["eth0", "eth1"], "mode": "active-backup"}
    # The management address of each host went over with its interface.
    addresses = {host: f"127.75.0.{number}/24" for number, host in enumerate(hosts, start=1)}
    assert done.result["hosts"] == {host: {**shown, "address": addresses[host]} for host in hosts}
    # The management interface went over to the bond.
    management = [row["device"] for row in pool.database.rows["PIF"].values() if row["management"]]
    assert management == ["bond0"] * 3
    twice_more = network(servers, name="cloud-bond", bond=("eth0", "eth1"), mode="lacp")
    assert twice_more(False).changed
    assert pool.named("Bond.set_mode") == ["Bond.set_mode"] * 3


def test_a_bond_that_was_interrupted_is_ended_by_the_next_run(servers: Servers, pool: Pool) -> None:
    pool.faults.append(Fault("Async.Bond.create", "INTERNAL_ERROR", ("no",), times=0))
    act = network(servers, name="cloud-bond", bond=("eth2", "eth1"))
    made: list[str] = []

    def fail_second(call: Any) -> None:
        made.append(call.method)
        if made.count("Async.Bond.create") == 2:
            pool.faults[0].times = 1

    pool.on_call = fail_second
    # VLAN 500 moves nowhere: eth2 is not used by it here.
    with pytest.raises(HypervisorError):
        act(False)
    assert len(pool.database.rows["Bond"]) == 1
    pool.on_call = lambda call: None
    assert act(False).changed
    assert len(pool.database.rows["Bond"]) == 3
    assert not act(False).changed


def test_a_vlan_is_on_every_host(servers: Servers, pool: Pool) -> None:
    done = twice(pool, network(servers, name="storage-300", interface="eth1", vlan=300))
    assert done.result["hosts"] == {f"xen{n}": {"interface": "eth1", "vlan": 300} for n in range(3)}
    assert not network(servers, name=site.VLAN_NETWORK, interface="eth2", vlan=site.VLAN_TAG)(False).changed


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"interface": "eth9"}, "interface_missing"),
        ({"bond": ("eth0", "eth9")}, "interface_missing"),
        ({"interface": "eth2", "vlan": site.VLAN_TAG}, "vlan_taken"),
        ({"interface": "eth2", "name": "cloud-public"}, "name_taken"),
        ({"interface": "eth1", "vlan": 7, "name": "cloud-guest"}, "elsewhere"),
        ({"bond": ("eth1", "eth2"), "name": "cloud-private"}, "elsewhere"),
        ({"bond": ("eth1", "eth2"), "name": "cloud-public"}, "elsewhere"),
        ({"bond": ("eth1", "eth3"), "name": site.VLAN_NETWORK}, "elsewhere"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    servers: Servers, pool: Pool, fields: dict[str, Any], code: str
) -> None:
    for check_mode in (True, False):
        with pytest.raises(Refused) as error:
            network(servers, **{"name": "wanted", **fields})(check_mode)
        assert code in codes(error)
    assert writes(pool) == []


def test_cards_of_a_bond_are_refused_for_anything_else(servers: Servers) -> None:
    network(servers, name="both", bond=("eth0", "eth1"))(False)
    for fields in ({"interface": "eth0"}, {"interface": "eth1", "vlan": 9}, {"bond": ("eth1", "eth2")}):
        with pytest.raises(Refused) as error:
            network(servers, name="other", **fields)(False)
        assert "bonded" in codes(error)


def test_a_card_without_a_link_is_warned_of(servers: Servers) -> None:
    outcome = network(servers, name="spare", interface="eth3")(True)
    assert outcome.warnings == tuple(f"eth3 of xen{number} has no link" for number in range(3))


STORAGE = {
    "nfs": {"server": "192.0.2.1", "path": "/export"},
    "iscsi": {
        **{"target": "192.0.2.2", "iqn": "iqn.2026-01.net.example:a", "scsi_id": "36001"},
        **{"chap_user": "cloud", "chap_password": "hush"},
    },
    "fc": {"scsi_id": "360a98000503365344e6f6177615a516b"},
}


def storage(servers: Servers, kind: str, description: str | None = None, **more: str) -> Any:
    wanted = wish("primary", kind, {**STORAGE[kind], **more}, description)
    return lambda check: xen_pools.ensure_storage(opened(servers), wanted, 10.0, check)


@pytest.mark.parametrize("kind", list(STORAGE))
def test_a_repository_is_made_for_all_hosts(servers: Servers, pool: Pool, kind: str) -> None:
    done = twice(pool, storage(servers, kind, "what it is"))
    assert done.result["plugged"] == ["xen0", "xen1", "xen2"]
    assert done.result["description"] == "what it is"
    assert storage(servers, kind, "another text")(False).after == {"changes": ["description 'another text'"]}
    assert "hush" not in str(done)


def test_a_target_with_a_password_is_told_it_by_every_host(servers: Servers, pool: Pool) -> None:
    storage(servers, "iscsi")(False)
    (ref,) = pool.database.find("SR", name_label="primary")
    told = [pool.database.get("PBD", each)["device_config"] for each in pool.database.find("PBD", SR=ref)]
    assert [(each["chapuser"], each["chappassword"]) for each in told] == [("cloud", "hush")] * 3


def test_a_repository_is_completed(servers: Servers, pool: Pool) -> None:
    storage(servers, "nfs")(False)
    (ref,) = pool.database.find("SR", name_label="primary")
    first, second, _third = pool.database.find("PBD", SR=ref)
    pool.database.remove("PBD", first)
    pool.database.set("PBD", second, currently_attached=False)
    done = storage(servers, "nfs")(False)
    assert done.after == {"changes": ["primary on xen0", "plug primary on xen1"]}
    assert done.result["plugged"] == ["xen0", "xen1", "xen2"]


def test_another_repository_of_that_name_is_refused(servers: Servers, pool: Pool) -> None:
    storage(servers, "nfs")(False)
    before = writes(pool)
    for act in (storage(servers, "fc"), storage(servers, "nfs", path="/other")):
        with pytest.raises(Refused) as error:
            act(False)
        assert codes(error) == {"fixed_field"}
    assert writes(pool) == before


def test_a_host_joins_and_gets_what_the_master_has(servers: Servers, pool: Pool, alone: Pool) -> None:
    network(servers, name="cloud-bond", bond=("eth0", "eth1"))(False)
    pool.calls.clear()

    def act(check: bool) -> Outcome:
        return xen_pools.join(opened(servers), opened(servers, "127.75.1.1"), "root", pool.password, 10.0, check)

    assert act(True).after == {"changes": ["new0 joins the pool of xen0"]}
    assert writes(alone) == []
    assert act(False).changed
    assert writes(alone) == ["Async.pool.join"]
    assert not act(False).changed
    view = {row["name_label"] for row in pool.database.rows["host"].values()}
    assert view == {"xen0", "xen1", "xen2", "new0"}
    for again in (
        network(servers, name="cloud-bond", bond=("eth0", "eth1")),
        network(servers, name=site.VLAN_NETWORK, interface="eth2", vlan=site.VLAN_TAG),
    ):
        assert not again(False).changed


def test_all_reasons_against_a_join_are_named_at_once(servers: Servers, pool: Pool, alone: Pool) -> None:
    database = alone.database
    host = alone.host("new0")
    software = {**site.SOFTWARE, "product_version": "8.2.1", "product_brand": "XenServer"}
    cpu = {**site.CPU_INFO, "vendor": "AuthenticAMD"}
    database.set("host", host, software_version=software, cpu_info=cpu)
    site.add_vm(alone, "guest", "new0")
    (last,) = database.find("PIF", host=host, device="eth3")
    database.remove("PIF", last)
    database.add("SR", name_label="shared", type="nfs", shared=True)
    with pytest.raises(Refused) as error:
        xen_pools.join(opened(servers), opened(servers, "127.75.1.1"), "root", pool.password, 10.0, False)
    wanted = {"version_differs", "product_differs", "cpu_differs", "guests_running", "cards_differ", "shared_storage"}
    assert codes(error) == wanted
    assert writes(alone) == []


def managed_by(pool: Pool, tag: int, name: str) -> None:
    """Every host of a pool has its address on a VLAN above its first card."""
    database = pool.database
    network = database.add("network", name_label=name)
    (card,) = database.find("PIF", host=pool.master, device="eth0", VLAN=UNTAGGED)
    networks.pool_vlan(pool, card, network, tag)
    for row in database.rows["host"].values():
        (host,) = database.find("host", uuid=row["uuid"])
        for pif in database.find("PIF", host=host, device="eth0"):
            on = database.get("PIF", pif)["VLAN"] == tag
            address = {"ip_configuration_mode": "Static", "IP": row["address"]} if on else {}
            database.set("PIF", pif, management=on, **{"ip_configuration_mode": "None", "IP": "", **address})


def test_management_on_a_vlan_is_found_and_speaks_against_a_join(servers: Servers, pool: Pool, alone: Pool) -> None:
    managed_by(pool, 100, "management-100")
    found = xen_pools.check(opened(servers), list(site.LABELS), 0, ["ha_off"])[1].findings
    assert [(each.code, each.severity, each.host, each.facts) for each in found] == [
        ("management_tagged", "blocks", f"xen{number}", {"vlan": 100}) for number in range(3)
    ]

    def join(check: bool) -> Outcome:
        return xen_pools.join(opened(servers), opened(servers, "127.75.1.1"), "root", pool.password, 10.0, check)

    for check in (True, False):
        with pytest.raises(Refused) as error:
            join(check)
        assert codes(error) == {"management_vlan_differs"}
    assert writes(alone) == []
    # By the same VLAN it may: xapi counts only the other ones.
    managed_by(alone, 100, "management")
    assert join(True).changed
    assert join(False).changed


def test_a_vlan_that_alone_the_joining_host_is_managed_by(servers: Servers, pool: Pool, alone: Pool) -> None:
    managed_by(alone, 7, "management")
    with pytest.raises(Refused) as error:
        xen_pools.join(opened(servers), opened(servers, "127.75.1.1"), "root", pool.password, 10.0, True)
    assert codes(error) == {"management_vlan_differs"}


def test_what_an_upgrade_leaves_is_tidied_up(servers: Servers, pool: Pool) -> None:
    for ref in pool.database.find("PBD", host=pool.host("xen1")):
        pool.database.set("PBD", ref, currently_attached=False)

    def act(check: bool) -> Outcome:
        return xen_pools.tidy(opened(servers), [], True, True, 10.0, check)

    done = twice(pool, act)
    assert len(done.result["changes"]) == 3 + 2  # type: ignore[arg-type]
    assert {tuple(row["tags"]) for row in pool.database.rows["host"].values()} == {("rack-7",)}


def test_storage_that_cannot_be_plugged_is_told_with_the_drivers_words(servers: Servers, pool: Pool) -> None:
    pool.without_storage.add(pool.host("xen1"))
    for ref in pool.database.find("PBD", host=pool.host("xen1")):
        pool.database.set("PBD", ref, currently_attached=False)
    with pytest.raises(HypervisorError, match="mount failed"):
        xen_pools.tidy(opened(servers), ["xen1"], False, True, 10.0, False)


def test_a_good_pool_has_no_findings_and_each_planted_fault_its_own(servers: Servers, pool: Pool) -> None:
    database, host = pool.database, pool.host("xen1")
    (its,) = database.rows["pool"]
    database.set("pool", its, ha_enabled=True, ha_configuration={"timeout": "180"})
    assert xen_pools.check(opened(servers), list(site.LABELS), 2940 * 2**20)[1].findings == ()
    database.set("pool", its, ha_configuration={"timeout": "60"})
    software = {**site.SOFTWARE, "product_version": "8.2.1", "network_backend": "bridge"}
    old = {"software_version": software, "ntp_mode": "Disabled", "API_version_minor": 1}
    database.set("host", host, capabilities=["xen-3.0-x86_64"], **old)
    database.set("PIF", database.find("PIF", host=host, management=True)[0], ip_configuration_mode="DHCP")
    database.set(
        "VM_metrics", database.get("VM", database.get("host", host)["control_domain"])["metrics"], memory_actual=2**30
    )
    database.set("PBD", database.find("PBD", host=host)[0], currently_attached=False)
    pool.database.add("pool_update", name_label="XS82E001", hosts=[host])
    (card,) = database.find("PIF", host=host, device="eth1")
    database.set("PIF", card, network=database.add("network", name_label="odd"))
    database.set("host_metrics", database.get("host", pool.host("xen2"))["metrics"], live=False)
    found = xen_pools.check(opened(servers), list(site.LABELS), 2940 * 2**20)[1].findings
    told = {(each.code, each.host) for each in found}
    codes = ("version_differs", "backend_differs", "ntp_off", "api_differs", "dom0_memory", "label_missing")
    codes += ("hvm_off", "address_dynamic")
    wanted = {(code, "xen1") for code in codes} | {("storage_unplugged", ""), ("not_live", "xen2"), ("ha_timeout", "")}
    assert told == wanted
    database.set("pool", its, ha_enabled=False)
    codes_now = {each.code for each in xen_pools.check(opened(servers), [], 2940 * 2**20)[1].findings}
    assert {"ha_off"} == codes_now & {"ha_off", "ha_timeout", "ha_guests"}
    database.set("pool", its, ha_enabled=True, ha_configuration={})
    database.set("VM", site.add_vm(pool, "i-2-9-VM", "xen0"), ha_restart_priority="restart")
    codes_now = {each.code for each in xen_pools.check(opened(servers), [], 2940 * 2**20)[1].findings}
    assert {"ha_timeout", "ha_guests"} == codes_now & {"ha_off", "ha_timeout", "ha_guests"}


def host(servers: Servers, name: str, out: bool) -> Any:
    return lambda check: xen_pools.ensure_host(opened(servers), name, out, 10.0, check)


def test_a_host_is_emptied_and_used_again_and_the_master_stays_master(servers: Servers, pool: Pool) -> None:
    guests = [site.add_vm(pool, f"i-2-{number}-VM", "xen0") for number in range(3)]
    done = twice(pool, host(servers, "xen0", True))
    assert done.after == {"changes": ["disable xen0", "migrate i-2-0-VM, i-2-1-VM, i-2-2-VM away from xen0"]}
    assert (done.result["enabled"], done.result["running"], done.result["master"]) == (False, [], True)
    assert pool.host("xen0") not in {pool.database.get("VM", vm)["resident_on"] for vm in guests}
    pool.upgrade_to[pool.host("xen0")] = "8.4.0"
    pool.done("host.reboot", [pool.host("xen0")])
    back = host(servers, "xen0", False)(False)
    assert (back.changed, back.result["enabled"], back.result["version"]) == (True, True, "8.4.0")
    assert not host(servers, "xen0", False)(False).changed


def test_guests_that_cannot_leave_are_all_named(servers: Servers, pool: Pool) -> None:
    for number, code in enumerate(("VM_REQUIRES_SR", "VM_MISSING_PV_DRIVERS")):
        site.add_vm(pool, f"i-2-{number}-VM", "xen1", other_config={"bound_to": code})
    with pytest.raises(Refused) as error:
        host(servers, "xen1", True)(False)
    assert [reason.facts["fault"] for reason in error.value.reasons] == ["VM_REQUIRES_SR", "VM_MISSING_PV_DRIVERS"]
    assert writes(pool) == []


def test_a_join_that_xapi_refuses_itself_is_told_in_its_words(servers: Servers, pool: Pool, alone: Pool) -> None:
    alone.others.clear()
    with pytest.raises(HypervisorError) as error:
        xen_pools.join(opened(servers), opened(servers, "127.75.1.1"), "root", pool.password, 10.0, False)
    assert error.value.fault == "POOL_JOINING_HOST_CONNECTION_FAILED"


def test_a_guest_stays_where_it_is(servers: Servers, pool: Pool) -> None:
    """None of it moves or stops anything."""
    vm = site.add_vm(pool, "i-2-1-VM", "xen1")
    network(servers, name="cloud-bond", bond=("eth0", "eth1"))(False)
    storage(servers, "nfs")(False)
    assert pool.database.get("VM", vm)["resident_on"] == pool.host("xen1")
    place(pool, vm, pool.host("xen0"))
