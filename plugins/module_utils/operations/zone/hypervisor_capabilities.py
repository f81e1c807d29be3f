# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities of hypervisors changed. The server has their entries from its installation, and takes no new ones."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, plain, same_word
from ...core.zone.hypervisor_capabilities import CAPABILITY, check_wanted, chosen, of_hypervisor
from ...ports.cloud import Cloud
from ..ensure import ensure

# The server never asks for the limit of KVM hosts (FIELD_FACTS); cs_capacity_info and cs_cluster_limit do not either.
UNASKED = "kvm"


def ensure_capability(cloud: Cloud, wanted: Fields, check_mode: bool) -> Outcome:
    """``wanted``: fields of core HypervisorCapability. Raises InvalidValue, MissingValue, NotFound."""
    check_wanted(wanted)
    hypervisor, version = str(wanted["hypervisor"]), str(wanted["version"])
    held = chosen(cloud.hypervisor_capabilities.all(), hypervisor, version)
    fields = {name: value for name, value in wanted.items() if name not in ("hypervisor", "version")}
    outcome = ensure(cloud, cloud.hypervisor_capabilities, CAPABILITY, held, fields, "present", check_mode)
    if wanted.get("max_guests") is not None and same_word(hypervisor, UNASKED):
        warning = "CloudStack does not apply max_guests to KVM hosts; set max_vms_per_host of cs_cluster_limit"
        outcome = replace(outcome, warnings=(*outcome.warnings, warning))
    return outcome


def listed_capabilities(cloud: Cloud, hypervisor: t.Optional[str]) -> Outcome:
    found = cloud.hypervisor_capabilities.all()
    if hypervisor:
        found = of_hypervisor(found, hypervisor)
    return Outcome(False, result={"hypervisor_capabilities": [plain(each) for each in found]})
