# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbook tests share: booted hosts, a database of CloudStack, and the package as an operator installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hosts import Fleet, interpreter
from integration import forked
from integration.machine.add_hosts.site import Site

if TYPE_CHECKING:
    from counterparts.mariadb.server import MariaDb

ROOT = Path(__file__).resolve().parents[2]
# The longest files, so that no worker begins one when the others have ended.
LONGEST = (
    "machine/add_hosts/test_add_hosts.py",
    "machine/roles/test_firewalls.py",
    "host_passwords/test_playbook.py",
    "install/test_install.py",
    "upgrade/test_cloudstack.py",
    "zone/test_zone.py",
    "maintenance/test_on_hosts.py",
    "machine_network/change/test_network_change.py",
    "usage/test_usage_server.py",
    "machine/roles/test_kvm_hosts.py",
    "servers/test_management_server_role.py",
    "maintenance/test_playbook.py",
    "servers/test_around.py",
    "backup/test_machines.py",
    "maintenance/test_xenserver.py",
    "database/test_role.py",
    "upgrade/test_agents.py",
    "xenserver/test_playbooks.py",
    "maintenance/test_three_kinds.py",
    "servers/test_management.py",
    "machine_network/role/test_own_kernel.py",
    "machine_network/role/test_role.py",
    "vsphere/test_vsphere.py",
    "incumbent/test_moved.py",
    "documents/test_guides.py",
    "maintenance/test_vcenter.py",
    "host_passwords/test_record.py",
    "servers/test_restart_management_servers.py",
    "machine/check/test_host_check.py",
    "maintenance/test_clusters.py",
    "maintenance/test_demo_zone.py",
    "test_booted_hosts.py",
    "test_modules.py",
)


# Stories of the same machines: one worker plays them, in this order.
SAME_MACHINES = (
    "machine/add_hosts/test_add_hosts.py",
    "machine/certificates/test_rotation.py",
    "bmc/test_fence_drill.py",
)


# Playbooks are started with this process's environment.
os.environ.setdefault("ANSIBLE_CONFIG", str(ROOT / "tests/integration/ansible.cfg"))


@pytest.fixture(scope="session", autouse=True)
def playbooks(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One folder of module archives for the playbooks of all workers of this session, and one ansible-playbook."""
    session, owner = tmp_path_factory.getbasetemp(), os.getpid()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session, owner = session.parent, os.getppid()
    os.environ["MODULE_ARCHIVES"] = str(session / "archives")
    # Not in the checkout: something else may copy it meanwhile.
    os.environ["ANSIBLE_LOCAL_TEMP"] = str(session / "temporary")
    forked.install(session / "forked", owner)
    if shutil.which("gcc"):
        os.environ[forked.MODULES] = interpreter.here(tmp_path_factory.mktemp("interpreter"), "requests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; what has the machines of another one after it."""

    def place(item: pytest.Item) -> tuple[int, int]:
        name = item.path.relative_to(ROOT / "tests/integration").as_posix()
        first, turn = (SAME_MACHINES[0], SAME_MACHINES.index(name)) if name in SAME_MACHINES else (name, 0)
        return LONGEST.index(first) if first in LONGEST else len(LONGEST), turn

    mine = [item for item in items if item.path.is_relative_to(ROOT / "tests/integration")]
    for index, item in zip([items.index(item) for item in mine], sorted(mine, key=place), strict=True):
        items[index] = item


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files as units of work, but those of SAME_MACHINES as one."""
    # xdist tells no types.
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Stories(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            path: str = super()._split_scope(nodeid)
            return SAME_MACHINES[0] if path.endswith(SAME_MACHINES) else path

    return Stories(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def three_machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Those of the stories of SAME_MACHINES, bare at first; the last one ends them."""
    with Site(tmp_path_factory.mktemp("site"), "kvm1", "kvm2", "kvm3") as made:
        # What is issued expires tomorrow.
        made.management.certificate_days = 1
        yield made


@pytest.fixture(scope="session")
def three_hosts(three_machines: Site) -> Site:
    """The same, as hosts that are up: by the story before, or by the playbook if that one does not run."""
    if not hasattr(three_machines, "first"):
        three_machines.first = three_machines.play("add_hosts.yml")
    assert three_machines.first.status == 0, three_machines.first.output
    return three_machines


@pytest.fixture(scope="module")
def boot() -> Iterator[Callable[..., Fleet]]:
    """Boot hosts, by the arguments of Fleet; they end with the test module."""
    with ExitStack() as fleets:
        yield lambda *names, **how: fleets.enter_context(Fleet(*names, **how))


@pytest.fixture(scope="module")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    # Its client is not in the environments of `make versions`.
    from counterparts.mariadb.server import MariaDb

    with MariaDb(tmp_path_factory.mktemp("mariadb") / "m") as made:
        yield made


@pytest.fixture
def mariadb(mariadb_server: MariaDb) -> MariaDb:
    """A database of CloudStack on a real MariaDB, empty for each test."""
    mariadb_server.reset()
    return mariadb_server


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as ``ansible-galaxy collection build`` makes it."""
    target = tmp_path_factory.mktemp("build")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", str(target)], cwd=ROOT, check=True)
    (package,) = target.glob("hostcraft-cloudstack-*.tar.gz")
    return package


@pytest.fixture(scope="session")
def installed(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collections path that holds nothing but the installed package and the collections that it needs."""
    target = tmp_path_factory.mktemp("collections")
    needed = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["dependencies"]
    for namespace in {name.split(".")[0] for name in needed}:
        link = target / "ansible_collections" / namespace
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(ROOT / ".venv" / "collections" / "ansible_collections" / namespace)
    command = ["ansible-galaxy", "collection", "install", "--offline", "--collections-path", str(target), str(artifact)]
    # Without this path ansible-galaxy finds the checkout itself and installs nothing.
    subprocess.run(command, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(target)}, check=True)
    return target
