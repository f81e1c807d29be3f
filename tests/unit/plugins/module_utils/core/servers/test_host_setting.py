# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses at which agents reach the management servers."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.host_setting import of_this_machine


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        *[("10.0.0.5", False), ("10.0.0.5, 10.0.0.6", False), ("m127.example", False)],
        *[("", True), ("LocalHost", True), ("10.0.0.5, 127.0.1.1", True), ("::1", True), ("10.0.0.5,", True)],
    ],
)
def test_an_address_of_every_machine_is_found_among_others(value: str, wrong: bool) -> None:
    assert of_this_machine(value) is wrong
