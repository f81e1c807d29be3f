# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vCenter: govmomi's simulator with what it lacks (``vcsim``), built once by the Go toolchain, kept in ``.cache``."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.gateway import (
    VcenterGateway,
    open_vcenter,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    RUNNING,
    STOPPED,
    SUSPENDED,
    HypervisorAccess,
)
from counterparts.certificates import Authority
from counterparts.contract import PASSWORD, PlantedGuest, PlantedHost, Truth

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent / "vcsim"
CACHE = ROOT / ".cache"
NEEDED = (1, 23)
USER, SECRET = "administrator@vsphere.local", "correct horse battery"
POWER = {"poweredOn": RUNNING, "poweredOff": STOPPED, "suspended": SUSPENDED}


def go() -> str:
    """A Go that is new enough: the machine's, else one installed into the cache."""
    found = shutil.which("go")
    if found:
        version = subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout
        told = re.search(r"go(\d+)\.(\d+)", version)
        if told and (int(told[1]), int(told[2])) >= NEEDED:
            return found
    wanted = SOURCES / "go-toolchain.txt"
    home = CACHE / f"go-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    if not home.exists():
        made = home.with_suffix(".new")
        shutil.rmtree(made, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", f"--target={made}", f"--requirement={wanted}"], check=True)
        made.rename(home)
    program = home / "go" / "bin" / "go"
    program.chmod(0o755)
    for tool in (home / "go" / "pkg" / "tool").rglob("*"):
        tool.chmod(0o755)
    return str(program)


@cache
def built() -> Path:
    """The program; built where its sources changed. Other processes of a run wait for the first."""
    CACHE.mkdir(exist_ok=True)
    key = hashlib.sha256(b"".join(each.read_bytes() for each in sorted(SOURCES.glob("*[go][om]*")))).hexdigest()[:16]
    program = CACHE / f"vcsim-{key}"
    with open(CACHE / "vcsim.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            # Without inlining, which takes a third of the time.
            how = ("-trimpath", "-gcflags=all=-l", "-o", str(program.with_suffix(".new")))
            command = [go(), "build", *how, "."]
            environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}
            subprocess.run(command, cwd=SOURCES, env=environment, check=True)
            program.with_suffix(".new").rename(program)
    return program


@cache
def _certificates() -> tempfile.TemporaryDirectory[str]:
    """One authority for all that run in this process: keys take longer to make than a vCenter."""
    folder = tempfile.TemporaryDirectory(prefix="vcsim-ca-")
    Authority().write_server(Path(folder.name), "vcenter.example.net", "127.0.0.1")
    return folder


@dataclass(frozen=True)
class Call:
    """A request as the vCenter received it: SOAP method, or HTTP method and path; this: the object's reference."""

    method: str
    this: str


class Vcsim:
    """A running vCenter on a port of the loopback. Cluster names are DC0_C0, DC0_C1, …; hosts esx01.example.net, …"""

    def __init__(self, hosts: int = 3, guests: int = 4, clusters: int = 1, datacenters: int = 1) -> None:
        self._sizes = {"hosts": hosts, "guests": guests, "clusters": clusters, "datacenters": datacenters}
        self._folder = tempfile.TemporaryDirectory(prefix="vcsim-")
        self._process: subprocess.Popen[str] | None = None
        self._connection: http.client.HTTPSConnection | None = None
        self._one_at_a_time = threading.Lock()
        self.url = ""

    def __enter__(self) -> Vcsim:
        folder = Path(self._folder.name)
        keys = Path(_certificates().name)
        sizes = [f"-{name}={number}" for name, number in self._sizes.items()]
        files = [f"-cert={keys / 'servercert.pem'}", f"-key={keys / 'serverkey.pem'}"]
        command = [str(built()), f"-username={USER}", f"-password={SECRET}", *sizes, *files]
        log = open(folder / "log", "w", encoding="utf-8")
        # Its datastores are folders that it makes where it is told that temporary files go.
        environment = {**os.environ, "TMPDIR": str(folder)}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        log.close()
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.startswith("READY "):
            raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
        self.url = f"https://{line.split()[1]}"
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._connection:
            self._connection.close()
        assert self._process
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._folder.cleanup()

    @property
    def ca(self) -> str:
        return str(Path(_certificates().name) / "cacert.pem")

    def access(self, **changed: Any) -> HypervisorAccess:
        return HypervisorAccess(
            **{"url": self.url, "username": USER, "password": SECRET, "ca_path": self.ca, **changed}
        )

    def open(self, cluster: str = "DC0_C0", **changed: Any) -> VcenterGateway:
        return open_vcenter(self.access(**changed), cluster)

    def calls(self) -> list[Call]:
        """Every request so far."""
        return [Call(**each) for each in self.ask("calls") or ()]

    def world(self) -> dict[str, Any]:
        """Hosts and guests, out of its memory."""
        held: dict[str, Any] = self.ask("world")
        return held

    def plant(self, thing: str, path: str, value: Any) -> None:
        """Write into its memory: ``path`` in Go's names of fields and indexes, "+" for a new last element."""
        self.ask("plant", object=thing, path=path, value=json.dumps(value))

    def uproot(self) -> None:
        """Take back everything that was planted."""
        self.ask("uproot")

    def move(self, guest: str, host: str) -> None:
        self.ask("move", guest=guest, host=host)

    def stand(self, name: str, password: str, thumbprint: str, **more: str) -> None:
        """An ESXi host that is in no cluster yet. more: trusted, maintenance, manager, guest."""
        self.ask("stand", name=name, password=password, thumbprint=thumbprint, **more)

    def ask(self, what: str, **fields: Any) -> Any:
        with self._one_at_a_time:
            if self._connection is None:
                context = ssl.create_default_context(cafile=self.ca)
                address = urllib.parse.urlsplit(self.url)
                assert address.hostname
                self._connection = http.client.HTTPSConnection(
                    address.hostname, address.port, timeout=30, context=context
                )
            self._connection.request("GET", f"/test/{what}?{urllib.parse.urlencode(fields)}")
            answer = self._connection.getresponse()
            text = answer.read()
        if answer.status != 200:
            raise ValueError(text.decode())
        return json.loads(text) if text else None


class VcenterBed:
    """The contract's bed: one cluster of three hosts, some guests, and one that cannot leave."""

    def __init__(self) -> None:
        self.vcsim = Vcsim(hosts=3, guests=6)

    def __enter__(self) -> VcenterBed:
        self.vcsim.__enter__()
        held = self.vcsim.world()
        stays = held["guests"][0]["name"]
        backing = {"_typeName": "VirtualCdromAtapiBackingInfo", "deviceName": "/dev/cdrom"}
        drive = {"_typeName": "VirtualCdrom", "key": 3099, "backing": backing, "connectable": {"connected": True}}
        self.vcsim.plant(stays, "Config.Hardware.Device.+", drive)
        self.vcsim.plant(held["guests"][1]["name"], "Runtime.PowerState", "poweredOff")
        self._stays = stays
        return self

    def __exit__(self, *exception: object) -> None:
        self.vcsim.__exit__(*exception)

    @property
    def truth(self) -> Truth:
        held = self.vcsim.world()
        networks = {"vSwitch0": None, "VM Network": None, "Management Network": None, "cloud.guest": 120, "DVS0": None}
        return Truth(
            tuple(
                PlantedHost(each["name"], each["address"], each["cpus"], each["memory"], networks, ("LocalDS_0",))
                for each in held["hosts"]
            ),
            tuple(
                PlantedGuest(each["name"], each["host"], each["cpus"], each["memory"] << 20, POWER[each["power"]])
                for each in held["guests"]
            ),
        )

    @property
    def stuck(self) -> tuple[PlantedGuest, str] | None:
        guest = next(each for each in self.truth.guests if each.name == self._stays)
        return guest, "vim.fault.DisallowedMigrationDeviceAttached"

    def open(self) -> VcenterGateway:
        return self.vcsim.open()

    def open_denied(self) -> VcenterGateway:
        return self.vcsim.open(password=PASSWORD)

    def open_unreachable(self) -> VcenterGateway:
        return self.vcsim.open(url="https://127.0.0.1:1")

    def logins(self) -> int:
        return sum(each.method == "Login" for each in self.vcsim.calls())

    def round_trips(self) -> int:
        return len(self.vcsim.calls())

    def add_guests(self, number: int) -> None:
        self.vcsim.ask("guests", number=number)

    def empty(self, host: str) -> None:
        self.vcsim.ask("empty", host=host)

    def in_maintenance(self, host: str) -> bool:
        return any(each["maintenance"] for each in self.vcsim.world()["hosts"] if each["name"] == host)
