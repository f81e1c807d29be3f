# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports on which a management server listens."""

from __future__ import annotations

WEB, WEB_TLS = 8080, 8443
AGENTS = 8250
# Calls between management servers.
PEERS = 9090
# Answers every command without authentication, where it is on.
UNAUTHENTICATED = 8096
