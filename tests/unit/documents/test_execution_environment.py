# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment has everything that the collection asks of one, pinned."""

from __future__ import annotations

from pathlib import Path

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "extensions" / "execution_environment"


def requirements(file: Path) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r")]


def test_every_package_is_pinned_to_a_version_that_the_collection_accepts() -> None:
    pinned = {}
    for each in requirements(FOLDER / "requirements.txt"):
        (exact,) = each.specifier
        assert exact.operator == "==", each
        pinned[each.name.lower()] = exact.version
    wanted = requirements(ROOT / "requirements-execution-environment.txt")
    assert wanted
    assert [str(each) for each in wanted if not each.specifier.contains(pinned.get(each.name.lower(), "0"))] == []


def test_the_definition_names_files_that_exist_and_exact_versions() -> None:
    its = yaml.safe_load((FOLDER / "execution-environment.yml").read_text(encoding="utf-8"))
    assert its["version"] == 3
    assert (FOLDER / its["dependencies"]["python"]).is_file()
    assert all("==" in its["dependencies"][name]["package_pip"] for name in ("ansible_core", "ansible_runner"))
    assert [each["name"] for each in its["dependencies"]["galaxy"]["collections"]] == ["hostcraft.cloudstack"]
    asked = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert all((ROOT / file).is_file() for file in asked.values())
