# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool before it is added to CloudStack: no VMs on it, and hosts that are large enough."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.check import judge_pool
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.layout import (
    XenHost,
    XenInterface,
    XenLayout,
)

GIB = 1 << 30


@pytest.mark.parametrize(("hvm", "found"), [(True, 0), (None, 0), (False, 1)])
def test_a_host_that_tells_nothing_of_virtualization_is_not_blamed(hvm: bool | None, found: int) -> None:
    assert [code for code, _evidence in told(XenLayout((XenHost("r0", "u0", "xen0", hvm=hvm),)), True)] == [
        "hvm_off"
    ] * found


@pytest.mark.parametrize(("version", "found"), [("5.6.100", 1), ("6.1", 0), ("6.1.0", 0), ("10.0", 0), ("", 0)])
def test_versions_are_compared_as_numbers(version: str, found: int) -> None:
    layout = XenLayout((XenHost("r0", "u0", "xen0", version=version),))
    assert [code for code, _evidence in told(layout, True)] == ["version_old"] * found


@pytest.mark.parametrize(("management", "dynamic", "found"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_only_the_management_address_has_to_be_static(management: bool, dynamic: bool, found: int) -> None:
    card = XenInterface("p0", "r0", "eth0", "lan", management=management, dynamic=dynamic)
    layout = XenLayout((XenHost("r0", "u0", "xen0"),), (card,))
    assert [code for code, _evidence in told(layout, True)] == ["address_dynamic"] * found


def pool(*running: str, memory: int | None = 64 * GIB) -> XenLayout:
    master = XenHost("r0", "u0", "xen0", master=True, running=running[:1], memory=memory)
    return XenLayout((master, XenHost("r1", "u1", "xen1", running=running[1:], memory=memory)))


def told(layout: XenLayout, joined: bool) -> list[tuple[str, str]]:
    return [(each.code, each.evidence) for each in judge_pool(layout, joined=joined).findings]


def test_vms_on_a_pool_are_found_before_it_is_added_and_not_after() -> None:
    assert told(pool("web", "db"), joined=False) == [("foreign_vms", "The pool has VMs before it is added: web, db")]
    assert told(pool("i-2-3-VM"), joined=True) == []
    assert told(pool(), joined=False) == []


@pytest.mark.parametrize(("memory", "found"), [(4 * GIB, 0), (4 * GIB - 1, 2), (None, 0)])
def test_hosts_with_too_little_memory_are_found(memory: int | None, found: int) -> None:
    assert [code for code, _evidence in told(pool(memory=memory), joined=False)] == ["memory_small"] * found
