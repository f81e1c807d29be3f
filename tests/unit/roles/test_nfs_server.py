# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role nfs_server after a run that ended between its settings and the start of the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unit.roles.role_tasks import outdated, rendered, task

ROLE = "nfs_server"
EXPORTS = f"roles/{ROLE}/tasks/exports.yml"
OLD, STARTED = 1_000_000_000, 1_500_000_000
LOOK = "Check whether a daemon was started before its settings changed"


@pytest.mark.parametrize(
    ("changed", "resting", "restarts"),
    [("ports", (), True), ("names", (), True), ("", (), False), ("ports", ("rpc-statd",), False)],
)
def test_a_daemon_that_is_older_than_its_settings_is_restarted(
    tmp_path: Path, changed: str, resting: tuple[str, ...], restarts: bool
) -> None:
    for name in ("ports", "names"):
        (tmp_path / name).touch()
        if name != changed:
            os.utime(tmp_path / name, (OLD, OLD))
    known = {"nfs_server_settings": str(tmp_path / "ports"), "nfs_server_names": str(tmp_path / "names")}
    found = outdated(ROLE, task(EXPORTS, LOOK), STARTED, ("nfs-server", *resting), **known)
    assert found == (["rpc-statd"] if restarts else [])
    restart = task(EXPORTS, "Restart daemons to apply their settings")
    assert rendered(ROLE, restart["loop"], nfs_server_older={"units": found}) == found


@pytest.mark.parametrize("name", ["nfs_server_ports_set", "nfs_server_domain_set"])
@pytest.mark.parametrize("changed", [True, False])
def test_check_mode_foretells_the_restart(tmp_path: Path, name: str, changed: bool) -> None:
    known = {"nfs_server_settings": str(tmp_path / "ports"), "nfs_server_names": "", name: {"changed": changed}}
    found = outdated(ROLE, task(EXPORTS, LOOK), STARTED, check=True, **known)
    assert found == (["nfs-server", "rpc-statd"] if changed else [])


def test_the_tag_of_the_exports_needs_nothing_of_the_settings() -> None:
    """What a task with another tag registers is not there."""
    restart = task(EXPORTS, "Restart daemons to apply their settings")
    assert rendered(ROLE, restart["loop"], nfs_server_older={"skipped": True}) == []
    assert outdated(ROLE, task(EXPORTS, LOOK), STARTED, check=True) == []
