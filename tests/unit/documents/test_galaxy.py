# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Galaxy asks of a collection before it is imported; the rules are those of galaxy-importer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
# One of these is required.
TAGS = {
    "application", "cloud", "database", "infrastructure", "linux", "monitoring", "networking", "security", "storage",
    "tools", "windows", "eda",
}  # fmt: skip


def galaxy() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return found


def test_galaxy_yml_has_what_the_importer_requires() -> None:
    held = galaxy()
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", held["version"])
    for key in ("repository", "documentation", "homepage", "issues"):
        assert held[key].startswith("https://"), key
    assert held["authors"]
    assert held["description"]
    assert set(held["tags"]) & TAGS
    assert all(re.fullmatch(r"[a-z][a-z0-9]*", tag) for tag in held["tags"])
    assert all(re.match(r"[<>=!*\d]", version) for version in held["dependencies"].values())


def test_documents_are_there() -> None:
    assert (ROOT / galaxy()["readme"]).stat().st_size > 0
    assert (ROOT / "CHANGELOG.md").is_file() or (ROOT / "changelogs/changelog.yaml").is_file()
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert re.fullmatch(r">=\d+\.\d+\.\d+", runtime["requires_ansible"])


def test_every_role_has_a_readme() -> None:
    roles = [path for path in (ROOT / "roles").iterdir() if path.is_dir()]
    assert roles
    assert [path.name for path in roles if not (path / "README.md").is_file()] == []


def test_no_file_that_the_importer_refuses_is_shipped() -> None:
    """requirements.yml of a collection's dependencies belongs to galaxy.yml."""
    assert not (ROOT / "requirements.yml").exists()
    assert not [path for path in (ROOT / "plugins").rglob("*") if path.is_symlink()]
