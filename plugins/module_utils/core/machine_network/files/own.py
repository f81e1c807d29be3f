# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that this collection writes for a back-end, by their names and their headings."""

from __future__ import annotations

import re

OWN = "cloudstack"  # in the names of the files that are ours
WRITTEN = "# Written by hostcraft.cloudstack.host_network; changes by hand are lost.\n"
NETWORKMANAGER = ("/etc/NetworkManager/", "/run/NetworkManager/", "/usr/lib/NetworkManager/", "/etc/sysconfig/")
MAKES = re.compile(r"^# Makes: (.*)$", re.MULTILINE)


def ours(path: str) -> bool:
    """Whether a file is one that this collection writes."""
    name = path.rpartition("/")[2]
    return bool(re.fullmatch(rf"(\d\d-)?{OWN}(-.+)?(\.\w+)?", name))


def family(path: str) -> str:
    """The kind of file, by the folder that it lies in: ifup reads names with any ending."""
    if path.startswith(NETWORKMANAGER):
        return "networkmanager"
    return "networkd" if "/systemd/network/" in path else "netplan" if "/netplan/" in path else "ifupdown"


def of_backend(path: str) -> bool:
    """Whether a file has settings of a back-end itself, which are no layout."""
    return path.endswith({"networkd": ".link", "networkmanager": ".conf"}.get(family(path), "/"))


def made_by(text: str) -> frozenset[str]:
    """The interfaces that a file with such a heading makes; empty for others."""
    found = MAKES.search(text)
    return frozenset(found[1].split()) if found else frozenset()
