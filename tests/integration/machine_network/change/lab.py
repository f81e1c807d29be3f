# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of each network back-end, changes of their network as that back-end writes them, and what is left of them."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from hosts import Fleet
from hosts.host import Host

ROOT = Path(__file__).resolve().parents[4]
COLLECTIONS = ROOT / ".venv" / "collections"
# There is no udev in a container (its /sys is read-only), which netplan would trigger.
NO_UDEV = '#!/bin/sh\n[ "$1" = trigger ] || exec /usr/bin/udevadm "$@"\n'
DAEMONS = {"networkd": "systemd-networkd", "networkmanager": "NetworkManager", "ifupdown": "networking"}
BACKENDS = ("ifupdown", "networkd", "netplan", "networkmanager")
Json = dict[str, Any]


@dataclass(frozen=True)
class Net:
    """What a host's files say: a card of its own or a bridge upon it, in the words of each back-end."""

    address: str
    gateway: str
    bridge: str = ""
    port: str = "eth0"
    extra: str = ""

    def files(self, backend: str) -> dict[str, str]:
        return {"ifupdown": self._ifupdown, "networkd": self._networkd, "netplan": self._netplan}.get(
            backend, self._networkmanager
        )()

    def _ifupdown(self) -> dict[str, str]:
        name = self.bridge or self.port
        gateway = f"  gateway {self.gateway}\n" if self.gateway else ""
        bridge = f"  bridge_ports {self.port}\n  bridge_stp off\n  bridge_fd 0\n" if self.bridge else ""
        port = f"auto {self.port}\niface {self.port} inet manual\n\n" if self.bridge and self.port != "none" else ""
        address = f"  address {self.address}/24\n" if self.address else ""
        method = "static" if self.address else "manual"
        own = f"auto {name}\niface {name} inet {method}\n{address}{gateway}{bridge}{self.extra}"
        lo = "auto lo\niface lo inet loopback\n\n"
        return {"/etc/network/interfaces": f"source /etc/network/interfaces.d/*\n\n{lo}{port}{own}"}

    def _networkd(self) -> dict[str, str]:
        where = "/etc/systemd/network"
        name = self.bridge or self.port
        gateway = f"Gateway={self.gateway}\n" if self.gateway else ""
        address = f"Address={self.address}/24\n" if self.address else ""
        own = f"[Match]\nName={name}\n[Network]\n{address}{gateway}{self.extra}"
        if not self.bridge:
            return {f"{where}/10-host.network": own}
        files = {
            f"{where}/05-bridge.netdev": f"[NetDev]\nName={name}\nKind=bridge\nMACAddress=none\n",
            f"{where}/06-bridge.network": own,
        }
        port = f"[Match]\nName={self.port}\n[Network]\nBridge={name}\n"
        return {**files, f"{where}/10-host.network": port}

    def _netplan(self) -> dict[str, str]:
        routes = f"      routes:\n        - to: default\n          via: {self.gateway}\n" if self.gateway else ""
        address = f"      addresses: [{self.address}/24]\n" if self.address else "      dhcp4: false\n"
        own = f"{address}{routes}{self.extra}"
        cards = f"  ethernets:\n    {self.port}:\n" + ("      dhcp4: false\n" if self.bridge else own)
        ports = "" if self.port == "none" else self.port
        bridge = f"  bridges:\n    {self.bridge}:\n      interfaces: [{ports}]\n{own}" if self.bridge else ""
        spanning = "      parameters:\n        stp: false\n        forward-delay: 0\n" if self.bridge else ""
        head = "network:\n  version: 2\n  renderer: networkd\n"
        return {"/etc/netplan/01-host.yaml": head + ("" if self.port == "none" else cards) + bridge + spanning}

    def _networkmanager(self) -> dict[str, str]:
        where = "/etc/NetworkManager/system-connections"
        gateway = f",{self.gateway}" if self.gateway else ""
        ipv4 = f"method=manual\naddress1={self.address}/24{gateway}" if self.address else "method=disabled"
        ip = f"[ipv4]\n{ipv4}\n\n[ipv6]\nmethod=ignore\n{self.extra}"
        card = "[connection]\nid=host\nuuid=0b8ae352-0000-4000-8000-000000000001\ntype=ethernet\ninterface-name="
        if not self.bridge:
            return {f"{where}/host.nmconnection": f"{card}{self.port}\n\n{ip}"}
        bridge = "[connection]\nid=bridge\nuuid=0b8ae352-0000-4000-8000-000000000002\ntype=bridge\ninterface-name="
        return {
            f"{where}/bridge.nmconnection": f"{bridge}{self.bridge}\n\n[bridge]\nstp=false\n\n{ip}",
            f"{where}/host.nmconnection": f"{card}{self.port}\nmaster={self.bridge}\nslave-type=bridge\n",
        }


def mode(backend: str) -> str:
    return "0600" if backend in ("networkmanager", "netplan") else "0644"


def files(backend: str, net: Net, root: Path) -> None:
    """Write what ``net`` says below a host's tree."""
    for path, text in net.files(backend).items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(int(mode(backend), 8))


def prepare(backends: dict[str, str], gateway: Callable[[], str], udev: bool = False) -> Callable[[str, Path], None]:
    """What makes a host one of its back-end, before it boots: its files, and the units of the others masked.

    udev: whether the hosts have their own.
    """

    def plant(name: str, root: Path) -> None:
        backend = backends[name]
        own = root / "etc/systemd/network/10-host.network"
        address = re.search(r"Address=([\d.]+)/", own.read_text(encoding="utf-8"))[1]  # type: ignore[index]
        own.unlink()
        for other, unit in DAEMONS.items():
            if other != backend and not (backend == "netplan" and other == "networkd"):
                mask = root / f"etc/systemd/system/{unit}.service"
                mask.unlink(missing_ok=True)
                mask.symlink_to("/dev/null")
        files(backend, Net(address, gateway()), root)
        if udev:
            return
        stand_in = root / "usr/local/sbin/udevadm"
        stand_in.write_text(NO_UDEV, encoding="utf-8")
        stand_in.chmod(0o755)

    return plant


@contextmanager
def hosts_of(*backends: str, **more: str) -> Iterator[dict[str, Host]]:
    """A booted host of each back-end, two cards each, by the back-end's name. more: name → back-end of further ones."""
    fleet: list[Fleet] = []
    names = {**{backend: backend for backend in backends}, **more}
    fleet.append(
        Fleet(
            *names,
            packages="network",
            cards=("eth0", "eth1"),
            prepare=prepare(names, lambda: fleet[0].gateway),
        )
    )
    with fleet[0] as running:
        yield {name: running[name] for name in names}


def gateway_of(host: Host) -> str:
    return host.address.rpartition(".")[0] + ".254"


def change(backend: str, net: Net, **more: Any) -> Json:
    """Parameters of cs_network_change that make a host what ``net`` says."""
    files = [{"path": path, "content": text, "mode": mode(backend)} for path, text in net.files(backend).items()]
    promised = {"name": net.bridge or net.port, "addresses": [f"{net.address}/24"]}
    if net.bridge and net.port != "none":
        promised.update(kind="bridge", ports=[net.port])
    return {"backend": backend, "files": files, "links": [promised], "timeout": 15, **more}


def bridged(backend: str, host: Host, **more: Any) -> Json:
    """The change that every CloudStack host needs: a bridge takes over the card and its address."""
    return change(backend, Net(host.address, gateway_of(host), bridge="cloudbr0"), **more)


def unbridged(backend: str, host: Host, **more: Any) -> Json:
    """The way back: the card has the address itself, the bridge goes."""
    net = Net(host.address, gateway_of(host))
    gone = sorted(set(Net(host.address, "", bridge="b").files(backend)) - set(net.files(backend)))
    return change(backend, net, absent=gone, doomed=["cloudbr0"], **more)


def inside(host: Host, script: str) -> str:
    return host.inside(script)


# Less what differs by the second, by the kernel's own counting, or is renewed by itself; "full" is what fills a disk.
READ = r"""
for folder in /etc/network /etc/systemd/network /etc/netplan /etc/NetworkManager; do
  find $folder ! -name full -printf '%p %y %m %u %g %l\n' -type f -exec sha256sum {} + ; done | sort
echo ===
ip -4 route show table all | grep -v -e '^broadcast' -e '^local'; ip -4 rule
echo ===
for link in /sys/class/net/*/; do link=${link%/}; name=${link##*/}
  echo $name $(cat $link/address $link/mtu) $(readlink $link/master | sed 's,.*/,,') \
    $(( $(cat $link/flags) & 1 )) $(ip -4 -o addr show dev $name | awk '{print $4}'); done
bridge vlan 2>/dev/null
sort /run/network/ifstate 2>/dev/null
"""


def picture(host: Host) -> str:
    """Files, routes and interfaces of a host as text: the same before and after, or the change has left a trace.

    Read by other means than the collection's own: files by find and sha256sum, interfaces out of sysfs. With what ifup
    takes for configured.
    """
    return inside(host, READ)


def without_metrics(text: str) -> str:
    """NetworkManager counts the metrics of routes up with every activation, and begins anew with every boot."""
    return "\n".join(line.partition(" metric ")[0].rstrip() for line in text.splitlines())


@dataclass
class Pulse:
    """Tries ten times a second whether ssh of a host greets; ``gap`` is the longest time without, in seconds.

    lives: asked instead.
    """

    address: str
    lives: Callable[[str], bool] | None = None
    times: list[float] = field(default_factory=list)
    gap: float = 0.0

    def __enter__(self) -> Pulse:
        self._stop = threading.Event()
        self._start = time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        beats = [self._start, *self.times, time.monotonic()]
        self.gap = max((b - a for a, b in pairwise(beats)), default=0.0)

    def back(self) -> float | None:
        """When (monotonic) it last greeted anew after a silence of two seconds; None where it no longer does."""
        beats = [self._start, *self.times]
        if not self.times or time.monotonic() - beats[-1] > 3:
            return None
        return max((b for a, b in pairwise(beats) if b - a > 2), default=self._start)

    def _beat(self) -> None:
        while not self._stop.wait(0.1):
            if (self.lives or greets)(self.address):
                self.times.append(time.monotonic())


def greets(address: str, seconds: float = 1.0) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=seconds) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def refuses(address: str) -> bool:
    """Whether the kernel of a host answers: what has no processor to spare forks no sshd for each question."""
    try:
        socket.create_connection((address, 9), timeout=1).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def tap(host: Host, name: str, bridge: str = "") -> None:
    """A guest's interface as libvirt makes one: of so high a MAC address that no bridge takes it over."""
    made = f"ip tuntap add {name} mode tap; ip link set {name} address fe:54:00:00:00:07"
    inside(host, f"{made}; ip link set {name} up {f'master {bridge}' if bridge else ''}")
