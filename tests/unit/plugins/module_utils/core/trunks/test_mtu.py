# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of two sizes in a cluster."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.model import Lane, TrunkHost, Way
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.mtu import mtu_findings

HOSTS = [TrunkHost(name, cluster, "KVM") for name, cluster in (("h1", "c1"), ("h2", "c1"), ("h3", "c2"), ("h4", "c2"))]
LANES = [Lane("phys1", "Guest", {}, ()), Lane("phys1", "Public", {}, ())]


def test_frames_of_two_sizes() -> None:
    mtu = {"h1": 1500, "h2": 9000, "h3": 9000, "h4": None}
    ways = {(host.name, lane): Way(mtu=mtu[host.name] if lane == 0 else 1500) for host in HOSTS for lane in (0, 1)}
    (found,) = mtu_findings(HOSTS, LANES, ways)
    assert (found["code"], found["cluster"], found["traffic_type"]) == ("mtu_differs", "c1", "Guest")
    assert found["hosts"] == {"1500": ["h1"], "9000": ["h2"]}
