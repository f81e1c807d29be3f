# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory, time, paths, addresses and HA of a pool, set against a pool that answers by XAPI's data model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from counterparts.xapi import Pool, Servers, site
from integration.xenserver.test_pool import codes, opened, storage, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotFound, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.check import judge_pool
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.networks import NetworkWish
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.settings import (
    MIB,
    SettingsWish,
    settings_steps,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.xenserver import pools as xen_pools

HOSTS = ("xen0", "xen1", "xen2")
ADDRESSES = {name: f"10.3.0.1{at}/24" for at, name in enumerate(HOSTS)}


@pytest.fixture
def pool() -> Pool:
    made = site.build(3, network="127.75.0", transition=0.05)
    (ref,) = made.database.rows["pool"]
    made.database.set("pool", ref, ha_enabled=False)
    return made


@pytest.fixture
def servers(pool: Pool) -> Iterator[Servers]:
    with Servers(pool) as running:
        yield running


def settings(servers: Servers, **fields: Any) -> Any:
    return lambda check: xen_pools.ensure_settings(opened(servers), SettingsWish(**fields), 10.0, check)


def addressed(servers: Servers, addresses: dict[str, str], **fields: Any) -> Any:
    wanted = NetworkWish(**{"name": "cloud-storage", "interface": "eth3", **fields})
    return lambda check: xen_pools.ensure_network(opened(servers), wanted, 10.0, check, addresses)


def test_a_control_domain_gets_its_memory_at_the_next_restart(servers: Servers, pool: Pool) -> None:
    done = twice(pool, settings(servers, dom0=4096 * MIB, hosts=("xen1",)))
    assert done.after == {"changes": ["4096 MiB for the control domain of xen1 after its restart"]}
    assert done.warnings == ("xen1 must be restarted: its control domain has 3072 of 4096 MiB",)
    told = {each["name"]: (each["dom0"], each["dom0_next"]) for each in done.result["hosts"]}  # type: ignore[attr-defined]
    assert told == {"xen0": (3072 * MIB, 3072 * MIB), "xen1": (3072 * MIB, 4096 * MIB), "xen2": told["xen0"]}
    for memory, error in ((33 * 1024 * MIB, Refused), (512 * MIB, InvalidValue)):
        with pytest.raises(error):
            settings(servers, dom0=memory)(False)
    with pytest.raises(NotFound):
        settings(servers, dom0=4096 * MIB, hosts=("xen9",))(False)


def test_time_servers_are_the_same_on_every_host_and_end_ntp_that_is_off(servers: Servers, pool: Pool) -> None:
    pool.database.set("host", pool.host("xen2"), ntp_mode="Disabled")
    assert "ntp_off" in {each.code for each in judge_pool(opened(servers).layout()).findings}
    twice(pool, settings(servers, ntp_servers=("ntp2.example.net", "10.0.0.1")))
    for host in pool.database.rows["host"].values():
        assert (host["ntp_mode"], host["ntp_custom_servers"]) == ("Custom", ["10.0.0.1", "ntp2.example.net"])
    assert "ntp_off" not in {each.code for each in judge_pool(opened(servers).layout()).findings}
    with pytest.raises(InvalidValue):
        settings(servers, ntp_servers=("-oops",))(False)


@pytest.mark.parametrize(
    ("told", "expected"), [({}, None), ({"restrict_dmc": "false"}, True), ({"restrict_dmc": "true"}, False)]
)
def test_a_license_without_dynamic_memory_control_is_a_note(
    servers: Servers, pool: Pool, told: dict[str, str], expected: bool | None
) -> None:
    (ref,) = pool.database.rows["pool"]
    pool.database.set("pool", ref, restrictions=told)
    layout = opened(servers).layout()
    assert layout.dmc is expected
    codes = {each.code: each.severity for each in judge_pool(layout).findings}
    assert codes.get("dmc_restricted") == ("note" if expected is False else None)


def test_an_older_pool_says_what_it_cannot_set(servers: Servers, pool: Pool) -> None:
    layout = opened(servers).layout()
    old = [replace(host, ntp="", multipath=None) for host in layout.hosts]
    with pytest.raises(Refused) as error:
        settings_steps(replace(layout, hosts=tuple(old)), SettingsWish(ntp_servers=("10.0.0.1",), multipath=True))
    assert codes(error) == {"ntp_unsupported", "multipath_unsupported"}


def test_paths_are_set_before_there_is_storage_or_on_a_host_that_is_out(servers: Servers, pool: Pool) -> None:
    twice(pool, settings(servers, multipath=True, hosts=("xen0",)))
    storage(servers, "iscsi")(False)
    before = writes(pool)
    with pytest.raises(Refused) as error:
        settings(servers, multipath=True)(False)
    assert codes(error) == {"storage_in_use"}
    assert writes(pool) == before
    for name in HOSTS[1:]:
        pool.database.set("host", pool.host(name), enabled=False)
    done = settings(servers, multipath=True)(False)
    assert done.after["changes"][:3] == [
        "unplug primary on xen1",
        "multipathing on on xen1",
        "plug primary on xen1",
    ]
    assert all(host["multipathing"] for host in pool.database.rows["host"].values())
    assert all(pbd["currently_attached"] for pbd in pool.database.rows["PBD"].values())
    assert not settings(servers, multipath=True)(False).changed


def test_the_pool_gets_a_new_master_by_its_own_ha(servers: Servers, pool: Pool) -> None:
    assert {"ha_off"} <= {each.code for each in judge_pool(opened(servers).layout()).findings}
    twice(pool, settings(servers, ha=True, ha_storage=(site.SHARED,)))
    seen = judge_pool(opened(servers).layout()).findings
    assert not {each.code for each in seen} & {"ha_off", "ha_timeout"}
    other = settings(servers, ha=True, ha_storage=(site.SHARED,), ha_timeout=150)(False)
    assert [text.split(" on ")[0] for text in other.after["changes"]] == [
        "disable the HA of the pool",
        "enable the HA of the pool",
    ]
    assert settings(servers, ha=False)(False).changed
    assert not settings(servers, ha=False)(False).changed


def test_ha_needs_storage_and_hosts(servers: Servers, pool: Pool) -> None:
    pool.database.set("host", pool.host("xen1"), enabled=False)
    for name, code in (("nothing", "ha_storage_missing"), (site.LOCAL, "ha_storage_missing")):
        with pytest.raises(Refused) as error:
            settings(servers, ha=True, ha_storage=(name,))(False)
        assert codes(error) == {code, "ha_host_away"}
    (ref,) = pool.database.find("SR", name_label=site.SHARED)
    pool.database.set("PBD", pool.database.find("PBD", SR=ref)[2], currently_attached=False)
    with pytest.raises(Refused) as error:
        settings(servers, ha=True, ha_storage=(site.SHARED,))(False)
    assert codes(error) == {"ha_storage_unfit", "ha_host_away"}
    for wrong in ({"ha_timeout": 30}, {"ha_storage": ()}):
        with pytest.raises(InvalidValue):
            settings(servers, **{"ha": True, "ha_storage": (site.SHARED,), **wrong})(False)
    assert writes(pool) == []


def test_hosts_get_addresses_on_the_storage_network(servers: Servers, pool: Pool) -> None:
    """Also on a VLAN that the same task makes; XAPI does not unplug them, and there is no second gateway."""
    twice(pool, addressed(servers, ADDRESSES))
    done = twice_again(pool, addressed(servers, {"xen0": "10.4.0.9/29"}, name="s-300", interface="eth1", vlan=300))
    assert done.after["changes"][-1] == "address 10.4.0.9/29 of xen0 on s-300"
    assert done.result["hosts"]["xen0"] == {"interface": "eth1", "vlan": 300, "address": "10.4.0.9/29"}
    assert "xen1 gets no address on s-300 and cannot reach its storage" in done.warnings
    for row in pool.database.rows["PIF"].values():
        if row["IP"].startswith(("10.3.", "10.4.")):
            assert (row["gateway"], row["disallow_unplug"], row["ip_configuration_mode"]) == ("", True, "Static")


def twice_again(pool: Pool, act: Any) -> Any:
    """As ``twice``, for a pool that was written to before."""
    written = writes(pool)
    foretold = act(True)
    assert writes(pool) == written
    done = act(False)
    assert foretold.after == done.after
    assert not act(False).changed
    return done


@pytest.mark.parametrize(
    ("addresses", "fields", "expected"),
    [
        ({"xen9": "10.3.0.9/24"}, {}, {"host_missing"}),
        ({"xen0": "10.3.0.9/24", "xen1": "10.3.0.9/24"}, {}, {"address_twice"}),
        ({"xen0": "10.3.0.9/24", "xen1": "10.3.1.9/24"}, {}, {"networks_differ"}),
        ({"xen0": "127.75.0.2/24"}, {}, {"address_taken", "network_taken"}),
        ({"xen0": "127.75.0.77/24"}, {}, {"network_taken"}),
        ({"xen0": "10.3.0.9/24"}, {"name": "cloud-private", "interface": "eth0"}, {"management_address"}),
    ],
)
def test_addresses_that_cannot_be_are_refused_before_anything_is_made(
    servers: Servers, pool: Pool, addresses: dict[str, str], fields: dict[str, Any], expected: set[str]
) -> None:
    for check in (True, False):
        with pytest.raises(Refused) as error:
            addressed(servers, addresses, **fields)(check)
        assert expected <= codes(error)
    assert writes(pool) == []


@pytest.mark.parametrize("text", ["", "10.3.0.9", "10.3.0.0/24", "10.3.0.255/24", "fd00::9/64", "10.3.0.9/32", "x/24"])
def test_what_is_no_address_of_a_host_is_told(servers: Servers, pool: Pool, text: str) -> None:
    with pytest.raises(InvalidValue, match="xen0"):
        addressed(servers, {"xen0": text})(True)
    assert writes(pool) == []
