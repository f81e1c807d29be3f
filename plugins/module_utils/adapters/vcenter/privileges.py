# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user of a session may not do, of all that an administrator may.

Source: vSphere Web Services API reference, AuthorizationManager.
"""

from __future__ import annotations

import typing as t

from ...core.errors import HypervisorError
from .client import VcenterClient

# The number of the system's role Administrator, which has every privilege.
ADMINISTRATOR = -1


def lacking(client: VcenterClient, entity: t.Any) -> tuple[str, ...]:
    """Names of privileges on an entity, sorted. None are told where the user may not even ask."""
    manager, sessions = client.content.authorizationManager, client.content.sessionManager
    if manager is None or entity is None:
        return ()
    try:
        roles = client.call("roleList", lambda: manager.roleList)
        known = [name for each in roles or () if each.roleId == ADMINISTRATOR for name in each.privilege or ()]
        session = client.call("currentSession", lambda: sessions.currentSession)
        found = client.call(
            "HasPrivilegeOnEntities", lambda: manager.HasPrivilegeOnEntities([entity], session.key, known)
        )
    except HypervisorError as error:
        if error.fault == "vim.fault.NoPermission":
            return ()
        raise
    told = [each for one in found or () for each in one.privAvailability or ()]
    return tuple(sorted(each.privId for each in told if not each.isGranted))
