# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usage server judged by what the API shows, and its records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.usage.info import UsageNotFit
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.surface import version_key
from sandbox.world import World
from unit.sandbox.site import Site

INFO = "cs_usage_info"
RUNS = pytest.mark.since("4.17", raises=(AssertionError, TypeError))


def told(before: timedelta) -> str:
    return (datetime.now(UTC) - before).strftime("%Y-%m-%dT%H:%M:%S+0000")


def ago(**time: float) -> str:
    return told(timedelta(**time))


def arrange(sandbox: Sandbox, heartbeat: str, success: str) -> None:
    def put(world: World) -> None:
        world.usage_server = {"hostname": "usage1/192.0.2.20", "lastheartbeat": heartbeat, "lastsuccessfuljob": success}
        world.settings["usage.sanity.check.interval"].value = "1"

    sandbox.run(put)


def record(day: int, usage: float = 24.0, **more: Any) -> dict[str, Any]:
    end = f"2026-11-{day:02d}T23:59:59+0000"
    given = {"usageid": "vm-1", "usagetype": 1, "account": "admin", "domain": "ROOT", "description": "VM-1 running"}
    return {**given, "rawusage": str(usage), "startdate": end.replace("23:59:59", "00:00:00"), "enddate": end, **more}


def codes(outcome: Any) -> set[str]:
    return {finding["code"] for finding in outcome.result["findings"]}


@RUNS
def test_one_that_runs_elsewhere_is_well(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    """Its state is that of the answering server's own service: Down."""
    arrange(sandbox, ago(seconds=30), ago(hours=5))
    seen = perform(cloud, INFO, fail="hurts").result
    assert (seen["findings"], seen["usage_server"]["service"]) == ([], "Down")


@RUNS
@pytest.mark.parametrize(
    ("heartbeat", "success", "found"),
    [
        (timedelta(hours=2), timedelta(hours=5), {"usage_no_heartbeat"}),
        (timedelta(minutes=3), timedelta(hours=5), {"usage_no_heartbeat"}),
        (timedelta(seconds=30), timedelta(days=3), {"usage_behind"}),
        (timedelta(seconds=30), None, {"usage_never_ran"}),
        (None, None, {"usage_never_ran", "usage_no_heartbeat"}),
    ],
)
def test_what_is_wrong_with_it(
    cloud: Gateway,
    sandbox: Sandbox,
    site: Site,
    heartbeat: timedelta | None,
    success: timedelta | None,
    found: set[str],
) -> None:
    # Counted from now, not from when the tests were collected.
    began = "1970-01-01T00:00:00+0000"
    arrange(sandbox, told(heartbeat) if heartbeat else "", told(success) if success else began)
    assert codes(perform(cloud, INFO)) == found
    with pytest.raises(UsageNotFit):
        perform(cloud, INFO, fail="blocks")


def test_an_older_server_says_nothing_of_it(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    sandbox.api.apis = {name: api for name, api in sandbox.api.apis.items() if name != "listUsageServerMetrics"}
    seen = perform(cloud, INFO).result
    assert seen["usage_server"] is None
    assert {each["code"] for each in seen["unseen"]} == {"usage_never_ran", "usage_no_heartbeat", "usage_behind"}


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("usage.stats.job.exec.time", "24:00", {"usage_bad_time"}),
        ("usage.stats.job.exec.time", "00.15", {"usage_bad_time"}),
        ("usage.stats.job.aggregation.range", "0", {"usage_bad_range"}),
        ("usage.stats.job.aggregation.range", "700", {"usage_range_uneven"}),
        pytest.param("usage.stats.job.aggregation.range", "60", {"usage_behind"}, marks=RUNS),
        ("usage.aggregation.timezone", "Europe/Zuerich", {"usage_bad_zone"}),
        ("usage.aggregation.timezone", "Europe/Zurich", set()),
        ("usage.execution.timezone", "GMT+02:00", {"usage_zones_differ"}),
        ("enable.usage.server", "false", {"usage_not_watched"}),
        ("usage.sanity.check.interval", "0", {"usage_no_sanity_check"}),
    ],
)
def test_settings_are_judged(
    cloud: Gateway, sandbox: Sandbox, site: Site, name: str, value: str, found: set[str]
) -> None:
    arrange(sandbox, ago(seconds=30), ago(hours=5))
    sandbox.run(lambda world: setattr(world.settings[name], "value", value))
    assert codes(perform(cloud, INFO)) == found


def test_records_are_added_up_and_judged(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    arrange(sandbox, ago(seconds=30), ago(hours=5))
    rows = [record(1), record(2), record(2), record(5, 25.0), record(6, -1.0), record(7, usagetype=6)]
    sandbox.run(lambda world: world.usage_records.extend(rows))
    seen = perform(cloud, INFO, start_date="2026-11-01", end_date="2026-11-30")
    assert codes(seen) == {"record_twice", "record_impossible", "record_gap"}
    assert [finding["facts"].get("days") for finding in seen.result["findings"] if finding["facts"]] == [2]
    # Servers before 4.20 name types by their description alone.
    named = "RUNNING_VM" if version_key(DEFAULT_VERSION) >= version_key("4.20") else "Running Vm Usage"
    assert seen.result["totals"][0] == {"type": 1, "name": named, "records": 5, "usage": 96.0}
    assert len(seen.result["records"]) == 6
    only = perform(cloud, INFO, start_date="2026-11-01", end_date="2026-11-30", type=6)
    volume = "VOLUME" if named == "RUNNING_VM" else "Volume Usage"
    assert [row["type_name"] for row in only.result["records"]] == [volume]


TEMPLATE = {"usageid": "tmpl-1", "usagetype": 7, "description": "Template Id:205 Size:(2.00 GB)"}
VOLUME = {"usageid": "vol-1", "usagetype": 6, "description": "Volume Id: 3 usage time (DiskOffering: 9)"}
ROUTER = {"usageid": "vr-1", "usagetype": 4, "description": "Bytes sent by router"}


@pytest.mark.parametrize(
    ("rows", "twice"),
    [
        ([{**TEMPLATE, "zoneid": "zone-1"}, {**TEMPLATE, "zoneid": "zone-2"}], 0),
        ([{**TEMPLATE, "zoneid": "zone-1"}, {**TEMPLATE, "zoneid": "zone-1"}], 1),
        ([{**VOLUME, "size": 10 << 30}, {**VOLUME, "size": 20 << 30}], 0),
        ([{**VOLUME, "size": 10 << 30}, {**VOLUME, "size": 10 << 30}], 1),
        ([{**ROUTER, "networkid": "net-1"}, {**ROUTER, "networkid": "net-2"}, ROUTER], 0),
        ([{**ROUTER, "networkid": "net-1"}, {**ROUTER, "networkid": "net-1"}], 1),
    ],
)
def test_a_record_of_another_zone_size_or_network_is_another_record(
    cloud: Gateway, sandbox: Sandbox, site: Site, rows: list[dict[str, Any]], twice: int
) -> None:
    """StorageUsageParser has a key of zones, VolumeUsageParser one of sizes, and traffic is counted by network."""
    arrange(sandbox, ago(seconds=30), ago(hours=5))
    sandbox.run(lambda world: world.usage_records.extend(record(1, **row) for row in rows))
    seen = perform(cloud, INFO, start_date="2026-11-01", end_date="2026-11-01")
    assert [finding["code"] for finding in seen.result["findings"]].count("record_twice") == twice
    assert [row["network_id"] for row in seen.result["records"]] == [row.get("networkid", "") for row in rows]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"start_date": "2026-11-01"}, MissingValue),
        ({"start_date": "2026-11-02", "end_date": "2026-11-01"}, InvalidValue),
        ({"start_date": "01/02/2026", "end_date": "2026-11-01"}, InvalidValue),
        ({"ignore": ["no_such_code"]}, InvalidValue),
    ],
)
def test_what_is_refused(cloud: Gateway, site: Site, given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        perform(cloud, INFO, **given)
