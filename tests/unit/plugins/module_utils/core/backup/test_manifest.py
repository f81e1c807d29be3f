# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest is read back as it was written, or refused: it may have been changed by anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup import manifest as m
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.members import Member, problems
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.seen import Seen, to_remove
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Unreadable

NAME = "20260102T030405Z-ms1"
WHOLE = m.Manifest(
    NAME,
    "ms1",
    1.0,
    rows={"cloud": {"a": 1, "odd `'; --": 0}},
    objects={"cloud": {"views": 1}},
    secrets={"V2": 3},
    definers=("cloud@%",),
    roots=("/etc/cloudstack/management",),
    parts=(m.Part(m.DUMP, 5, "0" * 64),),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_it_is_read_back() -> None:
    assert m.parse(m.rendered(WHOLE)) == WHOLE


@given(st.sampled_from([*json.loads(m.rendered(WHOLE))]), JSON)
def test_any_value_is_read_or_refused(field: str, value: Any) -> None:
    held = {**json.loads(m.rendered(WHOLE)), field: value}
    try:
        read = m.parse(json.dumps(held))
    except Unreadable:
        return
    assert m.is_backup_name(read.name)
    assert all(m.is_database(name) for name in read.databases)
    assert all(part.name in m.PARTS for part in read.parts)


@pytest.mark.parametrize("name", ["mysql", "cloud`; DROP DATABASE x; --", "../cloud", "", "sys", "a" * 65, "Mysql"])
def test_hostile_databases_are_refused(name: str) -> None:
    held = {**json.loads(m.rendered(WHOLE)), "rows": {name: {"a": 1}}, "objects": {}}
    with pytest.raises(Unreadable, match="rows"):
        m.parse(json.dumps(held))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "databases.sql", "restored.json", "manifest.json"])
def test_hostile_parts_are_refused(name: str) -> None:
    held = json.loads(m.rendered(WHOLE))
    held["parts"][0]["name"] = name
    with pytest.raises(Unreadable):
        m.parse(json.dumps(held))
    with pytest.raises(Unreadable):
        m.read_sums(f"{'0' * 64}  {name.replace('manifest', 'x')}\n")


@pytest.mark.parametrize("root", ["/", "/etc", "etc/cloudstack", "/etc/../root/x", "/etc//x", ""])
def test_hostile_roots_are_refused(root: str) -> None:
    held = {**json.loads(m.rendered(WHOLE)), "roots": [root]}
    with pytest.raises(Unreadable, match="roots"):
        m.parse(json.dumps(held))


ROOTS = ("/etc/cloudstack/management", "/etc/default/cloudstack-usage")


@pytest.mark.parametrize(
    "members",
    [
        [Member("etc/cloudstack/management/../../passwd", "file")],
        [Member("/etc/cloudstack/management/key", "file")],
        [Member("etc/passwd", "file")],
        [Member("etc/cloudstack/management2/key", "file")],
        [
            Member("etc/cloudstack/management/d", "link", target="/root"),
            Member("etc/cloudstack/management/d/x", "file"),
        ],
        [
            Member("etc/cloudstack/management/d/x", "file"),
            Member("etc/cloudstack/management/d", "link", target="/root"),
        ],
        [Member("etc/cloudstack/management/key", "link", target="/x"), Member("etc/cloudstack/management/key", "file")],
        [Member("etc/cloudstack/management/null", "other")],
        [Member("etc/cloudstack/management/big", "file", 1 << 40)],
        [Member("etc/cloudstack/management//key", "file")],
        [Member(f"etc/cloudstack/management/{number}", "file") for number in range(20_000)],
    ],
)
def test_archives_that_leave_their_place_are_refused(members: list[Member]) -> None:
    assert list(problems(members, ROOTS)) != []


def test_an_archive_as_backups_make_it_is_accepted() -> None:
    members = [
        Member("etc/cloudstack/management", "directory"),
        Member("etc/cloudstack/management/key", "file", 8),
        Member("etc/cloudstack/management/log4j2.xml", "link", target="log4j-cloud.xml"),
        Member("etc/default/cloudstack-usage", "file", 100),
    ]
    assert list(problems(members, ROOTS)) == []


@given(
    st.lists(st.tuples(st.sampled_from(["ms1", "ms2"]), st.booleans(), st.booleans()), max_size=12), st.integers(0, 4)
)
def test_retention_keeps_what_is_needed(kinds: list[tuple[str, bool, bool]], keep: int) -> None:
    backups = []
    for number, (host, with_databases, proven) in enumerate(kinds):
        name = f"202601{number + 10:02}T000000Z-{host}"
        rows = {"cloud": {"a": 1}} if with_databases else {}
        proofs = (m.Proof("x", 1.0),) if proven else ()
        backups.append(Seen(name, m.Manifest(name, host, 1.0, rows=rows), proofs=proofs))
    newest = backups[-1].name if backups else ""
    gone = set(to_remove(backups, keep, "ms1", newest))
    left = [each for each in backups if each.name not in gone]
    assert newest not in gone
    assert not [name for name in gone if name.endswith("ms2")]
    for kind in (True, False):
        alike = [each for each in backups if each.name.endswith("ms1") and each.has_databases is kind]
        kept = [each for each in left if each in alike]
        assert len(kept) >= min(len(alike), keep or len(alike))
        proven_ones = [each for each in alike if each.proven]
        assert not proven_ones or proven_ones[-1] in kept
