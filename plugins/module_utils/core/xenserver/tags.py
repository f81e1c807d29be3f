# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks of CloudStack on the hosts of a XenServer or XCP-ng pool."""

from __future__ import annotations

import typing as t

# Marks that CloudStack writes into a host's tags and does not take away ("Upgrading XenServer Versions", last steps).
TAG_PREFIXES = ("vmops-", "cloud-", "cloudstack-")


def cloud_tags(tags: t.Iterable[str]) -> tuple[str, ...]:
    """Those of a host's tags that are CloudStack's."""
    return tuple(sorted(tag for tag in tags if tag.startswith(TAG_PREFIXES)))
