# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The setting host: the addresses at which agents and system VMs reach the management servers."""

from __future__ import annotations

HOST_SETTING = "host"
OWN = ("", "localhost", "::1")


def of_this_machine(value: str) -> bool:
    """Whether an address in it is each machine's own, so that agents would connect to themselves."""
    told = [each.strip().casefold() for each in value.split(",")]
    return any(each in OWN or each.startswith("127.") for each in told)
