# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules about management servers in a playbook, from the first login on."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from integration.playbook import Run, run

from sandbox.server import Sandbox
from sandbox.world.accounts import ManagementServer

PLAYBOOK = Path(__file__).with_name("management.yml")
NEW = "n3w-s3cret ü%x"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Sandbox, Path]:
    folder = tmp_path_factory.mktemp("management")
    with Sandbox(seed=1, speed=10.0) as sandbox:
        user = sandbox.world.users[2]
        user.api_key = user.secret_key = ""
        other = ManagementServer(2, sandbox.world.new_uuid(), "mgmt2", address="192.0.2.12", given=["a1", "a2"])
        sandbox.world.management_servers.add(other)
        # A new installation has no keys: those of the environment are refused.
        given = {"new_password": NEW, "keys_file": str(folder / "cloudstack.ini")}
        return run(sandbox, PLAYBOOK, folder / "tasks", **given), sandbox, folder


def test_the_playbook_ends_well_and_shows_no_secret(played: tuple[Run, Sandbox, Path]) -> None:
    ended, sandbox, folder = played
    assert ended.status == 0, ended.output
    assert ended.complaints == []
    user = sandbox.world.users[2]
    shown = ended.output.replace(str({"new_password": NEW}), "") + "".join(repr(task.result) for task in ended.tasks)
    assert not [secret for secret in (NEW, user.api_key, user.secret_key) if secret in shown]
    assert stat.S_IMODE((folder / "cloudstack.ini").stat().st_mode) == 0o600


def test_check_mode_writes_nothing(played: tuple[Run, Sandbox, Path]) -> None:
    written = [(task.name, set(task.writes) - {"login"}) for task in played[0].tasks if task.check_mode]
    assert [each for each in written if each[1]] == []
