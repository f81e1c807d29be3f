# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_site by two runs at the same time: one writes, the other is told who does; nothing is there twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from contract.conftest import Connect
from contract.site.test_site import example
from contract.tasks import perform, writes
from integration.zone.apply import there

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Reason, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.site.apply import SiteIncomplete
from sandbox.server import Sandbox

OTHER = locks.Claim(locks.Lock("0123456789ab", "root@awx2", "AWX job 25"))


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    return Gateway(connect(sandbox))


def tagged(*tags: str) -> dict[str, Any]:
    given = example()
    given["hosts"][0]["host_tags"] = list(tags)
    return given


def test_a_run_is_told_who_has_the_zone_unless_it_has_nothing_to_write(
    sandbox: Sandbox, cloud: Gateway, connect: Connect
) -> None:
    perform(cloud, "cs_site", **example())
    other = Gateway(connect(sandbox))
    (zone,) = other.zones.all()
    locks.take(other, zone, OTHER)
    sandbox.calls.clear()
    with pytest.raises(Refused, match=r"zone zurich: root@awx2 has held its lock .*AWX job 25.*take_over='AWX job 25'"):
        perform(Gateway(connect(sandbox)), "cs_site", **tagged("gpu"))
    assert set(writes(sandbox)) <= {"addAnnotation", "removeAnnotation"}
    assert perform(Gateway(connect(sandbox)), "cs_site", True, **tagged("gpu")).changed
    assert not perform(Gateway(connect(sandbox)), "cs_site", **example()).changed
    assert perform(Gateway(connect(sandbox)), "cs_site", take_over="AWX job 25", **tagged("gpu")).changed
    assert list(other.notes.all("ZONE", zone.id)) == []


def test_a_task_of_a_named_run_keeps_no_zone(sandbox: Sandbox, cloud: Gateway, connect: Connect) -> None:
    """No later task would give it back, and the zone would be locked until the lease ends."""
    holder = {"token": "1a", "who": "anna@desk", "job": "", "place": ""}
    perform(cloud, "cs_site", run="roll", holder=holder, **example())
    (zone,) = cloud.zones.again()
    assert list(cloud.notes.all("ZONE", zone.id)) == []
    assert perform(Gateway(connect(sandbox)), "cs_site", **tagged("gpu")).changed


def test_what_another_run_wrote_while_one_waited_is_not_written_again(
    sandbox: Sandbox, cloud: Gateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform(cloud, "cs_site", **example())
    take = locks.take

    def late(*given: Any) -> Any:
        """Another run was there first."""
        monkeypatch.setattr(locks, "take", take)
        perform(Gateway(connect(sandbox)), "cs_site", **tagged("gpu"))
        sandbox.calls.clear()
        return take(*given)

    monkeypatch.setattr(locks, "take", late)
    outcome = perform(Gateway(connect(sandbox)), "cs_site", **tagged("gpu"))
    assert (outcome.changed, outcome.result["plan"]) == (False, [])
    assert writes(sandbox) == ["addAnnotation", "removeAnnotation"]


@pytest.mark.parametrize("first", [True, False], ids=["a new zone", "a zone that is there"])
def test_two_at_the_same_time(sandbox: Sandbox, cloud: Gateway, connect: Connect, first: bool) -> None:
    given = example()
    if not first:
        bare = {**given["declaration"], "clusters": [], "primary_storage": []}
        perform(cloud, "cs_site", declaration=bare)
    ended: list[object] = []

    def run(gateway: Gateway) -> None:
        try:
            ended.append(perform(gateway, "cs_site", **example()))
        except HostcraftError as error:
            ended.append(error)

    threads = [threading.Thread(target=run, args=[Gateway(connect(sandbox))]) for _run in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(ended) == 2
    refused = [each for each in ended if isinstance(each, HostcraftError)]
    assert all("holds its lock" in str(each) or "held its lock" in str(each) for each in refused), refused
    assert len(refused) < 2, refused
    assert not perform(Gateway(connect(sandbox)), "cs_site", **given).changed
    names = [row[0] for row in there(sandbox)["hosts"]]
    assert sorted(names) == sorted(each["name"] for each in given["hosts"])
    (zone,) = cloud.zones.again()
    assert list(cloud.notes.all("ZONE", zone.id)) == []


def test_a_zone_that_another_run_created_meanwhile_is_filled_by_whoever_has_its_lock(
    sandbox: Sandbox, cloud: Gateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = example()
    bare = {**given["declaration"], "clusters": [], "primary_storage": []}
    create = type(cloud.zones).create

    def late(self: Any, **fields: object) -> Any:
        """Another run was there a moment before."""
        monkeypatch.setattr(type(cloud.zones), "create", create)
        perform(Gateway(connect(sandbox)), "cs_site", declaration=bare)
        return create(self, **fields)

    monkeypatch.setattr(type(cloud.zones), "create", late)
    assert perform(cloud, "cs_site", **given).changed
    assert writes(sandbox).count("createZone") == 2
    assert not perform(Gateway(connect(sandbox)), "cs_site", **given).changed
    (zone,) = cloud.zones.again()
    assert list(cloud.notes.all("ZONE", zone.id)) == []


def test_a_lock_that_is_lost_on_the_way_ends_the_run_with_what_it_wrote(
    sandbox: Sandbox, cloud: Gateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody took it over while the first objects were written."""
    given = example()
    bare = {**given["declaration"], "clusters": [], "primary_storage": []}
    perform(cloud, "cs_site", declaration=bare)

    def lost(self: locks.Held) -> None:
        raise Refused("zone zurich", [Reason("locked", "root@awx2 holds its lock (AWX job 25)")])

    monkeypatch.setattr(locks.Held, "beat", lost)
    with pytest.raises(SiteIncomplete, match=r"root@awx2 holds its lock .*; until then: 0 failed, \d done$") as error:
        perform(Gateway(connect(sandbox)), "cs_site", at_once=1, **given)
    done = error.value.details["done"]
    assert isinstance(done, list)
    clusters = {cluster["name"] for cluster in given["declaration"]["clusters"]}
    assert {line.split()[2].rstrip(":") for line in done if line.startswith("+ cluster")} == clusters
    assert (error.value.details["failed"], there(sandbox)["hosts"]) == ([], [])
    monkeypatch.undo()
    again = perform(Gateway(connect(sandbox)), "cs_site", **given)
    assert not [line for line in again.result["plan"] if line.startswith("+ cluster")]
