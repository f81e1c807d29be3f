# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Redfish's power states mean to the collection (DMTF DSP0266, PowerState)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.bmc import redfish
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.power import ACTIONS, needless


@pytest.mark.parametrize(
    ("said", "power"),
    [("On", "On"), ("PoweringOn", "On"), ("Off", "Off"), ("PoweringOff", "Unknown"), ("Paused", "Unknown")],
)
def test_a_power_state_is_read(said: str, power: str) -> None:
    assert redfish._power(SimpleNamespace(power_state=SimpleNamespace(value=said))) == power


@pytest.mark.parametrize("action", ["on", "off"])
def test_nothing_is_needless_while_a_host_goes_off(action: str) -> None:
    assert not needless(ACTIONS[action], redfish._power(SimpleNamespace(power_state="PoweringOff")))
