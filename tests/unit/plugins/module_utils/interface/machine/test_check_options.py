# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cs_host_check expects of a host, and where it looks, by its options."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.check import (
    OPTIONS,
    expectations,
    sights,
)


def given(**arguments: Any) -> dict[str, Any]:
    checked = ArgumentSpecValidator(dict(OPTIONS)).validate(arguments)
    assert checked.error_messages == []
    return dict(checked.validated_parameters)


def test_the_documents_sizes_are_expected_unless_others_are_given() -> None:
    usual = expectations(given())
    assert (usual.memory, usual.disk, usual.max_offset) == (4 * 2**30, 36 * 2**30, 0.5)
    large = expectations(given(minimum_memory=262144, minimum_disk=200, maximum_offset=0.1))
    assert (large.memory, large.disk, large.max_offset) == (256 * 2**30, 200 * 2**30, 0.1)


def test_what_is_asked_for_is_expected() -> None:
    names = ("joined", "updates", "security_groups", "vxlan", "direct_download")
    assert [getattr(expectations(given()), name) for name in names] == [False] * 5
    for name in names:
        asked = expectations(given(**{name: True}))
        assert [other for other in names if getattr(asked, other)] == [name]
    numbers = expectations(given(memory_factor=2, vxlan_networks=300, ssh_port=2222, programs=["node_exporter"]))
    assert (numbers.memory_factor, numbers.vxlan_networks, numbers.ssh_port) == (2.0, 300, 2222)
    assert numbers.programs == ("node_exporter",)


def test_it_looks_where_it_is_told_to() -> None:
    places = {
        "management_servers": ["10.0.0.5"],
        "secondary_storage": ["nfs://10.0.0.6/export"],
        "sites": ["mirror.example.net:80"],
        "peer_addresses": ["10.0.0.12"],
    }
    asked = sights(given(**places, mount=True, updates=True, username="cloud"))
    assert (asked.user, asked.try_mount, asked.updates) == ("cloud", True, True)
    told = (asked.management_servers, asked.storage, asked.sites, asked.peers)
    assert [list(each) for each in told] == list(places.values())
