# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud of two servers whose database is on a third machine, upgraded by the playbook with a fault at some step.

Databases are compared as dumps of all tables of both: byte for byte between the backup and the moment before the old
servers start, and without what every start writes between two times at which servers run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hosts import Fleet, Host

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
PLAYBOOK = HERE.parents[2] / "playbooks" / "upgrade_cloudstack.yml"
OLD, NEW = "4.21.0.0", "4.22.0.0"
SECRETS = ("cl0ud-p4ss", "management-key", "database-key", "r00t-p4ss")
RECORD = "/var/lib/cloudstack-upgrade.json"
PARTS = ("agents", "system_vms", "routers", "acceptance")
INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get update -qq && apt-get install -qq -y --no-install-recommends {more}"
SERVERS = f"curl mariadb-client cloudstack-common={OLD} cloudstack-management={OLD} cloudstack-usage={OLD}"
DATABASE = (
    "printf '[mysqld]\\nbind-address=0.0.0.0\\nmax_connections=800\\n' > /etc/mysql/mariadb.conf.d/99-test.cnf"
    " && systemctl restart mariadb && mariadb -e \"CREATE USER root@'%' IDENTIFIED BY 'r00t-p4ss';"
    " GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION; DROP USER IF EXISTS ''@localhost\""
)
SET_UP = (
    "cloudstack-setup-databases cloud:cl0ud-p4ss@{database} {deploy} -e file -m management-key -k database-key -i {own}"
    " && systemctl restart cloudstack-management"
)
# It needs the key beside its configuration, and settings that the server makes. Without them it ends, and starts again.
USAGE = "ln -s /etc/cloudstack/management/key /etc/cloudstack/usage/key && systemctl restart cloudstack-usage"
ANSWER = (
    "for i in $(seq 240); do s=$(curl -s -o /dev/null -w '%{http_code}' "
    "'http://127.0.0.1:8080/client/api?command=listZones&response=json');"
    ' [ "$s" = 401 ] && break; sleep 0.25; done; echo "$s"'
)
# What a server or usage server writes at its start and while it runs.
LIVE = ("cloud.mshost", "cloud.mshost_peer", "cloud.mshost_status", "cloud_usage.usage_job")
DUMP = "mariadb-dump --skip-dump-date --order-by-primary --routines --triggers --events --databases cloud cloud_usage"
SERVERS_OF = "SELECT id, msid, name, uuid, version, service_ip, service_port, removed FROM cloud.mshost ORDER BY id"
STATE = (
    "dpkg-query --show --showformat '${Version}\\n' cloudstack-common cloudstack-management cloudstack-usage;"
    " sha256sum /etc/cloudstack/management/db.properties /etc/cloudstack/management/key"
    " /etc/cloudstack/management/server.properties;"
    f" ls -d {RECORD} /etc/systemd/system/cloudstack-*.service.d/upgrade.conf 2> /dev/null;"
    # A usage server that found no database is started again after ten seconds.
    " for i in $(seq 40); do systemctl is-active --quiet cloudstack-usage && break; sleep 0.5; done;"
    " systemctl is-active cloudstack-management cloudstack-usage"
)


@dataclass(frozen=True)
class Run:
    """killed: by the fault. before, after: digests of the dumps at the backup, and before the old servers start."""

    status: int
    told: str
    before: str
    after: str

    @property
    def killed(self) -> bool:
        return self.status == -9

    @property
    def changed(self) -> int:
        return sum(map(int, re.findall(r" changed=(\d+)", self.told)))

    @property
    def end(self) -> str:
        """The messages of tasks that failed, as an operator reads them."""
        return re.sub(r"\s+", " ", " ".join(re.findall(r"fatal: .*|\[ERROR\]: .*", self.told)))


class Cloud:
    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.database = fleet, fleet["db"]
        self.servers = [fleet["ms1"], fleet["ms2"]]
        self.first, self.second = self.servers
        inventory = fleet.inventory()
        groups = {"management_servers": ("ms1", "ms2"), "databases": ("db",)}
        inventory["all"]["children"] = {name: {"hosts": {host: {} for host in held}} for name, held in groups.items()}
        self.inventory = fleet.directory / "servers.json"
        self.inventory.write_text(json.dumps(inventory))

    def install(self) -> None:
        more = {"db": "mariadb-server", "ms1": SERVERS, "ms2": SERVERS}
        with ThreadPoolExecutor() as together:
            list(together.map(lambda host: host.run(INSTALL.format(more=more[host.name]), timeout=900), self.fleet))
        self.database.run(DATABASE)
        for host, deploy in ((self.first, "--deploy-as=root:r00t-p4ss"), (self.second, "")):
            host.run(SET_UP.format(database=self.database.address, deploy=deploy, own=host.address))
            assert self.answers(host) == "401"
            host.run(USAGE)
        self.switch()

    def switch(self, **switches: object) -> None:
        quick = {"sleep": 0.2, "broken_sleep": 0.2, "stop_sleep": 0.1}
        for host in self.servers:
            host.write("/etc/cloudstack/stand-in.json", json.dumps({**quick, **switches}))

    def upgrade(
        self,
        *more: str,
        fault: Mapping[str, object] | None = None,
        api: Sandbox | None = None,
        **variables: object,
    ) -> Run:
        """api: what the parts after the servers work on."""
        given: dict[str, object] = {
            "upgrade_cloudstack_version": NEW,
            "upgrade_cloudstack_delay": 1,
            "upgrade_cloudstack_restore_database": {
                "host": self.database.address,
                "user": "root",
                "password": "r00t-p4ss",
            },
            **{f"upgrade_cloudstack_{part}": False for part in PARTS},
            **variables,
        }
        room = self.database.root / "root"
        hooks = {
            "Make a backup of the databases and of the first server": self._hook("before"),
            "Start the old servers one after another": self._hook("after"),
        }
        environment = {
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_PLUGINS": f"{HERE.parent / 'plugins' / 'callback'}:{HERE / 'faults'}",
            "UPGRADE_FAULT": json.dumps({**(fault or {}), "hooks": hooks}),
            "UPGRADE_STEPS": str(self.fleet.directory / "steps"),
        }
        if api is not None:
            keys = {"CLOUDSTACK_KEY": api.key, "CLOUDSTACK_SECRET": api.secret}
            environment |= {"CLOUDSTACK_ENDPOINT": api.url, **keys}
        (self.fleet.directory / "steps").unlink(missing_ok=True)
        command = ["ansible-playbook", "-i", str(self.inventory), str(PLAYBOOK), "-e", json.dumps(given), *more]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, start_new_session=True
        )
        told = done.stdout + done.stderr
        assert not [secret for secret in SECRETS if secret in told]
        digests = [digest((room / name).read_bytes()) if (room / name).exists() else "" for name in ("before", "after")]
        return Run(done.returncode, told, digests[0], digests[1])

    def _hook(self, name: str) -> str:
        """A shell command that dumps both databases into a file of the machine of the database."""
        return self.on(self.database, f"{DUMP} > /root/{name}")

    @staticmethod
    def on(host: Host, script: str) -> str:
        """A command of this machine that runs a script on a host."""
        return shlex.join(["ssh", *host.ssh_options, f"root@{host.address}", script])

    def forget_dumps(self) -> None:
        self.database.run("rm -f /root/before /root/after")

    def steps(self) -> list[tuple[str, int]]:
        """The starts of tasks of the last run: names, and which start of it."""
        rows = [line.split("\t") for line in (self.fleet.directory / "steps").read_text().splitlines()]
        return [(name, int(nth)) for _time, nth, name in rows]

    def data(self) -> str:
        """All tables of both databases, without what running servers write all the time."""
        left = " ".join(f"--ignore-table={name}" for name in LIVE)
        asked = f'{DUMP} {left} && mariadb -N -B -e "{SERVERS_OF}"'
        return digest(self.database.run(asked).stdout.encode())

    def state(self) -> dict[str, str]:
        """Packages, configuration, marks of an upgrade and units by machine, and the databases."""
        found = {host.name: host.run(STATE, check=False).stdout for host in self.servers}
        return {**found, "data": self.data()}

    def version(self) -> str:
        asked = "SELECT version FROM cloud.version WHERE step = 'Complete' ORDER BY id DESC LIMIT 1"
        return self.database.run(f'mariadb -N -B -e "{asked}"').stdout.strip()

    def record(self) -> dict[str, Any]:
        text = self.first.run(f"cat {RECORD}", check=False).stdout
        found: dict[str, Any] = json.loads(text) if text else {}
        return found

    def answers(self, host: Host) -> str:
        return host.run(ANSWER).stdout.strip()


def digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
