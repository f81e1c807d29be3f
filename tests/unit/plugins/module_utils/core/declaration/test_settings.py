# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a declaration against what a server says of them, in any form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import (
    problems,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.elsewhere import misplaced_hosts
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.problem import Part
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.settings import (
    declared_settings,
    setting_problems,
)

NOT_THERE = {"code": "not_found", "details": {"kind": "zone", "near": []}}


def unknown(*near: str, where: str | None = None) -> dict[str, Any]:
    return {"code": "not_found", "details": {"kind": "setting", "near": list(near), "where": where}}


def known(type: str, default: object = None) -> dict[str, Any]:
    return {"configurations": [{"name": "x", "type": type, "default": default}]}


def judged(settings: object, *answers: list[Any]) -> list[tuple[str, str, str]]:
    zone = Part((), {"name": "z", "settings": settings})
    return [(each.code, each.value, each.remedy) for each in setting_problems(zone, answers)]


@pytest.mark.parametrize(
    ("value", "answer", "told"),
    [
        (3600, known("Number"), []),
        ("3600", known("Number"), []),
        ("2.0", known("Number"), []),
        ("1e3", known("Number"), []),
        (True, known("Boolean"), []),
        ("yes", known("Boolean"), []),
        (None, known("Number"), []),
        ("a,b", known("CSV"), []),
        ("anything", known("some new type"), []),
        ("soon", known("Number", "60"), [("setting_value", "soon", "a number, such as 60")]),
        (True, known("Decimal"), [("setting_value", "True", "a decimal, such as 1")]),
        (2, known("Boolean"), [("setting_value", "2", "true or false")]),
        (["a"], known("CSV"), []),
        (1, unknown("y.x", "z.x"), [("unknown_setting", "1", "y.x or z.x")]),
        (1, unknown(), [("unknown_setting", "1", "a setting of this server, see cs_configuration_info")]),
        (1, NOT_THERE, []),
        (1, {"code": "transport"}, []),
        (1, {"skipped": True}, []),
    ],
)
def test_one_setting(value: object, answer: dict[str, Any], told: list[tuple[str, str, str]]) -> None:
    assert judged({"x": value}, [answer]) == told


def test_the_round_that_knows_it_counts() -> None:
    assert judged({"x": 1}, [NOT_THERE], [known("Number")]) == []
    assert [each[0] for each in judged({"x": 1}, [NOT_THERE], [unknown()])] == ["unknown_setting"]
    assert judged({"x": 1}, [unknown(where="scope zone")], [known("Number")]) == []


def test_numbers_out_of_range() -> None:
    answers = [known("Number", "86400")]
    assert judged({"expunge.interval": 0}, answers) == [("setting_value", "0", "a number above 0")]
    zone = Part((), {"name": "z", "settings": {"expunge.delay": -5}})
    (found,) = setting_problems(zone, [answers])
    assert (found.code, found.severity, found.value) == ("setting_negative", "warning", "-5")
    assert found.remedy == "0 or more; the default is 86400"


@pytest.mark.parametrize(
    ("name", "value", "answer", "told"),
    [
        (
            "pool.storage.capacity.disablethreshold",
            1.5,
            known("Range", "0.85"),
            [("setting_share", "1.5", "a number from 0 to 1; the default is 0.85")],
        ),
        ("mem.overprovisioning.factor", 0.5, known(""), [("setting_factor", "0.5", "1 or more")]),
        ("mem.overprovisioning.factor", 0.5, known("Decimal", "1.0"), []),
        ("vm.stats.max.retention.time", -1, known("Number", "720"), []),
    ],
)
def test_numbers_that_a_server_may_take(
    name: str, value: object, answer: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    assert judged({name: value}, [answer]) == told


def test_the_description_counts() -> None:
    answer = known("Number", "60")
    answer["configurations"][0]["description"] = "Disabled if this is 0 or less"
    assert judged({"some.timeout": -1}, [answer]) == []


def test_a_secret_is_shown_nowhere() -> None:
    ((_code, value, _remedy),) = judged({"quota.usage.smtp.password": "hunter2"}, [unknown()])
    assert value == "****"


def test_a_value_that_no_setting_can_have_is_told_once() -> None:
    found = problems({"name": "z", "settings": {"x": ["a"]}}, (), [[known("CSV")]])
    assert [each.code for each in found if each.path[:1] == ("settings",)] == ["setting_type"]


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(settings=shapes, wide=shapes, clusters=shapes)
def test_any_declaration_can_be_asked_about(settings: object, wide: object, clusters: object) -> None:
    declaration = {"name": "z", "settings": settings, "zone_settings": wide, "clusters": clusters}
    asked = declared_settings(declaration)
    answers = [[unknown() for _each in asked]]
    assert len(list(setting_problems(Part((), declaration), answers))) == len(asked)
    assert declared_settings(settings) == declared_settings(settings)


def host(name: str, **more: str) -> dict[str, str]:
    return {"name": name, "inventory_name": name, **more}


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (host("a", ansible_host="10.0.0.1", url="http://10.0.0.1"), []),
        (host("a", ansible_host="10.0.0.9", url="http://10.0.0.9"), []),
        (host("a", ansible_host="b"), []),
        (host("a", url="http://vcenter/dc/c/10.0.0.2"), ["a: cloudstack_url"]),
        (host("a", url="http://10.0.0.2"), ["a: cloudstack_url"]),
        (host("a", ansible_host="10.0.0.2", url="http://10.0.0.1"), ["a"]),
        (host("new", ansible_host="10.0.0.2"), []),
        (host("A", ansible_host="10.0.0.2"), ["A"]),
        (host("a"), []),
    ],
)
def test_the_address_of_another_host(declared: dict[str, str], told: list[str]) -> None:
    held = [{"id": "1", "name": "a", "ip_address": "10.0.0.1"}, {"id": "2", "name": "b", "ip_address": "10.0.0.2"}]
    assert [each.where for each in misplaced_hosts([declared], held)] == told
