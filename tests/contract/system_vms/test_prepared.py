# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_system_vm_template on primary storage pools, against the API."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.system_vms.zone import Zone
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, WaitTimeout
from sandbox.world import World

MODULE = "cs_system_vm_template"
NAME = "systemvm-kvm-4.22.0"
NEW: dict[str, Any] = {"hypervisor": "KVM", "version": "4.22.0", "url": "http://192.0.2.30/systemvm.qcow2"}
PREPARED = {**NEW, "prepared": True}


@pytest.fixture
def kvm(zone: Zone) -> Zone:
    """A KVM cluster with two pools, one for the whole zone, and those that cannot have a copy."""
    cluster, _hosts = zone.site.hypervisors("kvm-a", "KVM", ["kvm1"])
    place = {"zoneid": zone.site.zone}
    of_cluster = {**place, "podid": zone.site.pod, "clusterid": cluster, "scope": "CLUSTER"}
    for name in ("one", "two", "off", "managed"):
        zone.site.api.ok("createStoragePool", **of_cluster, name=name, url=f"nfs://192.0.2.9/{name}")
    everywhere = {**place, "scope": "ZONE", "name": "wide", "url": "nfs://192.0.2.9/wide"}
    zone.site.api.ok("createStoragePool", **everywhere, hypervisor="KVM")

    def change(world: World) -> None:
        world.storage_pools.select(name="off")[0].state = "Maintenance"
        world.storage_pools.select(name="managed")[0].managed = True

    zone.change(change)
    zone.server.calls.clear()
    return zone


# Servers before 4.15 show no copies, those before 4.20 not whether a pool is managed.
SHOWN = pytest.mark.since("4.15", raises=(AssertionError, pytest.fail.Exception))
MANAGED = pytest.mark.since("4.20", raises=(AssertionError, KeyError))


def ready(told: Any) -> list[str]:
    return sorted(each["pool"] for each in told["pools"] if each["state"] == "DOWNLOADED")


@MANAGED
def test_every_pool_that_can_hold_it_gets_a_copy(kvm: Zone) -> None:
    done = twice(kvm.cloud, MODULE, **PREPARED)
    assert (done.before["prepared"], done.after["prepared"]) == ([], ["one", "two", "wide"])
    assert ready(done.result) == ["one", "two", "wide"]
    assert writes(kvm.server) == ["registerTemplate", *["prepareTemplate"] * 3]


@MANAGED
def test_pools_that_get_none_are_told_with_the_reason(kvm: Zone) -> None:
    told: Any = perform(kvm.cloud, MODULE, **PREPARED).result["pools"]
    left: dict[str, str] = {each["pool"]: each["left_out"] for each in told if each["left_out"]}
    assert (left.pop("off"), left.pop("managed")) == ("Maintenance", "managed")
    assert set(left.values()) == {"hypervisor Simulator"}


@MANAGED
def test_a_pool_of_later_gets_its_copy_alone(kvm: Zone, connect: Connect) -> None:
    perform(kvm.cloud, MODULE, **PREPARED)
    kvm.change(lambda world: setattr(world.storage_pools.select(name="off")[0], "state", "Up"))
    kvm.server.calls.clear()
    done = twice(Gateway(connect(kvm.server)), MODULE, **PREPARED)
    assert (done.before, done.after) == (
        {"prepared": ["one", "two", "wide"]},
        {"prepared": ["off", "one", "two", "wide"]},
    )
    assert writes(kvm.server) == ["prepareTemplate"]


@MANAGED
def test_pools_of_one_name_are_told_apart(kvm: Zone) -> None:
    kvm.change(lambda world: setattr(world.storage_pools.select(name="two")[0], "name", "one"))
    done = twice(kvm.cloud, MODULE, **PREPARED)
    assert ready(done.result) == ["one", "one", "wide"]


@SHOWN
def test_it_is_used_after_it_is_there(kvm: Zone) -> None:
    twice(kvm.cloud, MODULE, **PREPARED, default=True)
    assert writes(kvm.server)[-2:] == ["prepareTemplate", "updateConfiguration"]


def test_nothing_is_prepared_unless_asked(kvm: Zone) -> None:
    done = perform(kvm.cloud, MODULE, **NEW)
    assert done.result["pools"] == []
    assert writes(kvm.server) == ["registerTemplate"]


@SHOWN
def test_a_copy_that_fails_is_an_error_and_nothing_is_set(kvm: Zone) -> None:
    kvm.server.faults.add("prepareTemplate", "template_never_prepared", target="two")
    with pytest.raises(HostcraftError, match="two of zone") as failed:
        perform(kvm.cloud, MODULE, **PREPARED, default=True)
    assert failed.value.code == "preparation_failed"
    assert "updateConfiguration" not in writes(kvm.server)


@pytest.mark.since("4.20", raises=(AssertionError, pytest.fail.Exception))
def test_the_error_of_an_earlier_attempt_does_not_end_the_next_at_once(kvm: Zone) -> None:
    kvm.server.faults.add("prepareTemplate", "template_never_prepared", target="two")
    with pytest.raises(HostcraftError):
        perform(kvm.cloud, MODULE, **PREPARED)
    with pytest.raises(WaitTimeout, match="DOWNLOAD_ERROR"):
        perform(kvm.cloud, MODULE, **PREPARED, timeout=30.0)
    kvm.server.faults.clear()
    assert ready(perform(kvm.cloud, MODULE, **PREPARED).result) == ["one", "two", "wide"]


@MANAGED
def test_a_lost_answer_prepares_it_once(kvm: Zone) -> None:
    kvm.server.faults.add("prepareTemplate", "drop_after")
    assert perform(kvm.cloud, MODULE, **PREPARED).changed
    assert kvm.server.calls.counts["prepareTemplate"] == 3


@MANAGED
def test_a_server_that_shows_no_copies_is_asked_and_it_is_said(kvm: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    client = kvm.cloud.system_templates._client
    listing = client.listing

    def bare(command: str, *more: Any) -> Any:
        found = listing(command, *more)
        if command != "listTemplates":
            return found
        return [{name: value for name, value in row.items() if name != "downloaddetails"} for row in found]

    monkeypatch.setattr(client, "listing", bare)
    done = perform(kvm.cloud, MODULE, **PREPARED)
    assert any("does not show" in each for each in done.warnings)
    assert kvm.server.calls.counts["prepareTemplate"] == 3
