# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of dumps are counted as they are, whatever the values look like, in the form of either program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.dump import Scan, differences

VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.text(st.sampled_from("(),'\\`;- \naINSERT"), max_size=12),
)
ROWS = st.lists(st.lists(VALUES, min_size=1, max_size=3), max_size=6)


def literal(value: object) -> str:
    """As both programs write it."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def dump(tables: dict[str, list[list[object]]], mariadb: bool) -> bytes:
    lines = ["CREATE DATABASE /*!32312 IF NOT EXISTS*/ `cloud`;", "USE `cloud`;"]
    for name, rows in tables.items():
        quoted = name.replace("`", "``")
        lines += [f"DROP TABLE IF EXISTS `{quoted}`;", f"CREATE TABLE `{quoted}` (", "  `id` int", ");"]
        told = [f"({','.join(map(literal, row))})" for row in rows]
        if told:
            glue, first = (",\n", "\n") if mariadb else (",", " ")
            lines.append(f"INSERT INTO `{quoted}` VALUES{first}{glue.join(told)};")
    lines += ["DELIMITER ;;", "CREATE PROCEDURE `p`()", "BEGIN", "INSERT INTO `a` VALUES (1),(2);"]
    lines += ["CREATE TABLE `hidden` (", "GRANT ALL ON x TO y;", "END ;;", "DELIMITER ;", "-- Dump completed"]
    return ("\n".join(lines) + "\n").encode()


def scanned(content: bytes, *databases: str) -> Scan:
    scan = Scan(databases or ("cloud",))
    for line in content.splitlines(keepends=True):
        scan.feed(line)
    return scan


@given(st.dictionaries(st.sampled_from(["a", "b c", "odd`name", "x'y"]), ROWS), st.booleans())
def test_rows_are_counted(tables: dict[str, list[list[object]]], mariadb: bool) -> None:
    scan = scanned(dump(tables, mariadb))
    assert scan.rows == {"cloud": {name: len(rows) for name, rows in tables.items()}}
    assert list(scan.reasons()) == []


@pytest.mark.parametrize(
    "line",
    [
        "USE `mysql`;",
        "USE mysql;",
        "CREATE DATABASE `x`;",
        "/*!50001 DROP DATABASE cloud*/;",
        "  grant all on *.* to x;",
        "CREATE USER x;",
        "/*M!100100 USE `mysql`*/;",
    ],
)
def test_statements_about_other_things_are_seen(line: str) -> None:
    codes = [reason.code for reason in scanned(dump({}, True) + line.encode() + b"\n").reasons()]
    assert codes == ["dump_foreign"]


def test_a_dump_without_end_is_not_one() -> None:
    content = dump({"a": [[1]]}, True)
    assert [reason.code for reason in scanned(content[: content.index(b"-- Dump")]).reasons()] == ["dump_incomplete"]


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("-- SET GLOBAL gtid_slave_pos='0-22-621';", "0-22-621"),
        ("SET GLOBAL gtid_slave_pos='0-22-621,1-3-4';", "0-22-621,1-3-4"),
        ("-- SET GLOBAL gtid_slave_pos='$(x)';", ""),
    ],
)
def test_the_position_is_read(line: str, position: str) -> None:
    assert scanned(f"{line}\n".encode()).position == position


def test_differences_are_told_by_table() -> None:
    told = differences({"cloud": {"a": 1, "b": 2}}, {"cloud": {"a": 1, "c": 0}})
    assert told == {"cloud.b": "no table instead of 2 rows", "cloud.c": "0 rows instead of no table"}
