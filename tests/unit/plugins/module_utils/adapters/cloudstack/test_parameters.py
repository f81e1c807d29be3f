# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters on the wire: none of them has a text that Python alone would write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.parameters import flat
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(st.sampled_from(["a", "b"]), SCALARS), SCALARS)
def test_values_are_texts_of_the_api(details: dict[str, str | None], value: str | None) -> None:
    found = flat({"details": details, "name": value})
    assert set(found) == {
        *(f"details[0].{key}" for key, each in details.items() if each is not None),
        *(["name"] if value is not None else []),
    }
    assert not {"None", "True", "False"} & (set(found.values()) - {value, *details.values()})


@pytest.mark.parametrize("value", [["a"], {"a": 1}, (1,)])
def test_a_list_in_a_map_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match=r"details.* is not valid: expected a text"):
        flat({"details": {"nfsmountopts": value}})


def test_lists_and_maps() -> None:
    assert flat({"ids": ["1", "2"], "iptonetworklist": [{"ip": "10.0.0.1"}, {"ip": None}]}) == {
        "ids": "1,2",
        "iptonetworklist[0].ip": "10.0.0.1",
    }
