# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host brought to what is wanted of it: which actions, in which order, and what is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, MissingValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host, HostName, matching
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster, Pod, Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.hosts import HostRequest, ensure_host

PLACE = {"zone_id": "z", "pod_id": "p", "cluster_id": "c", "hypervisor": "KVM"}
AFTER = {"prepare_maintenance": "PrepareForMaintenance", "cancel_maintenance": "Enabled"}


class Hosts(Memory[Host]):
    """Takes the words of updateHost for the resource state that they mean; listings know their ``detail``."""

    def all(self, **filters: object) -> Any:
        return super().all(**{name: value for name, value in filters.items() if name != "detail"})

    def means(self, which: HostName, **scope: object) -> Any:
        return matching(self.all(**scope), which)

    def create(self, **fields: object) -> Host:
        state = fields.get("allocation_state") or "Enabled"
        return super().create(**{**fields, "resource_state": state})

    def update(self, id: str, **fields: object) -> Host:
        state = fields.pop("allocation_state", None)
        return super().update(id, **fields, **({"resource_state": state} if state else {}))


class Rack(FakeCloud):
    """One cluster with the given host. drained: how a drain ends, after a sleep of the clock."""

    def __init__(self, *held: Host, drained: str = "Maintenance") -> None:
        super().__init__()
        self.zones = Memory(Zone, Zone("z", "z1"))
        self.pods = Memory(Pod, Pod("p", "p1", "z"))
        self.clusters = Memory(Cluster, Cluster("c", "c1", "z", "p", hypervisor="KVM"))
        self.hosts = Hosts(Host, *held)
        self.drained = drained
        self.refusal: ApiError | None = None
        self.done: list[str] = []
        self.clock.on_sleep = lambda now: self.end_drain()
        self.jobs = self

    def end_drain(self) -> None:
        for host in list(self.hosts.rows.values()):
            if host.resource_state == "PrepareForMaintenance":
                self.hosts.rows[host.id] = dataclasses.replace(host, resource_state=self.drained)

    def act(self, action: str, id: str) -> None:
        self.done.append(action)
        if self.refusal:
            raise self.refusal
        self.hosts.rows[id] = dataclasses.replace(self.hosts.rows[id], resource_state=AFTER[action])

    def start(self, action: str, **fields: Any) -> ApiError | None:
        """The port ``Jobs``; what is asked for is done at once."""
        try:
            self.act(action, fields["id"])
        except ApiError as error:
            return error
        return None

    def ensure(self, state: Any = "present", check: bool = False, **request: Any) -> Outcome:
        request.setdefault("which", HostName("h0"))
        return ensure_host(self.port, HostRequest(zone="z1", **request), state, check)

    @property
    def writes(self) -> list[str]:
        return [verb for verb, _id, _fields in self.hosts.writes]


def held(state: str = "Enabled", **fields: Any) -> Host:
    return Host("1", "h0", **{**PLACE, "state": "Up", "resource_state": state, **fields})


def _api_error(text: str) -> ApiError:
    return ApiError(text, command="prepareHostForMaintenance", http_status=200, errorcode=530)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("state", "wanted", "actions", "updates"),
    [
        ("Enabled", "Maintenance", ["prepare_maintenance"], 0),
        ("Disabled", "Maintenance", ["prepare_maintenance"], 1),
        ("PrepareForMaintenance", "Maintenance", [], 0),
        ("ErrorInMaintenance", "Maintenance", ["cancel_maintenance", "prepare_maintenance"], 0),
        ("ErrorInPrepareForMaintenance", "Maintenance", ["cancel_maintenance", "prepare_maintenance"], 0),
        ("ErrorInPrepareForMaintenance", "Enabled", ["cancel_maintenance"], 0),
        ("Maintenance", "Disabled", ["cancel_maintenance"], 1),
        ("Disabled", "Enabled", [], 1),
    ],
)
def test_each_way_and_its_prediction(state: str, wanted: str, actions: list[str], updates: int, check: bool) -> None:
    rack = Rack(held(state))
    outcome = rack.ensure(resource_state=wanted, check=check)
    assert (outcome.before, outcome.after) == ({"resource_state": state}, {"resource_state": wanted})
    seen = state if check else wanted
    assert (outcome.result["resource_state"], outcome.result["allocation_state"]) == (seen, seen.lower())
    assert (rack.done, rack.writes) == (([], []) if check else (actions, ["update"] * updates))


def test_a_change_and_a_state_are_one_difference() -> None:
    rack = Rack(held(host_tags=("a",)))
    outcome = rack.ensure(fields={"host_tags": ["b"]}, resource_state="Disabled")
    assert outcome.before == {"host_tags": ["a"], "resource_state": "Enabled"}
    assert outcome.after == {"host_tags": ["b"], "resource_state": "Disabled"}
    assert (outcome.result["host_tags"], outcome.result["resource_state"]) == (["b"], "Disabled")


def test_a_drain_that_fails_is_refused_with_its_state() -> None:
    rack = Rack(held(), drained="ErrorInPrepareForMaintenance")
    with pytest.raises(Refused) as caught:
        rack.ensure(resource_state="Maintenance")
    (reason,) = caught.value.reasons
    assert (reason.code, reason.facts) == ("drain_failed", {"resource_state": "ErrorInPrepareForMaintenance"})


def test_a_drain_that_is_refused_is_the_servers_error_unless_it_is_under_way() -> None:
    rack = Rack(held())
    rack.refusal = _api_error("no room")
    with pytest.raises(ApiError, match="no room"):
        rack.ensure(resource_state="Maintenance")
    assert rack.done == ["prepare_maintenance"]


def test_a_removal_drains_unless_forced() -> None:
    rack = Rack(held())
    assert rack.ensure("absent").before["name"] == "h0"
    assert rack.done == ["prepare_maintenance"]
    assert rack.hosts.writes == [("delete", "1", {"forced": None, "force_destroy_local_storage": None})]
    rack = Rack(held())
    assert rack.ensure("absent", forced=True, destroy_local_storage=True).changed
    assert rack.done == []
    assert rack.hosts.writes == [("delete", "1", {"forced": True, "force_destroy_local_storage": True})]
    assert not rack.ensure("absent").changed


def test_a_removal_is_predicted_without_a_step() -> None:
    rack = Rack(held())
    assert rack.ensure("absent", check=True).changed
    assert (rack.done, rack.writes) == ([], [])


def test_a_removal_whose_drain_fails_removes_nothing() -> None:
    rack = Rack(held(), drained="ErrorInMaintenance")
    with pytest.raises(Refused):
        rack.ensure("absent")
    assert rack.writes == []


def test_a_new_host_takes_from_its_cluster_what_was_not_said() -> None:
    rack = Rack()
    outcome = rack.ensure(cluster="c1", resource_state="Disabled")
    (verb, _id, fields) = rack.hosts.writes[0]
    assert verb == "create"
    wanted = {**PLACE, "name": "h0", "url": "http://h0", "allocation_state": "Disabled", "resource_state": "Disabled"}
    assert fields == wanted
    assert outcome.result["resource_state"] == "Disabled"
    assert rack.writes == ["create"]


def test_a_misspelled_host_is_told_with_the_names_that_are_there() -> None:
    rack = Rack(held())
    with pytest.raises(MissingValue) as caught:
        rack.ensure(which=HostName("h00"), fields={"host_tags": ("ssd",)})
    assert caught.value.message == (
        "missing required arguments: password, username, hypervisor, pod; host h00 is not in zone z1 "
        "(did you mean h0?); they, or a cluster, are required to add it"
    )


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, "password, username, hypervisor, pod"),
        ({"username": "root", "hypervisor": "KVM"}, "password, pod"),
    ],
)
def test_a_new_host_without_a_cluster_lacks_what_a_cluster_would_tell(fields: dict[str, str], missing: str) -> None:
    """In the incumbent's words, which playbooks compare with."""
    rack = Rack()
    with pytest.raises(MissingValue) as caught:
        rack.ensure(fields=fields)
    assert caught.value.message == f"missing required arguments: {missing}"
    assert rack.writes == []
