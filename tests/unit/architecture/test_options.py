# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share stand in one doc fragment with one spec, and each rule is able to find a violation."""

from __future__ import annotations

import ast
import functools
import importlib
import runpy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule, env_fallback
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import without_empty
from unit.architecture.checks import PLUGINS
from unit.architecture.options import SPECS, Documented, Options, repeated, same_block, strayed, unspecified

ROOT = Path(__file__).resolve().parents[3]
OURS = "hostcraft.cloudstack."


class Asked(Exception):
    """The argument spec that a module asks Ansible to judge its parameters by."""


@functools.cache
def module_files() -> Mapping[str, Path]:
    found = {file.stem: file for file in sorted((ROOT / "plugins" / "modules").glob("cs_*.py"))}
    assert found, "the modules were not found"
    return found


def documented(source: str) -> Documented:
    (text,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION"
    )
    parsed = yaml.safe_load(text)
    extends = frozenset(slug.removeprefix(OURS) for slug in parsed.get("extends_documentation_fragment") or ())
    return Documented(extends, parsed.get("options") or {})


@functools.cache
def modules() -> Mapping[str, Documented]:
    return {name: documented(file.read_text(encoding="utf-8")) for name, file in module_files().items()}


@functools.cache
def fragments() -> Mapping[str, Options]:
    """Options by slug; a fragment without options documents attributes or notes only."""
    found = {}
    for file in sorted((ROOT / "plugins" / "doc_fragments").glob("*.py")):
        for name, text in vars(runpy.run_path(str(file))["ModuleDocFragment"]).items():
            slug = file.stem if name == "DOCUMENTATION" else f"{file.stem}.{name.lower()}"
            if name.isupper() and (options := yaml.safe_load(text).get("options")):
                found[slug] = options
    return found


@functools.cache
def specs() -> Mapping[str, Options]:
    def one(place: str) -> Options:
        file, _colon, name = place.partition(":")
        found: Options = getattr(importlib.import_module(f"{PLUGINS}.module_utils.interface.{file}"), name)
        return found

    return {slug: one(place) for slug, place in SPECS.items()}


@pytest.fixture(params=sorted(module_files()))
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def effective(module: str, monkeypatch: pytest.MonkeyPatch) -> Options:
    """The argument spec that the module runs with."""

    def asked(_self: AnsibleModule, argument_spec: Options, **_constraints: Any) -> None:
        raise Asked(argument_spec)

    monkeypatch.setattr(AnsibleModule, "__init__", asked)
    with pytest.raises(Asked) as caught:
        runpy.run_path(str(module_files()[module]), run_name="__main__")
    found: Options = caught.value.args[0]
    return found


def test_no_option_is_documented_again() -> None:
    assert list(repeated({name: said.options for name, said in modules().items()}, fragments())) == []


def test_no_two_fragments_have_one_option() -> None:
    pairs = [
        (slug, other, name)
        for slug, options in fragments().items()
        for other, others in fragments().items()
        for name in set(options) & set(others)
        # A fragment with notes for modules may contain one that is of no module.
        if slug < other and specs().get(slug) is not specs().get(other) and same_block(options[name], others[name])
    ]
    assert pairs == []


def test_each_fragment_has_a_spec() -> None:
    assert list(unspecified(fragments(), specs())) == []


def test_each_fragment_is_extended() -> None:
    inventories = [
        documented(file.read_text(encoding="utf-8")) for file in (ROOT / "plugins" / "inventory").glob("*.py")
    ]
    extended = {slug for said in (*modules().values(), *inventories) for slug in said.extends}
    assert set(fragments()) - extended == set()


def test_a_module_uses_the_specs_of_its_fragments_and_no_others(module: str, effective: Options) -> None:
    assert list(strayed(module, modules()[module], effective, specs())) == []


def fallbacks(options: Options) -> Iterator[tuple[Callable[..., Any], list[str]]]:
    for option in options.values():
        if "fallback" in option:
            yield option["fallback"]
        yield from fallbacks(option.get("options") or {})


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_environment_variable_is_not_set(
    effective: Options, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field of a credential that was left empty."""
    for strategy, names in fallbacks(effective):
        for name in names:
            monkeypatch.setenv(name, empty)
        with pytest.raises(AnsibleFallbackNotFound):
            strategy(*names)


def emptied(options: Options) -> dict[str, Any]:
    """Every option that an environment variable may set, as an empty text, in the options that it stands in."""
    found: dict[str, Any] = {name: "" for name, option in options.items() if "fallback" in option}
    inner = {name: emptied(option["options"]) for name, option in options.items() if option.get("options")}
    return {**found, **{name: value for name, value in inner.items() if value}}


def leaves(given: Mapping[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        yield from leaves(value) if isinstance(value, dict) else (name,)


def test_an_empty_text_leaves_an_option_to_its_environment_variable(effective: Options) -> None:
    """An expression of a playbook that came to nothing, such as the user of a hypervisor."""
    assert list(leaves(without_empty(emptied(effective), effective))) == []


def test_planted_option_that_takes_an_empty_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    planted: Options = {"outer": {"options": {"inner": {"fallback": (env_fallback, ["PLANTED"])}}}}
    monkeypatch.setenv("PLANTED", "")
    assert [strategy(*names) for strategy, names in fallbacks(planted)] == [""]


ZONE = {"zone": {"type": "str", "description": ["Name or id of the zone."]}}
HOSTS = {"hosts": {"type": "list", "elements": "str", "default": [], "description": "Hosts to check."}}


def test_planted_repetition_in_three_modules_is_found() -> None:
    other = {"hosts": {**HOSTS["hosts"], "description": "Hosts to change."}}
    (found,) = repeated({"cs_a": HOSTS, "cs_b": HOSTS, "cs_c": other}, {})
    assert found.startswith("cs_a, cs_b, cs_c: hosts")
    text = {"zone": {"type": "str", "description": "Name or id\n  of the zone."}}
    assert len(list(repeated({"cs_a": ZONE, "cs_b": ZONE, "cs_c": text}, {}))) == 1


def test_planted_repetition_of_a_fragment_is_found() -> None:
    (found,) = repeated({"cs_a": ZONE, "cs_b": {}}, {"zone": ZONE})
    assert found.startswith("cs_a: zone stands in the fragment zone")


@pytest.mark.parametrize(
    "third",
    [
        {"zone": {"type": "raw", "description": "Name or id of the zone."}},
        {"zone": {"type": "str", "description": "Zone to create."}},
        {"zone": {"description": "Name or id of the zone."}},
        {"pod": {"type": "str", "description": "Name or id of the zone."}},
    ],
)
def test_what_differs_is_not_repeated(third: Options) -> None:
    assert list(repeated({"cs_a": ZONE, "cs_b": ZONE, "cs_c": third}, {})) == []


def test_planted_fragment_without_its_spec_is_found() -> None:
    assert list(unspecified({"zone": ZONE}, {"zone": {"zone": {"type": "str"}}})) == []
    assert [line[:5] for line in unspecified({"zone": ZONE}, {})] == ["zone:"]
    assert [line[:5] for line in unspecified({"zone": ZONE}, {"zone": {"pod": {"type": "str"}}})] == ["zone:"]


SHARED: Options = {"zone": {"type": "str"}}
EXTENDS = frozenset({"zone"})


@pytest.mark.parametrize(
    ("said", "effective"),
    [
        (Documented(EXTENDS, {}), {}),
        (Documented(EXTENDS, {}), {"zone": {"type": "str"}}),
        (Documented(EXTENDS, {}), {"zone": {"type": "str", "required": True}}),
        (Documented(EXTENDS, {"zone": {"required": True}}), {"zone": {"type": "raw", "required": True}}),
        (Documented(EXTENDS, {"zone": {"description": "The zone."}}), {"zone": {"type": "str"}}),
        (Documented(frozenset(), {}), SHARED),
    ],
)
def test_planted_stray_module_is_found(said: Documented, effective: Options) -> None:
    assert len(list(strayed("cs_a", said, effective, {"zone": SHARED}))) == 1


@pytest.mark.parametrize(
    ("said", "effective"),
    [
        (Documented(EXTENDS, {}), SHARED),
        (Documented(EXTENDS, {"zone": {"description": "The zone."}}), SHARED),
        (Documented(EXTENDS, {"zone": {"required": True}}), {"zone": {**SHARED["zone"], "required": True}}),
        (Documented(EXTENDS, {}), {"zone": {**SHARED["zone"], "apply_defaults": True}}),
        (Documented(frozenset(), {"zone": {"type": "str"}}), {"zone": {"type": "str"}}),
    ],
)
def test_what_the_rules_allow_is_not_found(said: Documented, effective: Options) -> None:
    assert list(strayed("cs_a", said, effective, {"zone": SHARED})) == []
