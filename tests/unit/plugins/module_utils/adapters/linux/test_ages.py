# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of units and files of a machine, in whatever zone it is and whatever systemd it has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.ages import (
    boot_time,
    changed_files,
    started_units,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.outdated import Started

AT = 1_767_323_045.0
SYSTEMCTL = r"""#!/bin/sh
case "$*" in *timestamp=us*) [ -z "$OLD" ] || exit 1; part=.5 ;; esac
[ "$TZ" = UTC ] && [ "$LC_ALL" = C ] || exit 1
printf 'Id=%s\nActiveState=active\nActiveEnterTimestamp=Fri 2026-01-02 03:04:05%s UTC\n\n' "$6" "$part"
"""


@pytest.mark.parametrize(("old", "part"), [("", 0.5), ("yes", 0.0)])
def test_a_unit_by_either_systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, part: float) -> None:
    (tmp_path / "systemctl").write_text(SYSTEMCTL, encoding="utf-8")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TZ", "America/Chicago")
    monkeypatch.setenv("OLD", old)
    assert started_units(Linux(), ["chrony"]) == [Started("chrony", True, AT + part)]
    assert started_units(Linux(), []) == []


def test_files_in_folders_and_behind_links(tmp_path: Path) -> None:
    inner = tmp_path / "conf.d" / "deep"
    inner.mkdir(parents=True)
    for name, time in (("conf.d/a", 100), ("conf.d/deep/b", 200), ("target", 300)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time, time))
    for name in ("link", "conf.d/broken"):
        (tmp_path / name).symlink_to(tmp_path / ("target" if name == "link" else "nothing"))
        os.utime(tmp_path / name, (50, 50), follow_symlinks=False)
    found = changed_files([str(tmp_path / name) for name in ("conf.d", "link", "absent")])
    told = {Path(path).relative_to(tmp_path).as_posix(): time for path, time in found.items()}
    assert told == {"conf.d/a": 100, "conf.d/deep/b": 200, "conf.d/broken": 50, "link": 300}


def test_boot() -> None:
    with open("/proc/uptime", encoding="ascii") as file:
        up = float(file.read().split()[0])
    assert abs(Linux().now() - up - boot_time(Linux())) < 5
