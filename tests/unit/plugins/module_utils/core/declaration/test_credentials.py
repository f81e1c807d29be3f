# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and passwords of hosts that will be added."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.credentials import (
    missing_credentials,
)

ZONE = {"name": "z", "clusters": [{"name": "c", "hypervisor": "KVM"}, {"name": "x", "hypervisor": "XenServer"}]}


def lacking(
    password: str | None, held: tuple[dict[str, Any], ...] = (), zone: dict[str, Any] = ZONE, **host: Any
) -> list[str]:
    declared = {"name": "kvm1", "inventory_name": "kvm1", "cluster": "c", "username": "root", **host}
    found = missing_credentials(zone, [declared], {"kvm1": password}.get, held)
    assert all(each.code == "missing_credentials" for each in found)
    return [each.where for each in found]


@pytest.mark.parametrize(
    ("cluster", "username", "password", "missing"),
    [
        ("c", "root", "s3cret", []),
        ("c", "root", "", []),
        ("c", "root", None, ["kvm1: cloudstack_password"]),
        ("c", "", "s3cret", ["kvm1: cloudstack_username"]),
        ("c", None, None, ["kvm1: cloudstack_username", "kvm1: cloudstack_password"]),
        ("x", "root", "", ["kvm1: cloudstack_password"]),
        ("x", "root", "s3cret", []),
    ],
)
def test_what_a_new_host_needs(cluster: str, username: str | None, password: str | None, missing: list[str]) -> None:
    assert lacking(password, cluster=cluster, username=username) == missing


@pytest.mark.parametrize(
    "held",
    [
        {"id": "1", "name": "kvm1", "ip_address": "192.0.2.9"},
        {"id": "1", "name": "KVM1.example.net", "ip_address": "192.0.2.9"},
        {"id": "1", "name": "other", "ip_address": "192.0.2.1"},
    ],
)
def test_a_host_that_is_there_needs_none(held: dict[str, Any]) -> None:
    assert lacking(None, (held,), url="http://192.0.2.1", username=None) == []


def test_another_host_is_not_it() -> None:
    held = {"id": "1", "name": "kvm2", "ip_address": "192.0.2.2"}
    assert lacking(None, (held,), url="http://192.0.2.1") == ["kvm1: cloudstack_password"]


@pytest.mark.parametrize("kind", ["Simulator", "simulator", "Custom"])
def test_a_simulated_host_needs_none(kind: str) -> None:
    assert lacking(None, hypervisor=kind, username=None) == []
