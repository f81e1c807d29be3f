# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that several runs change at the same time keeps what each of them writes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.files import Busy, alone, replace


def test_nothing_is_lost(tmp_path: Path) -> None:
    file, link = tmp_path / "agent.properties", tmp_path / "link"
    file.write_text("", encoding="utf-8")
    link.symlink_to(file)

    def add(number: int) -> None:
        path = str(link if number % 2 else file)
        with alone(path):
            held = file.read_bytes()
            time.sleep(0.01)  # where another one would read the same
            replace(path, held + b"%d\n" % number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))
    assert sorted(map(int, file.read_text(encoding="utf-8").split())) == list(range(16))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["agent.properties", "link"]


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    file = str(tmp_path / "agent.properties")
    with alone(file), pytest.raises(Busy, match="another task has been writing in"), alone(file, seconds=0.1):
        pass
    with alone(file, seconds=0.0):
        pass
