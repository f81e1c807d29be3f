# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage that is not empty is not added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage_content import (
    IGNORED,
    content_of,
    reasons_not_to_add,
)

URL = "nfs://10.0.0.9/export/a"
NAMES = st.lists(st.one_of(st.sampled_from(sorted(IGNORED)), st.text(min_size=1, max_size=8)), max_size=40)


@given(NAMES, st.booleans())
def test_only_what_is_empty_or_allowed_is_added(names: list[str], allowed: bool) -> None:
    told = content_of(names, 10, 5).told(URL)
    codes = [reason.code for reason in reasons_not_to_add("storage pool", "a", URL, told, allowed)]
    full = any(name not in IGNORED for name in names)
    assert told["empty"] is not full
    assert codes == (["not_empty"] if full and not allowed else [])


def test_nobody_has_looked() -> None:
    assert list(reasons_not_to_add("storage pool", "a", URL, None, False)) == []


@pytest.mark.parametrize(
    "told", [{}, {"url": URL}, {"url": URL, "empty": None}, {"url": URL, "empty": "yes", "entries": 5}]
)
def test_what_is_not_known_to_be_empty_is_refused(told: dict[str, object]) -> None:
    assert [each.code for each in reasons_not_to_add("storage pool", "a", URL, told, False)] in (
        ["not_empty"],
        ["content_of_another"],
    )


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("nfs://10.0.0.9/export/a/", True),
        ("nfs://10.0.0.9:2049/export/a", True),
        ("nfs://10.0.0.9/export/b", False),
        ("nfs://10.0.0.8/export/a", False),
        ("file:///export/a", False),
    ],
)
def test_the_content_has_to_be_of_this_storage(url: str, same: bool) -> None:
    told = content_of([], 1, 1).told(url)
    codes = [each.code for each in reasons_not_to_add("storage pool", "a", URL, told, True)]
    assert codes == ([] if same else ["content_of_another"])


def test_storage_of_a_cloudstack_is_told_as_such() -> None:
    (reason,) = reasons_not_to_add("image store", "a", URL, content_of(["template"], 1, 1).told(URL), False)
    assert "looks like the storage of a CloudStack" in reason.message
