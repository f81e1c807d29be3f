# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which recordings ``make conformance`` plays one after the other, and which on an empty server."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[3] / "tools/conformance.py"


def _conversations(folder: Path) -> list[list[str]]:
    spec = importlib.util.spec_from_file_location("conformance", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return [[each.stem for each in files] for files in tool.conversations(list(folder.glob("*.jsonl")))]


def _record(folder: Path, name: str, *calls: tuple[dict[str, str], dict[str, str]]) -> None:
    lines = [json.dumps({"command": "c", "params": params, "body": body}) for params, body in calls]
    (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_a_recording_goes_on_where_it_names_what_another_made(tmp_path: Path) -> None:
    _record(tmp_path, "01", ({"name": "z"}, {"id": "<id:1>"}))
    _record(tmp_path, "02", ({"zoneid": "<id:1>"}, {"id": "<id:2>"}))
    _record(tmp_path, "03", ({"id": "<id:2>"}, {"id": "<id:2>"}))
    assert _conversations(tmp_path) == [["01", "02", "03"]]


def test_a_recording_that_makes_its_own_zone_starts_on_an_empty_server(tmp_path: Path) -> None:
    _record(tmp_path, "01", ({"name": "z"}, {"id": "<id:1>"}))
    _record(tmp_path, "06", ({"name": "z6"}, {"id": "<id:6001>"}), ({"zoneid": "<id:6001>"}, {"id": "<id:6002>"}))
    _record(tmp_path, "07", ({"id": "<id:7001>"}, {"errortext": "no such id"}), ({"name": "z7"}, {"id": "<id:7002>"}))
    _record(tmp_path, "08", ({"zoneid": "<id:6001>"}, {"id": "<id:6003>"}))
    assert _conversations(tmp_path) == [["01"], ["06", "08"], ["07"]]


@pytest.mark.parametrize("asked", ["<id:9>", "kvm1"])
def test_an_unknown_name_joins_nothing(tmp_path: Path, asked: str) -> None:
    _record(tmp_path, "01", ({"name": "z"}, {"id": "<id:1>"}))
    _record(tmp_path, "02", ({"id": asked}, {"id": "<id:2>"}))
    assert _conversations(tmp_path) == [["01"], ["02"]]
