# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Booleans of variables are what Ansible takes for such, and no other value is one."""

from __future__ import annotations

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE, BOOLEANS_TRUE, boolean
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.variables import flag


@pytest.mark.parametrize("value", sorted({*BOOLEANS_TRUE, *BOOLEANS_FALSE}, key=str))
def test_a_boolean_is_what_ansible_takes_for_one(value: object) -> None:
    assert flag(value, "x", None) is boolean(value)
    assert flag(f" {str(value).upper()} ", "x", None) is boolean(value)


@given(st.one_of(st.text("yesno01tf ", max_size=5), st.integers(-3, 3), st.lists(st.booleans(), max_size=2)))
def test_no_other_value_is_a_boolean(value: object) -> None:
    """Ansible's filter bool makes false of it."""
    try:
        wanted = boolean(value)
    except TypeError:
        if isinstance(value, str) and not value.strip():
            assert flag(value, "prune", True) is True
        else:
            with pytest.raises(InvalidValue, match=r"^prune="):
                flag(value, "prune", True)
    else:
        assert flag(value, "prune", not wanted) is wanted


def test_a_boolean_that_is_not_given_is_the_default() -> None:
    left_out = object()
    assert flag("", "x", left_out) is left_out
    assert flag(None, "x") is False
