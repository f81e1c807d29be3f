# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit of the role host_firewall: it loads its rules again after whoever flushes them."""

from __future__ import annotations

import jinja2
import pytest

from unit.roles.role_tasks import ROOT, rendered

TEMPLATE = ROOT / "roles/host_firewall/templates/hostcraft-firewall.service.j2"


@pytest.mark.parametrize(
    ("uses", "flushers"),
    [
        ("nftables", ["nftables.service"]),
        ("iptables", ["netfilter-persistent.service", "iptables.service", "ip6tables.service"]),
    ],
)
def test_the_unit_follows_restart_and_reload_of_those_who_flush(uses: str, flushers: list[str]) -> None:
    """`systemctl reload nftables` is nft -f of a file with flush ruleset."""
    names = ("host_firewall_directory", "host_firewall_jumps", "host_firewall_flushers")
    known = {name: rendered("host_firewall", "{{ " + name + " }}") for name in names}
    text = TEMPLATE.read_text(encoding="utf-8")
    unit = jinja2.Environment(trim_blocks=True).from_string(text).render(host_firewall_uses=uses, **known).splitlines()
    for relation in ("After", "PartOf", "ReloadPropagatedFrom"):
        assert f"{relation}={' '.join(flushers)}" in unit
    assert [line for line in unit if line.startswith("ExecReload=")]
    # Stopped with them, it is started with them.
    assert f"WantedBy=multi-user.target {' '.join(flushers)}" in unit
    guard = (ROOT / "roles/host_firewall/files/guard.sh").read_text(encoding="utf-8")
    assert [name for name in flushers if f"/etc/systemd/system/{name}.wants/$unit" not in guard] == []
