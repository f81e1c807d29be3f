# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Booleans of many hosts: Ansible builds all variables of a host anew whenever it is asked for them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.hostcraft.cloudstack.plugins.lookup import not_boolean

NAME = "hostcraft.cloudstack.not_boolean"
WRONG = {"k1": {"zone_prune": "yess"}, "k2": {}, "k3": {"zone_prune": "no", "restore_replace": "oui"}}


class HostVars(dict[str, dict[str, Any]]):
    """Which hosts are asked for, and how often."""

    def __init__(self, hosts: dict[str, dict[str, Any]]) -> None:
        super().__init__(hosts)
        self.asked: Counter[str] = Counter()

    def raw_get(self, host: str) -> dict[str, Any]:
        self.asked[host] += 1
        return self[host]


@pytest.fixture(scope="module", autouse=True)
def _options() -> None:
    constants.config.initialize_plugin_configuration_definitions(
        "lookup", NAME, yaml.safe_load(not_boolean.DOCUMENTATION)["options"]
    )


def test_each_host_is_asked_once_for_all_names() -> None:
    known = HostVars(WRONG)
    plugin = not_boolean.LookupModule(loader=DataLoader(), templar=Templar(loader=DataLoader()))
    plugin._load_name = NAME
    found = plugin.run(["zone", "restore"], {"hostvars": known, "zone_prune": "ture"}, hosts=list(WRONG))
    told = " is not valid: expected true or false."
    assert found == [f"restore_replace='oui'{told}", f"zone_prune='ture'{told}", f"zone_prune='yess'{told}"]
    assert known.asked == {"k1": 1, "k2": 1, "k3": 1}
