# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gateway remembers is what the server has, whatever was written in between."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from fakes.clock import FakeClock
from fakes.http import Answer, Form, ScriptedHttp, ok, refused
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    NotFound,
    TransportError,
    Unreadable,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud

ZONES = ("z1", "z2")
OWN = ("clock", "progress")  # of the client
PATHS = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
ID = "00000000-0000-4000-8000-{:012d}"


class PodServer:
    """The pod commands over plain rows; names are compared without case, as the database does."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.made = 0
        # Do the next write, then lose its answer.
        self.lose_answer = False

    def __call__(self, command: str, form: Form) -> Answer:
        if command == "listPods":
            return self._list(form)
        if command == "createPod":
            self.made += 1
            form = {"id": ID.format(self.made), **form}
            self.rows[form["id"]] = {}
        elif form["id"] not in self.rows:
            return refused(431, "entity does not exist")
        if command == "deletePod":
            del self.rows[form["id"]]
            answer = ok(success=True)
        else:
            row = self.rows[form["id"]]
            row.update({name: form[name] for name in ("id", "name", "zoneid", "gateway") if name in form})
            answer = ok(pod=dict(row))
        if self.lose_answer:
            self.lose_answer = False
            raise TransportError("lost", command=command)
        return answer

    def _list(self, form: Form) -> Answer:
        if "id" in form and form["id"] not in self.rows:
            return refused(431, "entity does not exist")
        found = [row for row in self.rows.values() if all(_like(row, form, n) for n in ("id", "name", "zoneid"))]
        return ok(count=len(found), pod=[dict(row) for row in found]) if found else ok()


def _like(row: dict[str, Any], form: Form, name: str) -> bool:
    return name not in form or str(row[name]).lower() == form[name].lower()


def gateway_of(server: Any) -> tuple[Gateway, ScriptedHttp]:
    http = ScriptedHttp(server)
    return Gateway(Client(http, clock=FakeClock())), http


NAMES = st.sampled_from(["a", "A", "b", ID.format(1), ID.format(99)])
PLACES = st.sampled_from([ZONES[0], *ZONES])
LOST = st.sampled_from([False] * 5 + [True])


class Memory(RuleBasedStateMachine):
    """Reads through the gateway against the server's own rows, over any sequence of its own writes."""

    pods = Bundle("pods")

    def __init__(self) -> None:
        super().__init__()
        self.server = PodServer()
        self.cloud, self.http = gateway_of(self.server)

    @rule(target=pods, name=NAMES, zone=PLACES, lost=LOST)
    def create(self, name: str, zone: str, lost: bool) -> Any:
        self.server.lose_answer = lost
        if lost:
            with pytest.raises(TransportError):
                self.cloud.pods.create(name=name, zone_id=zone)
            return multiple()
        return self.cloud.pods.create(name=name, zone_id=zone)

    @rule(pod=pods, name=NAMES, lost=LOST)
    def rename(self, pod: Any, name: str, lost: bool) -> None:
        self.server.lose_answer = lost
        if lost:
            with pytest.raises(TransportError):
                self.cloud.pods.update(pod.id, name=name)
        else:
            assert self.cloud.pods.update(pod.id, name=name).name == name

    @rule(pod=consumes(pods), lost=LOST)
    def delete(self, pod: Any, lost: bool) -> None:
        self.server.lose_answer = lost
        if lost:
            with pytest.raises(TransportError):
                self.cloud.pods.delete(pod.id)
        else:
            self.cloud.pods.delete(pod.id)

    @rule(pod=pods, gateway=st.sampled_from(["192.0.2.1", "192.0.2.2"]))
    def somebody_else_writes_and_it_is_read_afresh(self, pod: Any, gateway: str) -> None:
        self.server.rows[pod.id]["gateway"] = gateway
        assert self.cloud.pods.fresh(pod).gateway == gateway

    @rule(pod=consumes(pods))
    def somebody_else_deletes_and_it_is_read_afresh(self, pod: Any) -> None:
        del self.server.rows[pod.id]
        with pytest.raises(NotFound):
            self.cloud.pods.fresh(pod)

    @rule(zone=PLACES)
    def read_all(self, zone: str) -> None:
        expected = {(row["id"], row["name"]) for row in self.server.rows.values() if row["zoneid"] == zone}
        assert {(pod.id, pod.name) for pod in self.cloud.pods.all(zone_id=zone)} == expected

    @initialize(name=NAMES)
    def prefer(self, name: str) -> None:
        self.preferred = name

    @rule(zone=PLACES)
    def find_the_one_that_is_always_asked_for(self, zone: str) -> None:
        """Answered by the server's filter on the name, as long as nobody asks for another."""
        self.find(self.preferred, zone)

    @rule(name=NAMES, zone=PLACES)
    def find_any(self, name: str, zone: str) -> None:
        self.find(name, zone)

    def find(self, name: str, zone: str) -> None:
        here = [row for row in self.server.rows.values() if row["zoneid"] == zone]
        exact = {row["id"] for row in here if name in (row["id"], row["name"])}
        folded = {row["id"] for row in here if row["name"].lower() == name.lower()}
        answer = [pod.id for pod in self.cloud.pods.find(name, zone_id=zone)]
        found = set(answer)
        assert len(found) == len(answer)
        # Asked for by id alone, a namesake of an id is not looked for.
        assert found == (exact or folded) or found == {name} & exact != set()


Memory.TestCase.settings = settings(max_examples=300, stateful_step_count=20)
TestMemory = Memory.TestCase


@pytest.fixture
def server() -> PodServer:
    server = PodServer()
    for name in "abcdef":
        server("createPod", {"name": name, "zoneid": "z1"})
    return server


def test_one_name_is_asked_for_by_itself(server: PodServer) -> None:
    cloud, http = gateway_of(server)
    for _ in range(3):
        assert [pod.name for pod in cloud.pods.find("c", zone_id="z1")] == ["c"]
    assert len(http.sent) == 1
    assert http.sent[0][1]["name"] == "c"


def test_from_the_second_name_on_all_are_listed_once(server: PodServer) -> None:
    cloud, http = gateway_of(server)
    for name in ("a", "b", "c", "d", "a", "nobody"):
        cloud.pods.find(name, zone_id="z1")
    assert ["name" in form for _command, form in http.sent] == [True, False]


def test_an_id_is_asked_for_by_id_and_an_unknown_one_is_nobody(server: PodServer) -> None:
    cloud, http = gateway_of(server)
    assert [pod.name for pod in cloud.pods.find(ID.format(2))] == ["b"]
    assert http.sent[0][1]["id"] == ID.format(2)
    cloud, _http = gateway_of(server)
    assert cloud.pods.find(ID.format(77)) == []


def test_a_name_of_another_case_is_remembered_as_the_server_would_find_it(server: PodServer) -> None:
    cloud, http = gateway_of(server)
    assert cloud.pods.find("NEW", zone_id="z1") == []
    made = cloud.pods.create(name="new", zone_id="z1")
    assert cloud.pods.find("NEW", zone_id="z1") == [made]
    cloud.pods.update(made.id, name="other")
    assert cloud.pods.find("NEW", zone_id="z1") == []
    assert http.count("listPods") == 1


def test_reading_afresh_always_asks(server: PodServer) -> None:
    cloud, http = gateway_of(server)
    (pod,) = cloud.pods.find("a", zone_id="z1")
    for _ in range(3):
        cloud.pods.fresh(pod)
    assert len(http.sent) == 4


def test_an_answer_without_the_thing_is_told(server: PodServer) -> None:
    cloud, _http = gateway_of(lambda command, form: ok(success=True))
    with pytest.raises(Exception, match="createPod: the answer contains no pod"):
        cloud.pods.create(name="x", zone_id="z1")


def test_what_cannot_be_read_is_told_once_and_what_has_no_id_is_left_out() -> None:
    """A row that is no object, one without an id, one with a figure that is none: the rest is read."""
    rows = [{"id": "1", "name": "kvm01", "cpunumber": "many"}, {"name": "lost"}, "text", {"id": "2", "name": "kvm02"}]
    cloud, _http = gateway_of(lambda command, form: ok(count=4, host=rows))
    assert [host.name for host in cloud.hosts.all()] == ["kvm01", "kvm02"]
    assert cloud.doubts() == (
        "listHosts: 1 items are not objects and were ignored",
        "host kvm01: cpunumber is 'many', which is not a whole number; it is treated as unknown",
        "host lost: id is missing",
    )
    assert cloud.doubts() == ()


def test_a_vm_without_an_id_stops_a_plan() -> None:
    """It holds capacity, and cannot be moved: a host would be taken for empty."""

    def server(command: str, _form: Form) -> Answer:
        return ok(virtualmachine=[{"name": "ghost", "hostid": "h"}]) if command == "listVirtualMachines" else ok()

    cloud, _http = gateway_of(server)
    with pytest.raises(Unreadable, match="virtualmachine ghost has no id"):
        cloud.fleets.on_host(Cluster("c", "c1", "z", "p"), "h")


def test_capacity_that_cannot_be_read_is_not_taken_for_none() -> None:
    cloud, _http = gateway_of(lambda command, form: ok(capacity=[{"type": "1", "capacitytotal": "much"}]))
    with pytest.raises(Unreadable, match="capacitytotal is 'much'"):
        cloud.capacities.of_cluster("c")


def test_each_part_is_made_once_until_all_is_forgotten() -> None:
    """Its file is loaded only then, so that a wrong name in it would show in no other way."""
    gateway = Gateway(Client(ScriptedHttp(lambda command, form: ok())))
    names = [name for name, its in vars(Cloud).items() if isinstance(its, property) and name not in OWN]
    assert len(names) > 50
    before = {name: getattr(gateway, name) for name in names}
    assert all(getattr(gateway, name) is part for name, part in before.items())
    gateway.forget()
    assert not [name for name, part in before.items() if getattr(gateway, name) is part]


def test_a_gateway_loads_no_part_that_is_not_asked_for() -> None:
    name = Gateway.__module__
    lazily = [f"{name.rpartition('.')[0]}.{each}" for each in ("fleet", "routers", "volumes", "network_resources")]
    said = f"import sys, {name}; print([each for each in {lazily} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, env=PATHS)
    assert ran.stdout == "[]\n"
