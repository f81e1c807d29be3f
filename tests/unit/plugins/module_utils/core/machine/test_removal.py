# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removals: whether the machine is the one that the record means, and what a stranger may lose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.removal import (
    guid_of,
    removal_problems,
    stranger_problems,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

RECORD = Host("1", "kvm1.example.net", ip_address="10.1.0.1")
RIGHT = {"guid": guid_of("10.1.0.1"), "addresses": ["10.1.0.1", "192.168.0.1"], "name": "kvm1"}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"addresses": ["10.1.0.2"]}, ["address_elsewhere"]),
        ({"guid": ""}, ["guid_missing"]),
        ({"guid": guid_of("10.1.0.2")}, ["guid_of_other_address"]),
        # LibvirtServerDiscoverer: of the address in the URL, which may be that of another network than the agent's.
        ({"guid": guid_of("192.168.0.1")}, []),
        (
            {"guid": guid_of("192.168.0.1"), "addresses": ["192.168.0.1"]},
            ["address_elsewhere", "guid_of_other_address"],
        ),
        ({"name": "kvm2.example.net"}, ["name_differs"]),
        ({"name": "kvm2", "guid": "", "addresses": []}, ["address_elsewhere", "guid_missing", "name_differs"]),
    ],
)
def test_a_machine_that_is_not_the_record_is_not_removed(changes: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in removal_problems(RECORD, **{**RIGHT, **changes})] == codes


def test_volumes_on_own_disks_are_not_lost_unasked() -> None:
    record = replace(RECORD, is_local_storage_active=True)
    assert [reason.code for reason in removal_problems(record, **RIGHT)] == ["local_volumes"]
    assert removal_problems(record, **RIGHT, destroy_local_storage=True) == ()


def test_a_machine_that_the_zone_does_not_know_is_cleared_only_where_that_harms_nobody() -> None:
    assert stranger_problems([], ["router", "vm-2-3", "monitoring"]) == ()
    other = replace(RECORD, zone="west")
    elsewhere, running = stranger_problems([other], ["r-4-VM", "i-2-3-VM", "monitoring", "i-2-3-VM\n"])
    assert (elsewhere.code, running.code) == ("record_elsewhere", "vms_running")
    assert "zone west has this machine as host kvm1.example.net" in elsewhere.message
    assert running.message.endswith("run on this machine: i-2-3-VM, r-4-VM")


def test_the_guid_is_that_of_java() -> None:
    # jshell> UUID.nameUUIDFromBytes("10.0.0.1".getBytes())
    assert guid_of("") == "d41d8cd9-8f00-3204-a980-0998ecf8427e"
    assert guid_of("10.0.0.1") == "190dafab-6970-3a67-a21c-1226360de7dc"
