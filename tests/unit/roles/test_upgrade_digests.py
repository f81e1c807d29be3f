# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digests that playbooks/tasks/upgrade_first.yml takes of template files: those that metadata.ini is in."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from counterparts.management_server.build import metadata

from .role_tasks import rendered, task

TASKS = "playbooks/tasks/upgrade_first.yml"
NO_ROLE = ""
FIND, REMEMBER = "Find the template files of the new package", "Remember what the servers have now"


def algorithms(text: str) -> list[str]:
    held = task(TASKS, FIND)
    known = {"upgrade_metadata": {"content": base64.b64encode(text.encode()).decode()} if text else {}}
    lengths = rendered(
        NO_ROLE,
        held["loop"],
        upgrade_lengths=rendered(NO_ROLE, held["vars"]["upgrade_lengths"], **known),
    )
    algorithm = held["ansible.builtin.find"]["checksum_algorithm"]
    return [rendered(NO_ROLE, algorithm, upgrade_length=each) for each in lengths]


@pytest.mark.parametrize(("version", "expected"), [("4.16.0.0", "md5"), ("4.21.0.0", "md5"), ("4.22.0.0", "sha512")])
def test_the_algorithm_is_that_of_the_release(version: str, expected: str) -> None:
    assert algorithms(metadata(version, {})) == [expected]


def test_each_algorithm_is_taken_once_and_one_where_there_is_no_metadata() -> None:
    sums = [hashlib.new(name, b"x").hexdigest() for name in ("sha256", "md5", "md5")]
    text = "".join(f"[s{number}]\r\nChecksum={each.upper()}\r\n" for number, each in enumerate(sums))
    assert algorithms(text) == ["sha256", "md5"]
    assert algorithms("") == ["sha512"]


def test_digests_of_several_algorithms_are_gathered_by_file() -> None:
    folder = Path("/usr/share/cloudstack-management/templates/systemvm")
    files = {
        name: [{"path": str(folder / name), "checksum": f"{name}{kind}"} for kind in "12"]
        for name in ("b.ova", "a.bz2")
    }
    results = [{"files": [of_file[turn] for of_file in files.values()]} for turn in (0, 1)]
    variables = task(TASKS, REMEMBER)["vars"]
    found = rendered(NO_ROLE, variables["upgrade_found"], upgrade_files={"results": results})
    assert rendered(NO_ROLE, variables["upgrade_digests"], upgrade_found=found) == {
        "a.bz2": ["a.bz21", "a.bz22"],
        "b.ova": ["b.ova1", "b.ova2"],
    }
    assert rendered(NO_ROLE, variables["upgrade_digests"], upgrade_found=[]) == {}
