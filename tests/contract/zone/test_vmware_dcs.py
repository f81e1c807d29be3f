# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which user CloudStack has for a vCenter after a task: no listing tells it, so the server is looked into."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox

FIRST = {"name": "dc1", "vcenter": "vc1.example.net", "username": "ops", "password": "one"}


UPDATED = pytest.mark.since("4.12")


@pytest.fixture
def cloud(connect: Connect, sandbox: Sandbox) -> Gateway:
    made = Gateway(connect(sandbox))
    perform(made, "cs_zone", name="z1", dns1="10.0.0.1")
    perform(made, "cs_vmware_dc", **FIRST)
    return made


@pytest.mark.parametrize(
    ("given", "changed", "password"),
    [
        pytest.param({"vcenter": "vc2.example.net", "password": "two"}, True, "two", marks=UPDATED),
        pytest.param({"vcenter": "vc2.example.net"}, True, "one", marks=UPDATED),
        ({"password": "two"}, False, "one"),
        pytest.param({"password": "two", "update_password": "always"}, True, "two", marks=UPDATED),
        ({"update_password": "always"}, False, "one"),
    ],
)
def test_a_password_goes_with_what_changes_or_where_it_is_wanted(
    cloud: Gateway, sandbox: Sandbox, given: dict[str, Any], changed: bool, password: str
) -> None:
    before = len(writes(sandbox))
    assert perform(cloud, "cs_vmware_dc", check_mode=True, name="dc1", **given).changed is changed
    assert len(writes(sandbox)) == before
    outcome = perform(cloud, "cs_vmware_dc", name="dc1", **given)
    assert outcome.changed is changed
    assert "two" not in str((outcome.before, outcome.after, outcome.result))
    # At once: in between CloudStack would ask the new vCenter with the old password.
    assert len(writes(sandbox)) - before == changed
    (row,) = sandbox.world.vmware_datacenters
    assert (row.password, row.vcenter) == (password, given.get("vcenter", FIRST["vcenter"]))
