# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_site: a host's controller and its host HA, of which the second needs the first."""

from __future__ import annotations

from typing import Any

import pytest
from contract.bmc.cloud import ADDRESSES, PASSWORD, USER, Lab
from contract.bmc.conftest import lab
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused

__all__ = ["lab"]


def declared(lab: Lab, *names: str, **oobm: Any) -> dict[str, Any]:
    """Both of hosts that the server has."""
    zone = lab.site.api.ok("listZones")["zone"][0]
    hosts = [
        {
            "name": name,
            "cluster": "kvm-a",
            "host_ha": "enabled",
            "oobm": {"address": ADDRESSES[name], "username": USER, "password": PASSWORD, **oobm},
        }
        for name in names
    ]
    cluster = {"name": "kvm-a", "pod": "p1", "hypervisor": "KVM"}
    return {"declaration": {"name": zone["name"], "clusters": [cluster]}, "hosts": hosts, "parts": ["hosts"]}


def under_ha(lab: Lab) -> set[str]:
    names = {number: name for name, number in lab.hosts.items()}
    rows = lab.site.api.ok("listHostHAResources").get("hostha", [])
    return {names[row["hostid"]] for row in rows if row["haenable"]}


def test_host_ha_is_left_out_where_the_controller_does_not_work_run_after_run(lab: Lab) -> None:
    """Its controller is configured already, so that host HA is possible by what the server shows."""
    lab.bmcs["kvm1"].silent = True
    for name in ADDRESSES:
        lab.configured(name, username="old")
    for _run in range(2):
        with pytest.raises(HostcraftError, match=r"nothing answers CloudStack at 192\.0\.2\.201 port 623") as caught:
            perform(lab.another(), "cs_site", **declared(lab, "kvm1", "kvm2"))
        told: Any = caught.value.details["failed"]
        assert [each["name"] for each in told] == ["kvm1"]
        assert caught.value.details["left_out"] == ["host HA of host kvm1"]
        assert under_ha(lab) == {"kvm2"}
    planned = perform(lab.another(), "cs_site", True, **declared(lab, "kvm1", "kvm2"))
    assert any("(bmc_silent)" in each for each in planned.warnings)
    lab.bmcs["kvm1"].silent = False
    perform(lab.another(), "cs_site", **declared(lab, "kvm1", "kvm2"))
    assert under_ha(lab) == {"kvm1", "kvm2"}
    lab.server.calls.clear()
    again = perform(lab.another(), "cs_site", **declared(lab, "kvm1", "kvm2"))
    assert (again.changed, again.result["plan"]) == (False, [])
    assert set(writes(lab.server)) == {"issueOutOfBandManagementPowerAction"}


@pytest.mark.parametrize("configured", [False, True])
def test_host_ha_is_judged_by_the_controller_that_is_declared_with_it(lab: Lab, configured: bool) -> None:
    """Of a host that is there, and whose out-of-band management is not configured or disabled."""
    if configured:
        lab.configured("kvm1")
        lab.site.api.done("disableOutOfBandManagementForHost", hostid=lab.hosts["kvm1"])
    its = declared(lab, "kvm1")
    lab.server.calls.clear()
    for foretold in (
        perform(lab.another(), "cs_site", True, **its),
        perform(lab.another(), "cs_site", state="planned", **its),
    ):
        assert "~ host HA of host kvm1: enabled False -> True" in foretold.result["plan"]
    assert writes(lab.server) == []
    made = perform(lab.another(), "cs_site", **its)
    assert under_ha(lab) == {"kvm1"}
    names = [[line.partition(":")[0] for line in each.result["plan"]] for each in (foretold, made)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("disableOutOfBandManagementForCluster", {}),
        ("", {"state": "disabled"}),
        ("in effect", {"state": "disabled"}),
    ],
)
def test_a_controller_that_stays_disabled_is_refused_before_the_first_write(
    lab: Lab, command: str, changes: dict[str, str]
) -> None:
    if command == "in effect":
        lab.configured("kvm1")
    elif command:
        lab.site.api.done(command, clusterid=lab.cluster)
    sent = writes(lab.server)
    for check_mode in (True, False):
        with pytest.raises(Refused, match="so host HA could not"):
            perform(lab.another(), "cs_site", check_mode, **declared(lab, "kvm1", **changes))
    assert set(writes(lab.server)[len(sent) :]) <= {"issueOutOfBandManagementPowerAction"}
