# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role nfs_server after a run that ended between its settings and the start of the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unit.roles.role_tasks import programs, rendered, shell, task

ROLE = "nfs_server"
EXPORTS = f"roles/{ROLE}/tasks/exports.yml"
SYSTEMCTL = 'case "$*" in *is-active*) exit $INACTIVE ;; *timestamp=us*) exit 1 ;; *) echo 2026-01-02 UTC ;; esac'


@pytest.mark.parametrize(
    ("changed", "inactive", "restarts"), [("ports", 0, True), ("names", 0, True), ("", 0, False), ("ports", 3, False)]
)
def test_a_daemon_that_is_older_than_its_settings_is_restarted(
    tmp_path: Path, changed: str, inactive: int, restarts: bool
) -> None:
    for name in ("ports", "names"):
        (tmp_path / name).touch()
        if name != changed:
            os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    look = task(EXPORTS, "Check whether a daemon was started before its settings changed")
    known = {"nfs_server_settings": str(tmp_path / "ports"), "nfs_server_names": str(tmp_path / "names")}
    script = rendered(ROLE, look["ansible.builtin.shell"]["cmd"], item="rpc-statd", **known)
    ended = shell(script, programs(tmp_path, {"systemctl": SYSTEMCTL}), INACTIVE=str(inactive))
    assert (ended.returncode, bool(ended.stdout)) == (0, restarts), ended.stderr
    found = {"results": [{"item": "nfs-server", "stdout": ""}, {"item": "rpc-statd", "stdout": ended.stdout}]}
    restart = task(EXPORTS, "Restart daemons to apply their settings")
    assert rendered(ROLE, restart["loop"], nfs_server_older=found) == (["rpc-statd"] if restarts else [])


def test_the_tag_of_the_exports_needs_nothing_of_the_settings() -> None:
    """What a task with another tag registers is not there."""
    restart = task(EXPORTS, "Restart daemons to apply their settings")
    assert rendered(ROLE, restart["loop"], nfs_server_older={"results": [{"skipped": True, "item": "a"}]}) == []
    assert "nfs_server_ports_set" not in (Path(__file__).parents[3] / EXPORTS).read_text(encoding="utf-8")
