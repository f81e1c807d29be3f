# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole numbers of XAPI, which are texts."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.xenserver.mapping import vlan_tag, whole


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("4096", 4096),
        ("4096.0", 4096),
        ("-1", -1),
        ("", None),
        ("x", None),
        (None, None),
        ("inf", None),
        ("1e999", None),
    ],
)
def test_a_number_that_is_none_is_unknown(told: object, read: int | None) -> None:
    assert whole(told) == read
    assert vlan_tag({"VLAN": told}) == (read if read is not None and read >= 0 else None)
