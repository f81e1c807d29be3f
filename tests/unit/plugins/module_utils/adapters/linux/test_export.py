# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports and directories looked at without writing to them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux import export
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.export import ContentUnseen


def test_a_directory_is_told_with_its_names_and_space(tmp_path: Path) -> None:
    assert export.look_at(str(tmp_path)).empty
    (tmp_path / "lost+found").mkdir()
    assert export.look_at(str(tmp_path)).empty
    (tmp_path / "disk.qcow2").touch()
    seen = export.look_at(str(tmp_path))
    assert seen.entries == ("disk.qcow2",)
    assert seen.total >= seen.free > 0


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentUnseen, match="No such file or directory"):
        export.look_at(str(tmp_path / "away"))


def programs(folder: Path, mount: str) -> None:
    for name, body in (("mount", mount), ("umount", 'rm -rf -- "$2"/* && echo "umount $2" >> "$LOG"')):
        file = folder / name
        file.write_text(f'#!/bin/sh\nLOG="{folder}/log"\n{body}\n', encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)


def test_an_export_is_mounted_read_only_and_unmounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path, 'echo "mount $*" >> "$LOG"; touch "$7/image"')
    monkeypatch.setitem(export.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    seen = export.look_at_export("10.0.0.9", "/export/a", "vers=4.1", 10.0)
    assert seen.entries == ("image",)
    mounted, unmounted = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert mounted.startswith("mount -t nfs -o ro,nosuid,nodev,noexec,soft,vers=4.1 -- 10.0.0.9:/export/a ")
    assert unmounted.startswith("umount /")
    assert not os.path.exists(unmounted.split()[1])


def test_a_mount_that_fails_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path, 'echo "mount.nfs: access denied by server" >&2; exit 32')
    monkeypatch.setitem(export.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ContentUnseen, match="access denied by server"):
        export.look_at_export("::1", "/export/a", "", 10.0)


def test_a_mount_that_hangs_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path, "exec sleep 30")
    monkeypatch.setitem(export.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ContentUnseen, match="did not end"):
        export.look_at_export("10.0.0.9", "/export/a", "", 0.2)
