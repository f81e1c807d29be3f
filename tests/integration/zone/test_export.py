# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone that nobody declared is written as an inventory by cs_declaration_export, and site changes nothing by it.

What is written is what cs_declaration_info returns.

Compared with it by cs_site_info, nothing differs.
"""

from __future__ import annotations

import json
from pathlib import Path

from integration.zone.apply import INVENTORIES, play, writes

from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

EVIL = "../{{ lookup('pipe', 'touch /tmp/planted') }}: [1:3] #"


def rename(world: World) -> None:
    """Names that leave a folder, run, or are a range of hosts wherever they are not data."""
    host = next(each for each in world.hosts if each.hypervisor)
    host.name, host.annotation, host.tags = EVIL, "{% raw %}\n- x: y", ["{{ 1 / 0 }}"]
    next(iter(world.clusters)).name = "../{{ cluster }}"


def test_a_zone_with_hostile_names_is_exported_and_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    with Sandbox(seed=1, speed=10.0) as sandbox:
        site = Site(Api(sandbox))
        site.api.ok("updatePod", id=site.pod, allocationstate="Disabled")
        given = {"name": "cpu.overprovisioning.factor", "value": "3", "clusterid": site.cluster}
        site.api.ok("updateConfiguration", **given)
        sandbox.run(rename)
        sandbox.calls.clear()
        options = ["-e", f"export_zone_dest={folder}"]
        made = play(sandbox, INVENTORIES / "simulator", *options, playbook="export_zone.yml")
        assert made.status == 0, made.output
        assert writes(sandbox) == []
        files = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
        assert sorted(map(str, files)) == [
            "exported/group_vars/all/vault.yml",
            "exported/group_vars/all/zone.yml",
            "exported/group_vars/cluster.yml",
            "exported/hosts.yml",
        ]
        assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
        again = play(sandbox, INVENTORIES / "simulator", *options, playbook="export_zone.yml")
        assert again.status != 0
        assert "overwrite=true" in again.output
        checked = play(sandbox, folder, "--check")
        assert (checked.status, checked.changed) == (0, 0), checked.output
        data = tmp_path / "drift.json"
        compared = play(sandbox, folder, "-e", f"compare_zone_data={data}", playbook="compare_zone.yml")
        assert compared.status == 0, compared.output
        assert "objects: as declared" in compared.output
        assert json.loads(data.read_text())["findings"] == []
        assert writes(sandbox) == []
