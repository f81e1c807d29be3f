# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From bare machines to a cloud of two servers by playbooks/install.yml, in a form that is cheap enough for each run.

The whole, with replication, a KVM host, upgrade and the way back, is benchmarks/install.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from integration.install.installation import SMALL, Installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("install"), SMALL) as made:
        yield made


def test_what_is_wrong_is_told_before_a_machine_is_changed(installation: Installation) -> None:
    wrong = {"management_server_version": "4.99.0.0", "management_server_key": "se$cret", "nfs_server_networks": []}
    refused = installation.play("install.yml", install_admin_password="password", **wrong)
    assert refused.status != 0
    assert refused.changed == 0
    for code in ("version_not_offered", "characters", "no_networks", "admin_password"):
        assert f"[{code}]" in refused.output
    for host in installation.fleet:
        assert host.run("test -e /etc/chrony", check=False).returncode != 0


def test_a_cloud_of_two_servers_is_installed_and_accepted(installation: Installation) -> None:
    installed = installation.play("install.yml")
    assert installed.status == 0, installed.output
    assert "removed: the VM, its volume and its network are gone" in installed.output
    assert installation.nodes() == {"ms1": "Up", "ms2": "Up"}
    assert [installation.status(name) for name in ("ms1", "ms2", "db1")] == [401, 401, 401]
    # Whatever is in a password, it is used as it is.
    assert installation.sandbox.run(lambda world: [user.password for user in world.users]) != ["password"]
    with installation.stopped("ms1"):
        assert installation.status("db1") == 401


def test_a_second_run_changes_nothing(installation: Installation) -> None:
    again = installation.play("install.yml")
    assert again.status == 0, again.output
    assert again.changed == 0, again.output
