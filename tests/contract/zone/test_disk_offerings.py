# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk offerings against the API: what can be changed of them, and what the server ignores without a word."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

MODULE = "cs_disk_offering"
OLD: dict[str, Any] = {
    "name": "full", "display_text": "All", "disk_size": 500, "display_offering": False, "storage_type": "local",
    "provisioning_type": "sparse", "storage_tags": ["ssd", "fast"], "bytes_read_rate": 10, "bytes_read_rate_max": 20,
    "bytes_read_rate_max_length": 60, "bytes_write_rate": 11, "bytes_write_rate_max": 21,
    "bytes_write_rate_max_length": 61, "iops_read_rate": 12, "iops_read_rate_max": 22, "iops_read_rate_max_length": 62,
    "iops_write_rate": 13, "iops_write_rate_max": 23, "iops_write_rate_max_length": 63, "iops_min": 100,
    "iops_max": 500, "hypervisor_snapshot_reserve": 200,
}  # fmt: skip


def codes(cloud: Gateway, **arguments: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(cloud, MODULE, True, **arguments)
    return [each.code for each in caught.value.reasons]


@pytest.mark.since("4.12")
def test_every_option_arrives(sandbox: Sandbox, cloud: Gateway) -> None:
    done = twice(cloud, MODULE, **OLD)
    shown = {name: list(value) if isinstance(value, tuple) else value for name, value in done.result.items()}
    assert {name: shown[name] for name in OLD} == OLD
    assert (shown["customized"], shown["customized_iops"], shown["domain_ids"]) == (False, False, [])
    assert writes(sandbox) == ["createDiskOffering"]
    found: Any = perform(cloud, f"{MODULE}_info", name="full").result["disk_offerings"]
    assert [row["iops_read_rate_max"] for row in found] == [22]
    every: Any = perform(cloud, f"{MODULE}_info").result["disk_offerings"]
    assert len(every) == 5


@pytest.mark.since("4.18")
def test_options_that_came_later(cloud: Gateway) -> None:
    made = {"cache_mode": "writeback", "disk_size_strictness": True, "encrypt": True}
    done = twice(cloud, MODULE, name="later", disk_size=1, **made)
    assert {name: done.result[name] for name in made} == made
    assert twice(cloud, MODULE, name="later", cache_mode="none").after == {"cache_mode": "none"}


@pytest.mark.since("4.12")
@pytest.mark.parametrize(
    "change",
    [
        {"disk_size": 600}, {"customized": True}, {"storage_type": "shared"}, {"provisioning_type": "fat"},
        {"iops_min": 99}, {"customized_iops": True}, {"hypervisor_snapshot_reserve": 1},
        pytest.param({"encrypt": True}, marks=pytest.mark.since("4.18")),
    ],
)  # fmt: skip
def test_what_the_server_cannot_change_is_refused_by_name(
    sandbox: Sandbox, cloud: Gateway, change: dict[str, Any]
) -> None:
    perform(cloud, MODULE, **OLD)
    sandbox.calls.clear()
    assert codes(cloud, name="full", **change) == ["fixed_field"]
    assert writes(sandbox) == []


@pytest.mark.since("4.12")
def test_texts_are_changed(cloud: Gateway) -> None:
    perform(cloud, MODULE, **OLD)
    twice(cloud, MODULE, name="full", display_text="Other", display_offering=True)


@pytest.mark.since("4.15")
@pytest.mark.parametrize("change", [{"storage_tags": []}, {"iops_read_rate": 22}, {"bytes_write_rate_max_length": 5}])
def test_tags_and_rates_are_changed(sandbox: Sandbox, cloud: Gateway, change: dict[str, Any]) -> None:
    perform(cloud, MODULE, **OLD)
    sandbox.calls.clear()
    twice(cloud, MODULE, name="full", **change)
    assert writes(sandbox) == ["updateDiskOffering"]


@pytest.mark.since("4.12")
def test_a_rate_cannot_be_taken_away(sandbox: Sandbox, cloud: Gateway) -> None:
    """The server answers that all is well, and keeps it."""
    made = perform(cloud, MODULE, **OLD)
    kept = Api(sandbox).ok("updateDiskOffering", id=made.result["id"], iopsreadrate=0)["diskoffering"]
    assert kept["diskIopsReadRate"] == 12
    assert codes(cloud, name="full", iops_read_rate=0) == ["rate_stays"]
    assert not perform(cloud, MODULE, name="Small", iops_read_rate=0).changed


@pytest.mark.parametrize(
    "wrong",
    [
        {"disk_size": 0}, {"bytes_read_rate": -1}, {"iops_min": 9, "iops_max": 8},
        {"iops_write_rate": 9, "iops_write_rate_max": 8},
    ],
)  # fmt: skip
def test_numbers_that_cannot_be(sandbox: Sandbox, cloud: Gateway, wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(wrong))):
        perform(cloud, MODULE, **{"name": "x", "disk_size": 1, **wrong})
    assert writes(sandbox) == []


@pytest.mark.since("4.12")
def test_a_burst_below_the_rate_that_it_has(cloud: Gateway) -> None:
    """The server compares only what one command holds."""
    perform(cloud, MODULE, **OLD)
    with pytest.raises(InvalidValue, match="iops_read_rate"):
        perform(cloud, MODULE, True, name="full", iops_read_rate_max=11)


def test_what_a_new_one_lacks(sandbox: Sandbox, cloud: Gateway) -> None:
    for given, lacking in (({}, "disk_size"), ({"customized": True, "iops_min": 5}, "iops_max")):
        with pytest.raises(MissingValue, match=lacking):
            perform(cloud, MODULE, name="x", **given)
    assert codes(cloud, name="x", customized=True, disk_size=5) == ["size_customized"]
    wanted = {"name": "x", "customized": True, "customized_iops": True, "iops_min": 5, "iops_max": 6}
    assert codes(cloud, **wanted) == ["iops_customized"]
    with pytest.raises(NotFound):
        perform(cloud, MODULE, name="x", disk_size=1, domains=["nowhere"])
    assert writes(sandbox) == []


def test_iops_are_taken_by_both_kinds_of_offering(sandbox: Sandbox, cloud: Gateway) -> None:
    """Without customizediops the server ignores them."""
    iops = {"disk_iops_min": 10, "disk_iops_max": 20}
    done = twice(cloud, "cs_service_offering", name="x", cpu_number=1, cpu_speed=500, memory=512, **iops)
    assert {name: done.result[name] for name in iops} == iops
    (call,) = sandbox.calls.of("createServiceOffering")
    assert call.params["customizediops"] == "false"


def test_it_is_removed(cloud: Gateway) -> None:
    perform(cloud, MODULE, name="tiny", customized=True)
    twice(cloud, MODULE, name="TINY", state="absent")


@pytest.mark.since("4.13")
def test_it_is_limited_and_opened_again(sandbox: Sandbox, cloud: Gateway, site: Site) -> None:
    domain = Api(sandbox).ok("createDomain", name="customers")["domain"]["id"]
    done = twice(cloud, MODULE, name="o", disk_size=1, domains=["customers"], zones=["z1"])
    assert (done.result["domain_ids"], done.result["zone_ids"]) == ([domain], [site.zone])
    opened = twice(cloud, MODULE, name="o", domains=[], zones=[])
    assert (opened.result["domain_ids"], opened.result["zone_ids"]) == ([], [])
