# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events read by filters, and watched."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.events.journal import FileJournal
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.events.watch import Watch, body
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.log import Alert, Event
from unit.sandbox.site import Site


def write(sandbox: Sandbox, count: int, created: str, type: str = "VM.START", level: str = "INFO") -> list[str]:
    def make(world: World) -> list[str]:
        rows = []
        for number in range(count):
            row = Event(world.events.next_id(), world.new_uuid(), type, f"text {number}", "Completed", created, level)
            rows.append(world.events.add(row).uuid)
        return rows

    return sandbox.run(make)


def ids(cloud: Gateway, **asked: object) -> list[str]:
    result = perform(cloud, "cs_event_info", **asked).result
    found = [str(each["id"]) for each in result["events"]]  # type: ignore[attr-defined]
    assert result["count"] == len(found)
    return found


def test_filters(cloud: Gateway, sandbox: Sandbox) -> None:
    one = write(sandbox, 1, "2021-03-01T10:00:00+0000", "X.ONE", "ERROR")
    two = write(sandbox, 2, "2021-03-01T10:00:01+0000", "X.TWO")
    assert ids(cloud, type="X.ONE") == one
    assert set(ids(cloud, keyword="x.tw")) == set(two)
    assert ids(cloud, level="ERROR", until="2021-12-31") == one
    assert ids(cloud, level="ERROR", since="0001-01-01", until="9999-12-31") == ids(cloud, level="ERROR")
    assert ids(cloud, type="NO.SUCH") == []
    assert ids(cloud, since="2021-03-01T10:00:00Z", until="2021-03-01 10:00:00") == one
    # 12:00:01 in a zone two hours ahead is the same second.
    assert set(ids(cloud, since="2021-03-01T12:00:01+0200", until="2021-03-02")) == set(two)
    assert set(ids(cloud, type="X.TWO", state="Completed")) == set(two)
    assert ids(cloud, type="X.TWO", state="Started") == []


def test_what_cannot_be_is_refused(cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="since"):
        perform(cloud, "cs_event_info", since="tomorrow")
    with pytest.raises(InvalidValue, match="until"):
        perform(cloud, "cs_event_info", since="2026-02-01", until="2026-01-01")
    with pytest.raises(MissingValue, match="resource_type"):
        perform(cloud, "cs_event_info", resource_id="1")


@pytest.mark.since("4.17")
def test_events_of_one_resource(cloud: Gateway, site: Site) -> None:
    (host,) = [each.id for each in cloud.hosts.all()][:1]
    perform(cloud, "cs_event_info", resource_type="Host", resource_id=host)
    cloud.act("prepare_maintenance", host)
    found = perform(cloud, "cs_event_info", resource_type="Host", resource_id=host).result["events"]
    assert {each["resource_id"] for each in found} == {host}  # type: ignore[attr-defined]


def test_all_events_across_pages_each_once(cloud: Gateway, sandbox: Sandbox) -> None:
    made = write(sandbox, 1203, "2021-03-01T10:00:00+0000", "X.MANY")
    assert sorted(ids(cloud, type="X.MANY")) == sorted(made)


def test_a_watch_tells_events_alerts_and_hosts(cloud: Gateway, sandbox: Sandbox, tmp_path: Path) -> None:
    path = str(tmp_path / "cursor")

    def quiet(world: World) -> None:
        """Without secondary storage no system VM starts meanwhile, which would be another alert."""
        world.settings["default.page.size"].value = "20"
        for store in list(world.image_stores):
            world.image_stores.remove(store)

    sandbox.run(quiet)
    watch = Watch(cloud, FileJournal(path))
    assert watch.poll() == []
    now = sandbox.world.now()
    made = write(sandbox, 45, now)

    def change(world: World) -> str:
        alert = Alert(world.alerts.next_id(), world.new_uuid(), 0, "ALERT.MEMORY", "{{ low }}", now)
        world.alerts.add(alert)
        host = next(iter(world.hosts))
        host.state = "Disconnected"
        return alert.uuid

    alert = sandbox.run(change)
    found = [body(each) for each in watch.poll()]
    assert [each["event"]["id"] for each in found if each["source"] == "events"] == made[::-1] or sorted(
        each["event"]["id"] for each in found if each["source"] == "events"
    ) == sorted(made)
    # The server may send an alert of the host of its own.
    (told,) = [each["alert"] for each in found if each["source"] == "alerts" and each["alert"]["id"] == alert]
    assert (told["id"], told["description"]) == (alert, "{ { low }}"), "no template"
    (host,) = [each["host"] for each in found if each["source"] == "hosts"]
    assert (host["previous_state"], host["state"]) == ("Up", "Disconnected")
    for each in watch.poll():
        watch.told(each)
    watch.settle()
    assert Watch(cloud, FileJournal(path)).poll() == []

    def again(world: World) -> None:
        world.alerts.by_uuid(alert).sent = "2040-01-01T00:00:00+0000"

    sandbox.run(again)
    assert [body(each)["alert"]["id"] for each in Watch(cloud, FileJournal(path)).poll()] == [alert]
