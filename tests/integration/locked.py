# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster as another run, on another machine, takes it."""

from __future__ import annotations

from sandbox.server import Sandbox
from unit.sandbox.client import Api

NOTES = frozenset({"addAnnotation", "removeAnnotation"})
JOB = "AWX job 7"


def lock_of_another(sandbox: Sandbox) -> str:
    """Lock the sandbox's first cluster; the text of the lock."""
    text = f'hostcraft.lock {{"token":"x","who":"anna@desk","job":"{JOB}","lease":9000}}'
    api = Api(sandbox)
    (cluster, *_) = api.ok("listClusters")["cluster"]
    api.ok("addAnnotation", entitytype="CLUSTER", entityid=cluster["id"], annotation=text)
    return text


def locks(sandbox: Sandbox) -> list[str]:
    """The notes on the sandbox's clusters."""
    return [str(each.text) for each in sandbox.world.annotations]
