# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which units are older than their files, by what systemctl says of them."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.outdated import (
    Started,
    moment,
    newer,
    outdated,
    started,
)

AT = 1_767_323_045.0
FILES = {"/etc/a": AT - 5, "/etc/b": AT + 0.25}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Fri 2026-01-02 03:04:05 UTC", AT),
        ("Fri 2026-01-02 03:04:05.25 UTC", AT + 0.25),
        ("Fri 2026-01-02 03:04:05.000001 UTC", AT + 0.000001),
        ("", None),
        ("n/a", None),
        # Another zone cannot be told from its short name.
        ("Fri 2026-01-02 03:04:05 CST", None),
        ("Fri 2026-13-02 03:04:05 UTC", None),
    ],
)
def test_moments(text: str, seconds: float | None) -> None:
    assert moment(text) == (None if seconds is None else pytest.approx(seconds, abs=1e-7))


def test_blocks_are_those_of_the_names_in_their_order() -> None:
    text = (
        "ActiveState=active\nActiveEnterTimestamp=Fri 2026-01-02 03:04:05 UTC\nId=chrony.service\n\n"
        "ActiveState=inactive\nActiveEnterTimestamp=\nId=x.service\n"
    )
    assert started(["chronyd", "x"], text) == [Started("chronyd", True, AT), Started("x", False, None)]
    assert started(["a"], "") == []


@pytest.mark.parametrize(
    ("unit", "foretold", "found"),
    [
        (Started("a", True, AT), False, True),
        (Started("a", True, AT + 1), False, False),
        (Started("a", True, AT + 1), True, True),
        # It reads the files when it is started.
        (Started("a", False, AT), True, False),
        (Started("a", True, None), True, False),
    ],
)
def test_outdated(unit: Started, foretold: bool, found: bool) -> None:
    assert outdated([unit], FILES, foretold) == (["a"] if found else [])


def test_newer() -> None:
    assert newer(FILES, AT) == ["/etc/b"]
