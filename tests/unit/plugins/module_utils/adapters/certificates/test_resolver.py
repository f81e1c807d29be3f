# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names by the machine's own resolver."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.resolver import addresses_of


def test_a_name_has_its_addresses_once() -> None:
    found = addresses_of("localhost")
    assert "127.0.0.1" in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", ["x" * 300 + ".example", "a..example", "two words"])
def test_what_is_no_name_has_none(name: str) -> None:
    assert addresses_of(name) == ()
