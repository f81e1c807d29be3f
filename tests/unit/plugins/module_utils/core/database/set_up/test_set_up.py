# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about a database, and what db.properties holds afterwards, for whatever is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.forms import FORMS, inside
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.set_up.characters import (
    SPOILED,
    problems,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.set_up.decide import (
    ABSENT,
    DEPLOY,
    HALF,
    MARKER,
    NONE,
    WRITE,
    Found,
    Wanted,
    decide,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.set_up.files import Files, change
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.java_properties import parse
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.release import number

WANTED = Wanted("db1", 3306, "cloud", "pa-w0rd", "mgmt-key", "db-key", "10.0.0.5", release="4.22.0.0")
NEEDED = frozenset({"version", "mshost", "configuration", "user"})
MADE = {"cloud": NEEDED, "cloud_usage": frozenset({"usage_job"})}
NEW = Found(MADE, NEEDED, (("4.0.0", "Complete"),))
SERVED = replace(NEW, versions=(("4.0.0", "Complete"), ("4.22.0.0", "Complete")), servers=1, init="V2")


def codes(wanted: Wanted, found: Found, written: bool = False) -> list[str]:
    return [reason.code for reason in decide(wanted, found, written).reasons]


def test_only_the_machine_that_may_creates_what_is_not_there() -> None:
    nothing = Found({}, NEEDED)
    assert decide(replace(WANTED, deploy=True), nothing, False).action == DEPLOY
    assert codes(WANTED, nothing) == ["no_database"]
    assert (
        decide(
            replace(WANTED, deploy=True), Found({"cloud": frozenset(), "cloud_usage": frozenset()}, NEEDED), False
        ).action
        == DEPLOY
    )


def test_a_creation_that_did_not_end_is_known_by_its_mark_or_its_gaps() -> None:
    deploy = replace(WANTED, deploy=True)
    for held in (NEEDED | {MARKER}, NEEDED - {"user"}, frozenset({"version", MARKER})):
        found = replace(NEW, tables={**MADE, "cloud": held})
        assert (found.state, decide(deploy, found, False).action) == (HALF, DEPLOY)
        assert codes(WANTED, found) == ["no_database"]
    more = replace(NEW, tables={**MADE, "cloud": NEEDED - {"user"} | {"invoices"}})
    assert codes(deploy, more) == ["half_made"]
    assert codes(deploy, Found({"cloud": frozenset({"wp_posts"})}, NEEDED)) == ["not_cloudstack"]


def test_a_new_database_is_the_first_server_s() -> None:
    assert decide(replace(WANTED, deploy=True), NEW, False).action == WRITE
    assert codes(WANTED, NEW) == ["not_started"]
    assert codes(WANTED, NEW, written=True) == []


@pytest.mark.parametrize(
    ("changes", "found", "expected"),
    [
        ({}, {}, []),
        ({}, {"init": "unreadable"}, ["database_key"]),
        ({"encryptor": "V2"}, {"init": "V1"}, ["encryptor"]),
        ({}, {"init": "V1"}, []),
        ({}, {"init": "empty"}, ["not_proven"]),
        ({}, {"init": "plain"}, ["not_encrypted"]),
        ({"deploy": True}, {"init": "plain"}, ["not_encrypted"]),
        ({"release": "4.21.0.0"}, {}, ["database_newer"]),
        ({"release": "4.22.1.0"}, {}, ["database_older"]),
        ({"release": "4.22.0.0-1"}, {}, []),
        ({"release": ""}, {"versions": (("4.9.0", "Complete"),)}, []),
        ({}, {"versions": (("4.21.0.0", "Complete"), ("4.22.0.0", "Upgrade"))}, ["upgrade_unfinished"]),
        # The row comes after the scripts and the migration of a version; the lock is held from the beginning.
        ({}, {"upgrading": True}, ["upgrade_under_way"]),
        (
            {},
            {"versions": (("4.21.0.0", "Complete"), ("4.22.0.0", "Upgrade")), "upgrading": True},
            ["upgrade_unfinished"],
        ),
        ({}, {"tables": {"cloud": NEEDED}}, ["no_usage_database"]),
    ],
)
def test_a_database_in_use_is_joined_when_all_is_proven(
    changes: dict[str, str], found: dict[str, object], expected: list[str]
) -> None:
    wanted = replace(WANTED, **changes)  # type: ignore[arg-type]
    held = replace(SERVED, **found)  # type: ignore[arg-type]
    assert codes(wanted, held) == expected
    if not expected:
        assert decide(wanted, held, False).action == WRITE
        assert decide(wanted, held, True).action == NONE


@pytest.mark.parametrize(
    ("release", "encryptor"),
    [("4.11.3.0", "V1"), ("4.17.2.0-1", "V1"), ("4.18.0.0", "V2"), ("4.22.0.0", "V2"), ("", "V2")],
)
def test_a_new_database_has_an_encryption_that_its_release_knows(release: str, encryptor: str) -> None:
    wanted = replace(WANTED, deploy=True, release=release)
    assert decide(wanted, Found({}, NEEDED), False).encryptor == encryptor
    asked = codes(replace(wanted, encryptor="V2"), Found({}, NEEDED))
    assert asked == (["encryptor"] if encryptor == "V1" else [])


names = st.frozensets(st.sampled_from(sorted({*NEEDED, MARKER, "other"})))
versions = st.lists(
    st.tuples(st.sampled_from(["4.0.0", "4.21.0.0", "4.22.0.0", "x"]), st.sampled_from(["Complete", "Upgrade"]))
)


@given(
    st.dictionaries(st.sampled_from(["cloud", "cloud_usage"]), names),
    versions,
    st.integers(0, 2),
    st.sampled_from(FORMS),
    st.booleans(),
    st.booleans(),
)
def test_nothing_that_a_server_has_used_is_created_again(
    tables: dict[str, frozenset[str]],
    held: list[tuple[str, str]],
    servers: int,
    init: str,
    deploy: bool,
    written: bool,
) -> None:
    found = Found(tables, NEEDED, tuple(held), servers, (), init)
    decision = decide(replace(WANTED, deploy=deploy), found, written)
    if decision.action == DEPLOY:
        assert deploy
        assert not servers
        assert found.state in (ABSENT, HALF)
        assert all(number(version) <= number("4.0.0") for version, _step in held)
        assert found.tables.get("cloud", frozenset()) <= NEEDED | {MARKER}
    if decision.reasons:
        assert decision.action == NONE


SHIPPED = """# CloudStack database
cluster.node.IP=127.0.0.1
cluster.servlet.port=9090
db.cloud.username=cloud
db.cloud.password=cloud
db.cloud.host=localhost

db.cloud.url.params=prepStmtCacheSize=517&sessionVariables=sql_mode='STRICT_TRANS_TABLES'
db.usage.password=cloud
"""
OTHERS = [
    SHIPPED,
    SHIPPED.replace("\n", "\r\n"),
    SHIPPED.rstrip("\n"),
    "",
    "db.cloud.password = x\ndb.cloud.password=y\n",
    "db.cloud.host : a\n  db.cloud.port 3307\n! old\ndb.cloud.uri=\n",
    "db.cloud.password=a\\\n  b\ndb.cloud.encryptor.version=\n",
    "caf\xe9=\xe9\ndb.usage.host=\\u0061\n",
]


def crypt(text: str, version: str) -> str:
    return f"{version}|{text}"


def clear(packed: str) -> str | None:
    held, _sign, text = packed.partition("|")
    return text if held in ("V1", "V2") else None


@given(st.sampled_from(OTHERS) | st.text(st.characters(max_codepoint=255), max_size=80), st.sampled_from(["V1", "V2"]))
def test_files_hold_what_is_wanted_and_keep_the_rest(text: str, encryptor: str) -> None:
    before = parse(text)
    made = change(WANTED, encryptor, Files(text, None), clear, crypt)
    after = parse(made.text)
    packed = {
        name: inside(after[name]) for name in ("db.cloud.password", "db.usage.password", "db.cloud.encrypt.secret")
    }
    assert packed == dict(zip(packed, [f"{encryptor}|{x}" for x in ("pa-w0rd", "pa-w0rd", "db-key")], strict=True))
    assert (after["cluster.node.IP"], after["db.usage.host"], after["db.cloud.port"]) == ("10.0.0.5", "db1", "3306")
    ours = set(made.after)
    assert {name: value for name, value in after.items() if name not in ours} == {
        name: value for name, value in before.items() if name not in ours
    }
    assert made.key == "mgmt-key"
    assert "pa-w0rd" not in str(made.after)
    assert "db-key" not in str(made)
    again = change(WANTED, encryptor, Files(made.text, made.key), clear, crypt)
    assert not again.changed
    assert again.text == made.text


@pytest.mark.parametrize(
    ("kind", "key", "shared", "after"),
    [
        ("env", "mgmt-key", False, ""),
        ("web", "an-old-key", False, ""),
        ("env", "mgmt-key", True, None),
        ("env", "", False, None),
        ("env", None, False, None),
        ("file", "mgmt-key", False, None),
        ("file", "an-old-key", True, "mgmt-key"),
    ],
)
def test_a_key_file_that_nothing_reads_is_removed(kind: str, key: str | None, shared: bool, after: str | None) -> None:
    wanted = replace(WANTED, encryption=kind)
    held = change(wanted, "V2", Files(SHIPPED, None), clear, crypt).text
    made = change(wanted, "V2", Files(held, key, shared=shared), clear, crypt)
    assert (made.key, made.after, made.changed) == (after, {}, after is not None)


def test_a_region_stays_unless_another_is_asked_for() -> None:
    held = Files(f"{SHIPPED}region.id=2\n", None)
    assert parse(change(WANTED, "V2", held, clear, crypt).text)["region.id"] == "2"
    assert parse(change(replace(WANTED, region=3), "V2", held, clear, crypt).text)["region.id"] == "3"
    assert parse(change(WANTED, "V2", Files(SHIPPED, None), clear, crypt).text)["region.id"] == "1"


def test_values_of_another_management_key_are_named() -> None:
    """The server decrypts every ENC(…) of its files, and does not start where one cannot be."""
    other = "db.cloud.keyStorePassword=ENC(V9|x)\ndb.cloud.trustStorePassword=ENC(V1|x)\n"
    web = "https.keystore.password=ENC(V9|x)\n"
    files = Files(SHIPPED + other, None, web)
    assert change(WANTED, "V2", files, clear, crypt).lost == {"db.properties": ("db.cloud.keyStorePassword",)}
    files = Files(SHIPPED, None, f"{web}password.encryption.type=file\n")
    assert change(WANTED, "V2", files, clear, crypt).lost == {"server.properties": ("https.keystore.password",)}


def test_a_file_without_a_version_stays_as_the_server_reads_it() -> None:
    """An old cloud: version 1 data, and no db.cloud.encryptor.version."""
    made = change(WANTED, "V1", Files(SHIPPED, None), clear, crypt)
    old = made.text.replace("db.cloud.encryptor.version=V1\n", "")
    assert not change(WANTED, "V1", Files(old, "mgmt-key"), clear, crypt).changed
    assert change(replace(WANTED, password="other"), "V1", Files(old, "mgmt-key"), clear, crypt).changed


def test_values_of_another_version_than_the_declared_one_stay() -> None:
    """A V1 cloud whose keys were changed: the program writes ENC(…) of V2, and the server reads both."""
    made = change(WANTED, "V1", Files(SHIPPED, None), clear, crypt)
    rotated = made.text.replace("ENC(V1|", "ENC(V2|")
    assert rotated != made.text
    assert not change(WANTED, "V1", Files(rotated, "mgmt-key"), clear, crypt).changed


@pytest.mark.parametrize("name", ["password", "key", "database_key"])
@pytest.mark.parametrize("char", SPOILED)
def test_characters_that_commands_spoil_are_refused_for_new_values_only(name: str, char: str) -> None:
    wanted = replace(WANTED, **{name: f"a{char}b"})  # type: ignore[arg-type]
    (reason,) = problems(wanted, True)
    assert reason.code == "characters" and "a blank" in reason.message if char == " " else char in reason.message
    assert problems(wanted, False) == ()


@pytest.mark.parametrize("text", ["", "a\nb", " a", "a\x00", "a\u2028b"])
def test_values_that_no_file_holds_are_always_refused(text: str) -> None:
    assert problems(replace(WANTED, key=text), False)


def test_default_keys_are_refused_and_values_are_not_shown() -> None:
    found = problems(replace(WANTED, key="password", database_key="Password", password="s3cr$t"), True)
    assert [reason.code for reason in found] == ["characters", "default_key", "default_key"]
    assert not any("s3cr" in reason.message for reason in found)


def test_versions_compare_by_meaning() -> None:
    assert number("4.22.0.0-SNAPSHOT") == number("4.22") == number("4.22.0.0-1") == number("0:4.22.0.0~standin")
    assert number("4.9.0") < number("4.10.0.0")
    assert number("none") == ()
