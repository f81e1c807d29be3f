"""What answers of older servers lack."""

from __future__ import annotations

import json

import pytest

from sandbox.answers import FILE, aged, missing
from sandbox.registry import COMMANDS
from sandbox.server import Sandbox
from sandbox.surface import load, version_key
from unit.sandbox.client import Api
from unit.sandbox.site import Site

NEWEST = "4.22.0.0-SNAPSHOT"


def test_the_newest_answers_lack_nothing() -> None:
    assert missing(NEWEST) == {}


def test_facts_are_of_known_commands_once_and_in_order() -> None:
    table = json.loads(FILE.read_text())
    commands = [command for group in table for command in group.split()]
    assert len(commands) == len(set(commands))
    assert set(commands) <= set(COMMANDS) & set(load(NEWEST))
    for releases in table.values():
        keys = [version_key(each) for each in releases]
        assert keys == sorted(keys)
        assert all((4, 11) < key <= (4, 22) for key in keys)


@pytest.mark.parametrize(
    ("version", "left"),
    [
        ("4.15", {"tags": "ssd", "nic": [{"id": 1}]}),
        ("4.16", {"storagetags": "ssd", "nic": [{"id": 1}]}),
    ],
)
def test_a_field_that_was_renamed_keeps_its_value(version: str, left: dict[str, object]) -> None:
    row = {"storagetags": "ssd", "encryptroot": False, "nic": [{"id": 1}]}
    body = {"count": 1, "serviceoffering": [row]}
    assert aged(version, "listServiceOfferings", body) == {"count": 1, "serviceoffering": [left]}


def test_fields_of_rows_within_a_row_are_dropped_alone() -> None:
    body = {"virtualmachine": [{"id": "a", "nic": [{"id": "b", "mtu": 1500}]}]}
    assert aged("4.17", "listVirtualMachines", body) == {"virtualmachine": [{"id": "a", "nic": [{"id": "b"}]}]}


@pytest.mark.parametrize(
    ("version", "there"), [("4.11", False), ("4.15", False), ("4.16", True), ("4.22.0.0-SNAPSHOT", True)]
)
def test_a_server_answers_as_its_release(version: str, there: bool) -> None:
    """Listings, creations and jobs alike."""
    with Sandbox(seed=1, speed=100.0, version=version) as sandbox:
        api = Api(sandbox)
        Site(api)
        (pod,) = api.ok("listPods")["pod"]
        size = {"cpunumber": 1, "cpuspeed": 1, "memory": 1}
        offering = api.ok("createServiceOffering", name="o", displaytext="o", tags="a", **size)
        host = api.ok("listHosts", type="Routing")["host"][0]
        drained = api.done("prepareHostForMaintenance", id=host["id"])["host"]
    assert ("ipranges" in pod) is there
    assert pod["startip"]
    assert offering["serviceoffering"]["storagetags" if there else "tags"] == "a"
    assert ("hasannotations" in host) is ("hasannotations" in drained) is there
