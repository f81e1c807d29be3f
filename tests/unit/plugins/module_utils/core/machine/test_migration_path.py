# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of migrations: what is judged of them, and that the guide knows the codes of paths and removals."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.migration_path import (
    MigrationPath,
    broken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.removal import (
    guid_of,
    removal_problems,
    stranger_problems,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

NO = "Connection refused"
GOOD = MigrationPath("kvm2", "10.1.0.2", ("10.1.0.2",), {16514: "", 16509: NO}, {49152: "", 49216: ""})


@pytest.mark.parametrize(
    ("changes", "transport", "codes"),
    [
        ({}, "any", []),
        ({}, "tls", []),
        ({}, "tcp", ["peer_libvirt"]),
        ({"libvirt": {16514: NO, 16509: NO}}, "any", ["peer_libvirt"]),
        ({"resolved": ()}, "tls", ["peer_name"]),
        ({"resolved": ("127.0.1.1",)}, "tls", ["peer_name"]),
        ({"migration": {49152: "timed out", 49216: ""}}, "tls", ["peer_migration_port"]),
    ],
)
def test_a_path_is_broken_where_a_migration_would_fail(
    changes: dict[str, Any], transport: str, codes: list[str]
) -> None:
    assert [reason.code for reason in broken(replace(GOOD, **changes), transport)] == codes


def test_the_guide_knows_every_code_and_no_other() -> None:
    guide = (Path(__file__).resolve().parents[6] / "docs" / "guides" / "add_hosts.md").read_text(encoding="utf-8")
    told = set(
        re.findall(
            r"^\| `([a-z_]+)` \|",
            guide[guide.index("## Testing migration paths") : guide.index("## Tested platforms")],
            re.MULTILINE,
        )
    )
    worst = replace(GOOD, resolved=(), libvirt={}, migration={1: NO})
    lost = Host("1", "kvm1.example.net", ip_address="10.1.0.1", is_local_storage_active=True)
    known = {reason.code for reason in broken(worst, "any")}
    for guid in ("", guid_of("10.1.0.9")):
        known |= {reason.code for reason in removal_problems(lost, guid, [], "other")}
    known |= {reason.code for reason in stranger_problems([lost], ["i-2-3-VM"])}
    assert told == known
