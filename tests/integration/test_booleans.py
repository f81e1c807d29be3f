# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boolean with another value fails before anything is done, by name and value: Ansible takes any text for false."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from integration.test_misspelled import OWN, run

LOCAL = {"ansible_connection": "local"}
TOLD = " is not valid: expected true or false."


def inventory(**variables: object) -> dict[str, object]:
    hosts = {"one": {**LOCAL, **variables}}
    return {group: {"hosts": hosts} for group in ("kvm", "management_servers")}


@pytest.mark.parametrize(
    ("playbook", "given", "told"),
    [
        ("site", {"zone_prune": "yess"}, "zone_prune='yess'"),
        ("restore", {"restore_name": "x", "restore_packages": "ture"}, "restore_packages='ture'"),
        ("rolling_maintenance", {"rolling_maintenance_balance": "maybe"}, "rolling_maintenance_balance='maybe'"),
        ("add_hosts", {"host_base_openvswitch": 2}, "host_base_openvswitch=2"),
        ("export_zone", {"export_zone_overwrite": "{{ 'o' ~ 'ui' }}"}, "export_zone_overwrite='oui'"),
    ],
)
def test_a_playbook(playbook: str, given: dict[str, object], told: str, tmp_path: Path) -> None:
    extra = ("-e", json.dumps(given))
    status, output = run(OWN + playbook, *extra, inventory=inventory(), folder=tmp_path)
    assert status == 2
    assert told + TOLD in output
    assert output.count("TASK [") == 3


@pytest.mark.parametrize("limit", [(), ("--limit", "one")])
def test_variables_of_hosts(limit: tuple[str, ...], tmp_path: Path) -> None:
    found = inventory(restore_replace="yep", restore_stop="{{ ansible_facts.not_read_yet }}")
    output = run(OWN + "restore", "-e", "restore_name=x", *limit, inventory=found, folder=tmp_path)[1]
    assert "restore_replace='yep'" + TOLD in output
    assert "restore_stop" not in output


@pytest.mark.parametrize("value", [True, "No", "", " ", None, 0, "{{ 1 == 2 }}"])
def test_what_is_a_boolean_or_not_answered(value: object, tmp_path: Path) -> None:
    extra = ("-e", json.dumps({"upgrade_routers_system_vms": value}))
    output = run(OWN + "upgrade_routers", *extra, folder=tmp_path)[1]
    assert TOLD not in output
    assert "TASK [Check the values of booleans]" in output
    assert output.count("TASK [") > 3


def test_a_role_alone_says_it_by_its_specification(tmp_path: Path) -> None:
    (tmp_path / "role.yml").write_text("- {hosts: all, gather_facts: false, roles: [hostcraft.cloudstack.kvm_hooks]}\n")
    output = run(str(tmp_path / "role.yml"), "-e", "kvm_hooks_exact=yess", folder=tmp_path)[1]
    assert "kvm_hooks_exact" in output
    assert "yess" in output
    assert "ok=0" in output
