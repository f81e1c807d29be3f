# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bare booted machines that playbooks/install.yml makes a cloud of, and what may be asked of that cloud."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from counterparts.management_server import Cloud, packages
from hosts import Fleet
from hosts.agent import package
from hosts.agent.management import Management
from hosts.time_server import TimeServer
from integration.machine.add_hosts.site import LACKING, Booted, Play

from sandbox.world import World

OLD, NEW = "4.21.0.0", "4.22.0.0"
SECRETS = {
    "install_admin_password": "n3w $admin \"p'4ss ü#",
    "mysql_server_admin_password": "dba $in '\"p4ss ü#",
    "mysql_server_replication_password": "repl $in '\"p4ss",
    "management_server_database_password": "cl0ud-p4ss",
    "management_server_key": "m4nagement-key",
    "management_server_database_key": "d4tabase-key",
}
Groups = Mapping[str, Sequence[str]]
# Production: two of each, the load balancer on the storage server, and a hypervisor.
WHOLE: Groups = {
    "databases": ("db1", "db2"),
    "nfs_servers": ("nfs1",),
    "management_servers": ("ms1", "ms2"),
    "load_balancers": ("nfs1",),
    "usage_servers": ("ms1", "ms2"),
    "kvm": ("kvm1",),
}
# Two servers, and one machine for what is around them. CloudStack's simulator has the hypervisors.
SMALL: Groups = {
    "databases": ("db1",),
    "nfs_servers": ("db1",),
    "management_servers": ("ms1", "ms2"),
    "load_balancers": ("db1",),
    "usage_servers": ("ms1",),
}
# Four machines each: with a hypervisor and one database, and with two databases and the simulator's hypervisors.
HYPERVISOR: Groups = {**SMALL, "usage_servers": ("ms1", "ms2"), "kvm": ("kvm1",)}
REPLICA: Groups = {
    "databases": ("db1", "db2"),
    "nfs_servers": ("db2",),
    "management_servers": ("ms1", "ms2"),
    "load_balancers": ("db2",),
    "usage_servers": ("ms1", "ms2"),
}
SIMULATED = {"cloudstack_cluster": "east-1a", "cloudstack_username": "root", "cloudstack_password": "sim-p4ss"}


class Installation(Booted):
    """``with Installation(folder, SMALL) as installation: installation.play("install.yml")``."""

    def __init__(self, folder: Path, groups: Groups, version: str = OLD) -> None:
        super().__init__(folder)
        self.groups, self.version = groups, version
        self.names = tuple(dict.fromkeys(name for members in groups.values() for name in members))
        self.kvm = "kvm" in groups
        self.secrets = dict(SECRETS)

    def _start(self) -> None:
        templates = {"kvm-x86_64": b"a system VM template"}
        offered = [deb for version in (OLD, NEW) for deb in packages(version, templates=templates)]
        offered += [package(self.folder, f"{version}~standin") for version in (OLD, NEW) if self.kvm]
        cards = ("eth0", "eth1") if self.kvm else ("eth0",)
        self.key = self.folder / "management"
        self.fleet = self._ends.enter_context(
            Fleet(*self.names, cards=cards, more_packages=offered, prepare=self._prepare)
        )
        gateway = self.fleet.gateway
        self._ends.enter_context(TimeServer(gateway))
        self.cloud = self._ends.enter_context(Cloud(gateway))
        self.sandbox = self.cloud.sandbox
        self.management = self._ends.enter_context(Management(self.sandbox, gateway, self.key))
        self.inventory = self.folder / "inventory.json"
        self.write_inventory()

    def _prepare(self, name: str, root: Path) -> None:
        """The servers' own key, which the real ones make: here they go to hosts from this machine."""
        if not self.key.exists():
            command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(self.key)]
            subprocess.run(command, check=True)
        if name in self.groups["management_servers"]:
            kept = root / "var/lib/cloudstack/management/.ssh"
            kept.mkdir(parents=True)
            (kept / "id_rsa.pub").write_text(self.key.with_suffix(".pub").read_text(encoding="utf-8"))

    def write_inventory(self) -> None:
        inventory = self.fleet.inventory()
        every = inventory["all"]
        every["children"] = {group: {"hosts": {name: {} for name in names}} for group, names in self.groups.items()}
        if self.kvm:
            every["children"]["kvm"]["vars"] = self.hypervisor()
        else:
            hosts = {f"sim{number}": {"cloudstack_url": f"http://sim/east-1a/h{number}"} for number in (1, 2)}
            every["children"]["cloudstack_hosts"] = {"hosts": hosts, "vars": SIMULATED}
        every["vars"] = {**self.variables(), **self.secrets}
        self.inventory.write_text(json.dumps(inventory, indent=1), encoding="utf-8")

    def variables(self) -> dict[str, Any]:
        """What an operator says of such a cloud, and what these machines lack."""
        return {
            "host_base_domain": "example.net",
            "host_base_ntp_servers": [self.fleet.gateway],
            "management_firewall_administrators": [self.fleet.gateway],
            "management_firewall_agents": [self.network],
            "management_server_version": self.version,
            # They have no default route, which the certificate between servers goes by.
            "management_server_network": self.network,
            "management_server_ignore": ["memory", "disk"],
            "management_server_heap": 256,
            "management_server_start_timeout": 180,
            "mysql_server_buffer_pool_size": "128M",
            "nfs_server_networks": [self.network],
            # The kernel of these machines has no NFS server, and their directories are on an overlay.
            "nfs_server_started": False,
            "nfs_server_file_systems": ["overlay"],
            "cloudstack_zone": self.zone(),
            "acceptance_console": "asked",
        }

    def zone(self) -> dict[str, Any]:
        prefix = self.fleet.gateway.rpartition(".")[0]
        storage = self.fleet[self.groups["nfs_servers"][0]].address
        cluster, hypervisor = ("east-kvm", "KVM") if self.kvm else ("east-1a", "Simulator")
        pod = {"netmask": "255.255.255.0", "gateway": self.fleet.gateway}
        return {
            "name": "east",
            "dns1": "192.0.2.53",
            "internal_dns1": "192.0.2.53",
            "guest_cidr_address": "10.1.1.0/24",
            "physical_networks": [
                {
                    "name": "east-net",
                    "isolation_method": "VLAN",
                    "vlan": "100-200",
                    "traffic_types": [{"traffic_type": name} for name in ("Management", "Guest", "Public")],
                }
            ],
            "pods": [{"name": "east-1", "start_ip": f"{prefix}.200", "end_ip": f"{prefix}.220", **pod}],
            "public_ip_ranges": [
                {
                    "physical_network": "east-net",
                    "vlan": 50,
                    "start_ip": "192.0.2.100",
                    "end_ip": "192.0.2.120",
                    "netmask": "255.255.255.0",
                    "gateway": "192.0.2.1",
                }
            ],
            "clusters": [{"name": cluster, "pod": "east-1", "hypervisor": hypervisor}],
            "primary_storage": [
                {
                    "name": "east-primary",
                    "url": f"nfs://{storage}/export/primary",
                    "scope": "cluster",
                    "cluster": cluster,
                }
            ],
            "secondary_storage": [{"name": "east-secondary", "url": f"nfs://{storage}/export/secondary"}],
        }

    def hypervisor(self) -> dict[str, Any]:
        return {
            "host_firewall_management": [self.network],
            "host_firewall_cluster": [self.network],
            "host_network_public_interface": "eth0",
            "host_network_private_interface": "eth1",
            "kvm_agent_package": f"cloudstack-agent={self.version}~standin",
            "kvm_agent_user": "cloudstack",
            "add_hosts_zone": "east",
            "add_hosts_cluster": "east-kvm",
            "add_hosts_management_servers": [self.fleet[self.groups["load_balancers"][0]].address],
            "add_hosts_ignore": LACKING,
        }

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "CLOUDSTACK_CONFIG": str(self.folder / "cloudstack.ini")}

    def play(self, playbook: str | Path, *options: str, **variables: object) -> Play:
        """As that of Booted; no secret is shown."""
        ended = super().play(playbook, *options, **variables)
        assert not [secret for secret in self.secrets.values() if secret in ended.output], ended.output
        return ended

    def status(self, name: str) -> int:
        """What the API at a machine answers to a call without a signature."""
        url = f"http://{self.fleet[name].address}:8080/client/api?command=listZones&response=json"
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def answers(self, name: str, seconds: float = 60) -> bool:
        """Whether its API comes to answer a call without a signature with 401."""
        deadline = time.monotonic() + seconds
        while self.status(name) != 401:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        return True

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """A management server is stopped; afterwards it serves again."""
        self.fleet[name].run("systemctl stop cloudstack-management")
        front = self.groups["load_balancers"][0]
        assert self.answers(front), "the load balancer did not take the server out"
        yield
        self.fleet[name].run("systemctl start cloudstack-management")
        assert self.answers(name)

    def sql(self, statement: str) -> str:
        """By root of the primary database server."""
        return self.fleet[self.groups["databases"][0]].run(f"mariadb -N -B -e {shlex.quote(statement)}").stdout

    def nodes(self) -> dict[str, str]:
        """State of each management server, as the database has it."""
        rows = self.sql("SELECT name, state FROM cloud.mshost WHERE removed IS NULL").splitlines()
        return {row.split(".")[0].split()[0]: row.split()[-1] for row in rows}

    def agents(self) -> dict[str, str]:
        """Version of each KVM host's agent, as the servers have it."""
        return self.sandbox.run(
            lambda world: {host.name: host.version or world.version for host in world.hosts if host.hypervisor == "KVM"}
        )

    def new_template(self) -> str:
        """Name of the system VM template of the new release, which the real server registers while it is upgraded."""
        name = "systemvm-4.22.0"

        def register(world: World) -> None:
            if not list(world.templates.select(name=name)):
                hypervisor = "KVM" if self.kvm else "Simulator"
                held = next(iter(world.templates.select(kind="SYSTEM", hypervisor=hypervisor)))
                world.templates.add(replace(held, id=world.templates.next_id(), uuid=world.new_uuid(), name=name))

        self.sandbox.run(register)
        return name

    def contents(self) -> dict[str, str]:
        """Checksum of every table that is not written while a server only runs."""
        living = ("mshost", "mshost_peer", "usage_job")
        names = self.sql(
            "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema IN ('cloud', 'cloud_usage')"
        ).split()
        kept = sorted(name for name in names if name.partition(".")[2] not in living)
        return dict(line.split() for line in self.sql(f"CHECKSUM TABLE {', '.join(kept)}").splitlines())
