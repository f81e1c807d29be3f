# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers and what they serve, read from a running API."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.routers import NETWORK
from unit.sandbox.site import Site


def test_a_router_is_read_with_what_it_serves(cloud: Gateway, site: Site) -> None:
    network = str(site.network("n1")["id"])
    site.deploy(network)
    (found,) = cloud.routers.all({"network_id": network})
    assert found.serves == (NETWORK, network)
    assert (found.network, found.runs, found.redundant) == ("n1", True, False)
    assert found.networks == (network,)
    assert found.version
    served = cloud.served_networks.find(NETWORK, network)
    assert served is not None
    assert (served.name, served.ready, served.redundant) == ("n1", True, False)
    assert cloud.routers.all({"id": "6f9f2d2c-0000-4000-8000-000000000000"}) == []
