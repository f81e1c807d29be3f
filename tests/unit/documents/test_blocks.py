# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of README, guides and READMEs of roles names only what exists.

What can be run without machines of others is run as well: ``tests/integration/documents``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import known
from documents.blocks import ROOT, Block, blocks, documents, every, strict

LANGUAGES = {"yaml", "sh", "text"}
# Keywords of plays and tasks that the documents use; whatever else a task has is its module.
PLAY = {"name", "hosts", "become", "gather_facts", "vars", "vars_files", "roles", "tasks", "module_defaults"}
TASK = {
    "name", "become", "delay", "delegate_to", "failed_when", "loop", "loop_control", "register", "retries", "run_once",
    "until", "vars", "when",
}  # fmt: skip
NESTED = ("block", "rescue", "always")
FLAGS = {"--check", "--diff", "--no-deps"}
Json = dict[str, Any]


def unknown_options(given: Mapping[str, Any], options: Mapping[str, Any], where: str) -> Iterator[str]:
    """Names that are no options, and values that are no choices or have no such form, however deep."""
    for name, value in given.items():
        option = options.get(name)
        if option is None:
            yield f"{where}: no option {name}"
            continue
        if isinstance(value, str) and "{{" in value:
            continue
        if option.get("choices") and not isinstance(value, list) and value not in option["choices"]:
            yield f"{where}.{name}: {value} is not one of {option['choices']}"
        if option.get("type") == "list" and not isinstance(value, list):
            yield f"{where}.{name}: not a list"
        inner = option.get("suboptions") or option.get("options")
        for item in value if isinstance(value, list) else [value]:
            if inner and isinstance(item, dict):
                yield from unknown_options(item, inner, f"{where}.{name}")
        needed = {key for key, of in options.items() if of.get("required")}
    if where.count(".") > 3:
        yield from (f"{where}: {key} is needed" for key in needed - set(given))


def faults_of_tasks(tasks: list[Json]) -> Iterator[str]:
    for task in tasks:
        if set(NESTED) & set(task):
            for part in NESTED:
                yield from faults_of_tasks(task.get(part, []))
            continue
        (module,) = set(task) - TASK
        arguments = task[module] or {}
        if module == "ansible.builtin.import_role":
            yield from unknown_options(task.get("vars", {}), known.roles()[arguments["name"]], arguments["name"])
        yield from unknown_options(arguments, known.modules()[module], module)


def faults_of_variables(given: Mapping[str, Any]) -> Iterator[str]:
    yield from unknown_options(
        {k: v for k, v in given.items() if not k.startswith("vault_")}, known.variables(), "vars"
    )


def faults_of_play(play: Json) -> Iterator[str]:
    yield from (f"no keyword of the documents' plays: {key}" for key in set(play) - PLAY)
    for role in play.get("roles", []):
        yield from unknown_options(role.get("vars", {}), known.roles()[role["role"]], role["role"])
        yield from (f"{role['role']}: variables belong into vars" for _ in set(role) - {"role", "vars"})
    yield from faults_of_tasks(play.get("tasks", []))


def faults_of_inventory(group: Json) -> Iterator[str]:
    yield from faults_of_variables(group.get("vars", {}))
    for host in (group.get("hosts") or {}).values():
        yield from faults_of_variables(host or {})


def faults(content: Any) -> Iterator[str]:
    """What is wrong with a playbook, tasks, an inventory or variables."""
    if isinstance(content, list):
        for part in content:
            if "ansible.builtin.import_playbook" in part:
                yield from {part["ansible.builtin.import_playbook"]} - known.playbooks()
                continue
            yield from faults_of_play(part) if "hosts" in part else faults_of_tasks([part])
    elif content.get("plugin") in known.inventories():
        yield from unknown_options(content, known.inventories()[content["plugin"]], content["plugin"])
    elif set(content) in ({"fields", "required"}, {"file", "env"}):
        yield from (f"no variable {name}" for name in set(content.get("env", {})) - known.environment())
        yield from set(content.get("required", [])) - {field["id"] for field in content.get("fields", [])}
    elif all(isinstance(value, dict) and "hosts" in value for value in content.values()):
        for group in content.values():
            yield from faults_of_inventory(group)
    elif set(content) != {"vlan_scheme"}:
        yield from faults_of_variables(content)


@pytest.mark.parametrize("block", every("yaml"), ids=str)
def test_yaml_names_only_what_there_is(block: Block) -> None:
    assert list(faults(strict(block.text))) == []


def files_of(document: str) -> set[str]:
    """Files that a document and the documents that it links to tell the reader to write."""
    path = ROOT / document
    linked = [
        path,
        *(path.parent / link for link in re.findall(r"\]\(([\w/.-]+\.md)\)", path.read_text(encoding="utf-8"))),
    ]
    return {block.file for file in linked if file.exists() for block in blocks(file.resolve()) if block.file}


def faults_of_playbook(words: list[str], files: set[str]) -> Iterator[str]:
    left = iter(words)
    for word in left:
        if word in FLAGS:
            continue
        if word == "-i":
            given = next(left)
            yield from () if any(f == given or f.startswith(f"{given}/") for f in files) else (f"no {given}",)
        elif word == "-e":
            given = next(left)
            name = given.partition("=")[0]
            if given.startswith("@"):
                yield from () if given[1:] in files | {"vault.yml"} else (f"no {given}",)
            elif name not in known.variables() and not any(
                f"{{{{ {name} }}}}" in block.text for block in every("yaml")
            ):
                yield f"no variable {name}"
        elif word == "--limit":
            next(left)
        elif word == "--tags":
            yield from (f"no tag {tag}" for tag in next(left).split(",") if tag not in known.tags())
        elif word not in known.playbooks() | files:
            yield f"no playbook {word}"


def faults_of_command(words: list[str], files: set[str]) -> Iterator[str]:
    program, rest = words[0], words[1:]
    if program == "export":
        names = {word.partition("=")[0] for word in rest}
        yield from (f"no variable {name}" for name in names - known.environment())
    elif program == "ansible-inventory":
        yield from (f"no {word}" for word in rest if word.endswith((".yml", ".yaml")) and word not in files)
    elif program == "make":
        yield from (f"no target {word}" for word in rest if "=" not in word and word not in known.targets())
    elif program == "ansible-playbook":
        yield from faults_of_playbook(rest, files)
    elif program == "pip":
        wanted = "".join(file.read_text(encoding="utf-8") for file in ROOT.glob("requirements*.txt"))
        for word in rest[1:]:
            if word != "-r" and not (ROOT / word).is_file() and word.lower() not in wanted.lower():
                yield f"neither a file nor required: {word}"
    elif [program, *rest[:1]] != ["ansible-galaxy", "collection"]:
        yield f"a program that no test knows: {program}"


@pytest.mark.parametrize("block", every("sh"), ids=str)
def test_commands_name_only_what_there_is(block: Block) -> None:
    files = files_of(block.document)
    assert [fault for words in block.commands for fault in faults_of_command(words, files)] == []


def test_every_block_is_of_a_language_that_a_test_reads() -> None:
    assert [str(block) for block in every() if block.language not in LANGUAGES] == []
    assert len(every("yaml")) > 20
    assert len(every("sh")) > 10


def test_no_block_is_hidden_in_an_indentation() -> None:
    """Indented blocks have no language, and no test reads them."""
    for document in documents():
        text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        assert re.findall(r"^\n    \S.*$", text, re.MULTILINE) == [], document


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prose_names_only_what_there_is(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`hostcraft\.cloudstack\.(\w+)`", text))
    assert {name for name in named if known.OWN + name not in known.plugins()} == set()
    assert set(re.findall(r"`(cs_\w+)`", text)) <= {name.removeprefix(known.OWN) for name in known.plugins()}
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= known.targets()
    assert [link for link in re.findall(r"\]\(([\w/.-]+\.md)\)", text) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_section_stands_twice(document: Path) -> None:
    """A merge left one of a guide in two wordings."""
    headings = re.findall(r"^## .*$", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(headings)) == sorted(headings)


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_tables_of_variables_name_only_variables(document: Path) -> None:
    tables = re.findall(
        r"^\| variable \|.*\n\|[-|]+\n((?:\|.*\n)+)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    named = {
        name for table in tables for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named <= set(known.variables())


# Guides whose machines are in the inventory of another guide, or of a role.
WITH_ANOTHER_S_INVENTORY = {
    "host_check.md", "host_network.md", "host_passwords.md", "storage_servers.md", "system_vms.md",
}  # fmt: skip


@pytest.mark.parametrize("guide", sorted((ROOT / "docs/guides").glob("*.md")), ids=lambda path: path.name)
def test_a_guide_shows_the_inventory_before_the_playbook_that_needs_it(guide: Path) -> None:
    before, missing = "", []
    for block in blocks(guide):
        plays = yaml.safe_load(block.text) if block.language == "yaml" else None
        for play in plays if isinstance(plays, list) else ():
            hosts = str(play.get("hosts", "localhost")) if isinstance(play, dict) else "localhost"
            if hosts not in ("localhost", "all") and "{{" not in hosts and f"{hosts}:" not in before:
                missing.append(f"{block}: {hosts}")
        before += "" if isinstance(plays, list) else block.text
    assert bool(missing) == (guide.name in WITH_ANOTHER_S_INVENTORY), missing


def test_every_role_has_a_readme() -> None:
    roles = [folder for folder in (ROOT / "roles").iterdir() if (folder / "meta").is_dir()]
    assert [folder.name for folder in roles if not (folder / "README.md").is_file()] == []


def test_a_wrong_name_would_be_found() -> None:
    play = yaml.safe_load(
        """
        - name: A play
          hosts: localhost
          roles: [{role: hostcraft.cloudstack.zone, vars: {zone_declaration: {nam: x}}}]
          tasks:
            - hostcraft.cloudstack.cs_zone: {nmae: x, allocation_state: open}
        """
    )
    assert len(list(faults(play))) == 3
    bad = ["ansible-playbook", "-i", "x", "hostcraft.cloudstack.sit", "--tags", "y", "-e", "@z.yml"]
    assert len(list(faults_of_command(bad, {"hosts.yml"}))) == 4
    assert list(faults_of_command(["curl"], set())) != []
    with pytest.raises(ValueError, match="twice"):
        strict("a: 1\na: 2\n")
