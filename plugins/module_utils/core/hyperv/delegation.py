# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services on other hosts for which a Hyper-V host must be trusted, so that VMs move by Kerberos.

Source: Hypervisor installation, "Preparation Checklist for Hyper-V" (Migration: Delegation).
"""

from __future__ import annotations

import re
import typing as t

from ..errors import InvalidValue

SERVICES = ("cifs", "Microsoft Virtual System Migration Service")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def delegation(partners: t.Sequence[str], computer: t.Optional[str] = None) -> list[str]:
    """Service principal names by the short and the full name of each partner, the computer itself left out.

    partners: DNS names. computer: the host's own NetBIOS or DNS name. Raises InvalidValue.
    """
    own = str(computer or "").partition(".")[0].casefold()
    names: list[str] = []
    for partner in sorted({str(each).strip() for each in partners}, key=str.casefold):
        if not _NAME.fullmatch(partner):
            raise InvalidValue("hyperv_host_partners", partner, "a DNS name with its domain, such as hv2.example.net")
        short = partner.partition(".")[0]
        if short.casefold() != own:
            names += [f"{service}/{name}" for service in SERVICES for name in (short, partner)]
    return names
