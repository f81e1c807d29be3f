# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Booted Debian hosts for tests: systemd, ssh, packages to install, cards to cable. See README.md."""

from .fleet import Fleet
from .host import Host

__all__ = ["Fleet", "Host"]
