# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package that an operator installs: built from the checkout, installed elsewhere, used from there."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SHIPPED_FOLDERS = {"changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"}
SHIPPED_FILES = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "bindep.txt",
    "requirements-bmc.txt",
    "requirements-certificates.txt",
    "requirements-database.txt",
    "requirements-execution-environment.txt",
    "requirements-hypervisors.txt",
    "requirements-report.txt",
    "requirements.txt",
}


def names(artifact: Path) -> set[str]:
    with tarfile.open(artifact) as package:
        return {member.name for member in package.getmembers() if member.isfile()}


def test_package_holds_what_an_operator_uses_and_no_more(artifact: Path) -> None:
    held = names(artifact)
    tops = {name.split("/")[0] for name in held}
    assert tops - SHIPPED_FOLDERS - SHIPPED_FILES == set()
    assert [
        name for name in held if name.startswith(("docs/build/", "extensions/molecule/")) or name.endswith(".pyc")
    ] == []


def test_package_holds_every_plugin_and_playbook(artifact: Path) -> None:
    wanted = {
        file.relative_to(ROOT).as_posix()
        for folder in ("plugins", "roles", "playbooks")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted, "there is nothing to ship"
    assert wanted - names(artifact) == set()


def test_requirements_of_the_execution_environment_are_shipped(artifact: Path) -> None:
    environment = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))
    named = environment["dependencies"]["python"]
    assert named in names(artifact)

    def packages(*files: Path) -> set[str]:
        lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        return {line for line in lines if line and not line.startswith("#")}

    others = [file for file in ROOT.glob("requirements*.txt") if file.name != named]
    assert len(others) == 6
    assert packages(ROOT / named) == packages(*others)


def test_installed_package_documents_every_module(installed: Path) -> None:
    modules = sorted(f"hostcraft.cloudstack.{file.stem}" for file in (ROOT / "plugins" / "modules").glob("cs_*.py"))
    assert "hostcraft.cloudstack.cs_zone" in modules
    answer = subprocess.run(
        ["ansible-doc", "--type", "module", "--json", *modules],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(installed)},
        cwd=installed,
        check=True,
        capture_output=True,
        text=True,
    )
    documented = json.loads(answer.stdout)
    assert sorted(documented) == modules
    assert [name for name in modules if str(installed) not in documented[name]["doc"]["filename"]] == []
