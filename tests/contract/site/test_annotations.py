# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The note that a maintenance writes on a host is neither taken for the operators' annotation nor replaced by it."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.site.test_site import example
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox


@pytest.mark.parametrize("annotation", [None, "rack 7"])
def test_a_note_of_a_run_hides_no_annotation(sandbox: Sandbox, connect: Connect, annotation: str | None) -> None:
    given = example()
    if annotation:
        given["hosts"][0]["annotation"] = annotation
    cloud = Gateway(connect(sandbox))
    perform(cloud, "cs_site", **given)
    name = given["hosts"][0]["name"]
    (host,) = cloud.hosts.find(name)
    cloud.notes.add("HOST", host.id, "hostcraft.maintenance before Enabled")
    assert not perform(Gateway(connect(sandbox)), "cs_site", **given).changed
    told: Any = perform(Gateway(connect(sandbox)), "cs_declaration_info", zone="zurich").result
    assert "hostcraft." not in str(told)
    assert str(told).count("rack 7") == (1 if annotation else 0)
