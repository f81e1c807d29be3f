# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The annotation of a host that its operators wrote.

The server shows the newest note of a host. While a run has notes of its own there, they hide the operators' one.
"""

from __future__ import annotations

import dataclasses

from ...core.zone.hosts import Host
from ...ports.cloud import Cloud

OWN = "hostcraft."


def annotated(cloud: Cloud, host: Host) -> Host:
    """The host with the newest note that no run of this collection wrote; None where there is no other."""
    if not (host.annotation or "").startswith(OWN):
        return host
    others = [note.text for note in cloud.notes.all("HOST", host.id) if not note.text.startswith(OWN)]
    return dataclasses.replace(host, annotation=others[-1] if others else None)
