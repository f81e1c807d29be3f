# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables by ``-e name=value`` and by AWX's surveys are texts: no role decides by the text of a boolean or a list.

From ansible-core 2.19 on a condition that is a text fails, and a loop over ``kvm-a`` would be one over letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.variables import given, listed

ROOT = Path(__file__).resolve().parents[3]
SPECS = sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))
NAMES = r" \| hostcraft\.cloudstack\.names\b"
# What else is a name in a file of a role: of a tag, of a file, of a fact. And modules convert their own arguments.
ARGUMENT = r'^\s*(- )?[\w.-]+: "\{\{ %s \}\}"$'


def lines(role: Path) -> Iterator[tuple[str, str]]:
    for folder in ("tasks", "vars", "templates", "handlers"):
        for file in sorted(path for path in (role / folder).rglob("*") if path.is_file()):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                yield f"{file.relative_to(ROOT)}:{number}", line


def options(spec: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"]["main"][
        "options"
    ]
    return found


def raw(spec: Path, kind: str, converted: str, elements: str = "") -> Iterator[str]:
    """Uses of options of a kind that neither hand the value to a module as it is nor convert it."""
    for name, option in options(spec).items():
        # A list that a survey may leave empty is raw, because null is no list.
        texts = kind == "list" and option.get("type") == "raw" and option.get("default") == []
        if not texts and (option.get("type") != kind or (elements and option.get("elements") != elements)):
            continue
        for where, line in lines(spec.parent.parent):
            for used in re.finditer(rf"(?<![\w.]){name}(?!\w)", line):
                rest = line[used.end() :]
                if (
                    re.match(converted, rest)
                    or re.match(ARGUMENT % name, line)
                    or line.lstrip().startswith(("tags:", "#"))
                    or rest.startswith(("=", ":", "'"))  # a text that tells what to set, a key, or a name
                ):
                    continue
                yield f"{where}: {line.strip()}"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.parent.name)
def test_booleans_are_converted_where_they_decide(spec: Path) -> None:
    found = [
        use
        for use in raw(spec, "bool", r" \| (bool|hostcraft\.cloudstack\.flag\(|default\(omit\))")
        if "_verify.yml" not in use
    ]
    assert [use for use in found if not re.search(r"(import_tasks|include_tasks|file):", use)] == []


FLAG = re.compile(r"(?:(\w+)\s*(?:\|\s*default\(''\)\s*)?\|\s*)?hostcraft\.cloudstack\.flag\('(\w+)'")


@pytest.mark.parametrize("file", sorted((ROOT / "playbooks").rglob("*.yml")), ids=lambda file: file.stem)
def test_a_boolean_of_a_playbook_is_refused_by_its_name(file: Path) -> None:
    """The filter bool takes ``yess`` for false."""
    text = file.read_text(encoding="utf-8")
    own = re.findall(r"^ +(\w+):", text, re.MULTILINE)
    # What the playbook computes itself.
    assert [use for use in re.findall(r"(\w+)[^|\n]*(?:\|[^|\n]*)?\| bool\b", text) if use not in own] == []
    assert [found for found in FLAG.findall(text) if found[0] != found[1]] == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.parent.name)
def test_a_boolean_of_a_role_is_refused_by_its_specification_or_its_name(spec: Path) -> None:
    others = {name for name, option in options(spec).items() if option.get("type") != "bool"}
    for where, line in lines(spec.parent.parent):
        used = set(re.findall(r"(\w+)(?: \| [\w.]+(?:\([^()]*\))?)? \| bool\b", line))
        assert used & others == set(), where
        assert [found for found in FLAG.findall(line) if found[0] and found[0] != found[1]] == [], where


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.parent.name)
def test_lists_of_texts_are_split_where_they_are_walked(spec: Path) -> None:
    # Public keys hold commas and blanks, and have lines of their own.
    whole = ("kvm_agent_management_keys",)
    found = [use for use in raw(spec, "list", rf"({NAMES}| or omit)", "str") if not any(name in use for name in whole)]
    assert [use for use in found if not re.search(r"(import_tasks|include_tasks|file):", use)] == []


@pytest.mark.parametrize("kind", ["int", "float"])
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.parent.name)
def test_numbers_are_converted_where_they_are_compared(spec: Path, kind: str) -> None:
    assert [use for use in raw(spec, kind, rf" \| {kind}") if re.search(r"[<>] \d|\| (max|min)", use)] == []


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("kvm-a", ["kvm-a"]),
        ("kvm-a, kvm-b", ["kvm-a", "kvm-b"]),
        ("kvm-a\nkvm-b\r\n\n", ["kvm-a", "kvm-b"]),
        ("", []),
        ("  ", []),
        (None, []),
        ([], []),
        ([""], []),
        (["kvm-a ", "kvm-b,kvm-c"], ["kvm-a", "kvm-b", "kvm-c"]),
        (83, ["83"]),
    ],
)
def test_names_as_people_give_them(given: object, names: list[str]) -> None:
    assert listed(given) == names


# Who writes files that nobody else has: the rollback program of the firewall puts links back, and a bench goes.
OWN = ("host_firewall/tasks/apply.yml", "host_firewall/tasks/change.yml", "kvm_hooks/tasks/try.yml")
# A link of a certificate leads into the agent's keystore, which has to stay.
REPLACED = ("kvm_libvirt/tasks/certificates.yml",)
WRITERS = r"(?:ansible\.builtin\.(?:copy|template)|ansible\.posix\.authorized_key):\n((?: {4,}.*\n)+)"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.parent.parent.name)
def test_a_file_of_the_system_that_is_a_link_stays_one(spec: Path) -> None:
    """Ansible keeps owner, mode and access control list of a file that it replaces, but replaces the link itself."""
    wrong = []
    for file in sorted((spec.parent.parent / "tasks").glob("*.yml")):
        where = str(file.relative_to(ROOT / "roles"))
        tasks = re.findall(WRITERS, file.read_text(encoding="utf-8"))
        wrong += [(where, task) for task in tasks if "follow: true" not in task and where not in OWN + REPLACED]
    assert wrong == []


def test_writers_are_found() -> None:
    texts = [(ROOT / "roles" / file).read_text(encoding="utf-8") for file in OWN + REPLACED]
    assert [len(re.findall(WRITERS, text)) for text in texts] == [3, 1, 2, 1]


@pytest.mark.parametrize("nothing", [None, "", " ", "\n"])
def test_what_is_not_answered_is_the_default(nothing: object) -> None:
    assert given(nothing, 7) == 7


@pytest.mark.parametrize("answer", [0, False, "0", "no", [], {}, 0.0, "a"])
def test_an_answer_stays_what_it_is(answer: object) -> None:
    assert given(answer, 7) is answer


def test_defaults_of_unanswered_questions_are_those_of_the_role() -> None:
    """A role's vars repeat them, because extra variables come before its defaults."""
    role = ROOT / "roles" / "rolling_maintenance"
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    texts = yaml.safe_load((role / "vars" / "main.yml").read_text(encoding="utf-8"))["rolling_maintenance_given"]
    for name, text in texts.items():
        its = f"rolling_maintenance_{name}"
        default = repr(defaults[its]).lower()
        wanted = f"flag('{its}')" if defaults[its] is False else f"given({default})"
        assert text == f"{{{{ {its} | hostcraft.cloudstack.{wanted} }}}}"


PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda its: its.stem)
def test_variables_of_playbooks_may_be_empty(playbook: Path) -> None:
    """``default(300)`` leaves the empty answer of a survey, which is no number and counts as no for a boolean."""
    text = playbook.read_text(encoding="utf-8")
    kept = r"(default\((\d+|true|false|inventory_hostname|'[^']+')\)) *(?:\||\}|\)| bool)"
    assert re.findall(rf"\b(?!host_record)[a-z_]+ \| {kept}", text) == []
