# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``hypervisor`` where it is the kind of a host or cluster; ``doc_fragments/hypervisor.py`` documents it."""

from __future__ import annotations

from ..fields import Spec

NAMES = ("KVM", "XenServer", "VMware", "Hyperv", "LXC", "BareMetal", "Ovm3", "Simulator")
KIND: Spec = {"hypervisor": {"type": "str", "choices": [*NAMES, "Custom"]}}
