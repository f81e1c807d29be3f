# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of CloudStack, however they are written."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core import releases


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4.22.0.0-SNAPSHOT", (4, 22, 0, 0)),
        ("4.22.0.0~bookworm", (4, 22, 0, 0)),
        ("1:4.22.0.0-1", (4, 22, 0, 0)),
        (" v4.11.3", (4, 11, 3)),
        ("4.20", (4, 20)),
        ("", ()),
        ("unknown", ()),
        ("9" * 5000, ()),
        ("4.²", ()),
        ("1.2.3.4.5.6.7", ()),
        ("4.1234567", ()),
    ],
)
def test_numbers_of_a_text(text: str, numbers: tuple[int, ...]) -> None:
    assert releases.numbers(text) == numbers


def test_zeros_at_the_end_make_no_other_release() -> None:
    assert releases.release("4.20.0.0") == releases.release("4.20") == (4, 20)
    assert releases.release("4.9.0") < releases.release("4.18.1") < releases.release("4.18.2.0")
    assert releases.release("0.0") == ()
