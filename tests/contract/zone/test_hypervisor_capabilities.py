# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities of hypervisors against the API: changed, and refused where the server has no entry for them."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    NotFound,
)
from sandbox.server import Sandbox

MODULE = "cs_hypervisor_capability"


def rows(cloud: Gateway, **arguments: Any) -> list[Any]:
    found: Any = perform(cloud, f"{MODULE}_info", **arguments).result["hypervisor_capabilities"]
    return list(found)


def test_the_limit_of_guests_is_changed_for_one_version_alone(sandbox: Sandbox, cloud: Gateway) -> None:
    before = {row["version"]: row["max_guests"] for row in rows(cloud, hypervisor="xenserver")}
    done = twice(cloud, MODULE, hypervisor="xenserver", version="8.2.1", max_guests=150)
    assert (done.before, done.after) == ({"max_guests": before["8.2.1"]}, {"max_guests": 150})
    assert (done.result["hypervisor"], done.result["version"], done.warnings) == ("XenServer", "8.2.1", ())
    assert writes(sandbox) == ["updateHypervisorCapabilities"]
    cloud.hypervisor_capabilities.forget()
    assert {row["version"]: row["max_guests"] for row in rows(cloud, hypervisor="XenServer")} == {
        **before,
        "8.2.1": 150,
    }


@pytest.mark.since("4.16")
def test_every_option_arrives(cloud: Gateway) -> None:
    wanted = {
        "max_guests": 60, "max_data_volumes": 9, "max_hosts_per_cluster": 12, "security_groups": False,
        "storage_motion": True, "vm_snapshots": True,
    }  # fmt: skip
    done = twice(cloud, MODULE, hypervisor="KVM", **wanted)
    assert {name: done.result[name] for name in wanted} == wanted
    assert "does not apply max_guests to KVM hosts" in " ".join(done.warnings)


def test_what_the_server_has_not_is_named_with_what_it_has(sandbox: Sandbox, cloud: Gateway) -> None:
    with pytest.raises(NotFound, match=r"8\.2\.1"):
        perform(cloud, MODULE, True, hypervisor="XenServer", version="8.2.2", max_guests=9)
    with pytest.raises(NotFound, match="XenServer"):
        perform(cloud, MODULE, True, hypervisor="XenSrver", max_guests=9)
    with pytest.raises(InvalidValue, match="max_guests"):
        perform(cloud, MODULE, True, hypervisor="XenServer", max_guests=0)
    with pytest.raises(MissingValue):
        perform(cloud, MODULE, True, hypervisor="XenServer")
    assert writes(sandbox) == []
