# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cs_vsphere_host makes of its options, and which it refuses before a vCenter is asked."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vsphere.hosts import SET, wanted


def asked(**arguments: Any) -> Any:
    checked = ArgumentSpecValidator(dict(SET)).validate({"cluster": "c", **arguments})
    assert checked.error_messages == []
    return wanted(checked.validated_parameters)


def test_a_vmkernel_port_gets_the_services_that_are_named() -> None:
    usual, moving = asked(vmkernel=[{}, {"port_group": "vMotion", "services": ["vmotion"]}]).kernel
    assert (usual.port_group, usual.services) == ("Management Network", ("management", "vmotion"))
    assert (moving.port_group, moving.services) == ("vMotion", ("vmotion",))


def test_security_and_teaming_of_a_switch_are_what_is_given_and_no_more() -> None:
    plain, given = asked(
        vswitches=[
            {"name": "vSwitch0"},
            {
                **{"name": "vSwitch1", "ports": 4088, "mtu": 9000, "nics": ["vmnic1", "vmnic2"]},
                **{"promiscuous_mode": False, "mac_changes": True, "forged_transmits": True},
                **{"teaming_policy": "failover_explicit", "active_nics": ["vmnic2", "vmnic2"], "standby_nics": []},
            },
        ]
    ).switches
    assert set(vars(plain.policy).values()) == {None}
    policy = given.policy
    assert (policy.promiscuous, policy.mac_changes, policy.forged_transmits) == (False, True, True)
    assert (policy.teaming, policy.active, policy.standby) == ("failover_explicit", ("vmnic2",), ())
    assert (given.ports, given.mtu, given.nics) == (4088, 9000, ("vmnic1", "vmnic2"))


def test_port_groups_are_removed_only_where_asked() -> None:
    assert [asked(remove_unused_port_groups=each).unused_groups for each in (True, False)] == [True, False]
    assert asked().unused_groups is False


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"vswitches": [{"name": "v", "ports": 4089}]}, "vswitches.ports"),
        ({"vswitches": [{"name": "v", "mtu": 1279}]}, "vswitches.mtu"),
        ({"vswitches": [{"name": "v", "active_nics": ["a"], "standby_nics": ["a"]}]}, "vswitches.standby_nics"),
        ({"port_groups": [{"name": "g", "vlan": 4096}]}, "port_groups.vlan"),
    ],
)
def test_what_no_switch_can_have_is_named(arguments: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        asked(**arguments)
    assert caught.value.message.startswith(f"{parameter}=")
