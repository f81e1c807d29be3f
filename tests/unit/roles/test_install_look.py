# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management server is known by its db.properties, whatever its encryption is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unit.roles.role_tasks import ROOT, task

SHIPPED = ROOT / "tests/counterparts/management_server/etc/db.properties"
LOOK = task("playbooks/tasks/install_look.yml", "Look for a management server")["ansible.builtin.command"]["argv"]


@pytest.mark.parametrize(
    ("line", "there"),
    [(None, False), ("", False), ("db.cloud.password=ENC(x)", True), ("db.cloud.encrypt.secret = ENC(x)", True)],
)
def test_a_configured_server_is_known_without_a_key_file(tmp_path: Path, line: str | None, there: bool) -> None:
    path = tmp_path / "db.properties"
    if line is not None:
        path.write_text(f"{SHIPPED.read_text(encoding='iso-8859-1')}\n{line}\n", encoding="iso-8859-1")
    assert (subprocess.run([*LOOK[:-1], str(path)], check=False).returncode == 0) is there
    assert LOOK[-1] == "/etc/cloudstack/management/db.properties"
