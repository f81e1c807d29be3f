# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a network change: what the change says wrongly, or what befalls the host or the controller meanwhile."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hosts.host import Host

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    backend_named,
)

from .lab import (
    DAEMONS,
    Net,
    Pulse,
    bridged,
    change,
    files,
    gateway_of,
    greets,
    inside,
    picture,
    without_metrics,
)
from .plays import RUN, Driver, Json, codes

HOME = "/var/lib/hostcraft/network"
FOLDERS = {
    "ifupdown": "/etc/network",
    "networkd": "/etc/systemd/network",
    "netplan": "/etc/netplan",
    "networkmanager": "/etc/NetworkManager/system-connections",
}
Change = Callable[[str, Host], Json]


@dataclass(frozen=True)
class Fault:
    """change: parameters of the module. before, meanwhile: called before it is begun, and once it has been.

    asks: the controller tries to confirm. ends: what it has to come to; "old": one of refused and rolled_back, which
    depends on what the back-end's parser sees. plain: the same can be tried with a plain template and restart.
    """

    name: str
    change: Change
    before: Callable[[str, Host], None] | None = None
    meanwhile: Callable[[str, Host], None] | None = None
    asks: bool = True
    ends: str = "rolled_back"
    plain: bool = False


def elsewhere(host: Host, last: int) -> str:
    """An address of the same network that nobody has."""
    network, _dot, own = host.address.rpartition(".")
    return f"{network}.{last + int(own)}"


def unpromised(parameters: Json, **more: Any) -> Json:
    """Without a promise of what has to hold, so that only the outcome can tell."""
    return {**parameters, "links": [], **more}


def saying(**net: Any) -> Change:
    """A change whose files say this of the card or bridge; the rest is right."""

    def of(backend: str, host: Host) -> Json:
        right = {"address": host.address, "gateway": gateway_of(host)}
        made = {key: value(host) if callable(value) else value for key, value in net.items()}
        return unpromised(change(backend, Net(**{**right, **made})))

    return of


def spoilt(backend: str, host: Host) -> Json:
    parameters = bridged(backend, host)
    first = parameters["files"][0]
    # ifupdown takes any word within a stanza for an option of somebody's script.
    text = "\niface broken inet nothing\n" if backend == "ifupdown" else "\n[[[ what is this\n"
    return {
        **parameters,
        "files": [{**first, "content": first["content"] + text}, *parameters["files"][1:]],
    }


def with_commands(*commands: list[str]) -> Change:
    return lambda backend, host: bridged(backend, host, commands=list(commands))


def deaf(backend: str, host: Host) -> Json:
    """The host hears, and cannot answer the controller any more."""
    return bridged(
        backend, host, commands=[["ip", "rule", "add", "to", gateway_of(host), "preference", "5", "blackhole"]]
    )


def without_daemon(backend: str, host: Host) -> Json:
    unit = DAEMONS.get(backend, "systemd-networkd")
    # Whoever asks systemd-networkd something starts it again by its socket.
    units = [f"{unit}.socket", f"{unit}.service"] if unit == "systemd-networkd" else [f"{unit}.service"]
    flush = ["ip", "address", "flush", "dev", "cloudbr0"]
    return unpromised(bridged(backend, host, commands=[["systemctl", "stop", *units], flush]))


def until_phase(host: Host, phase: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # From inside: a disk of its own is not seen from here.
        if f'"{phase}"' in inside(host, f"cat {HOME}/phase.json"):
            return
    raise AssertionError(f"{host.name} did not come to {phase}")


def kill_applying(_backend: str, host: Host) -> None:
    until_phase(host, "applying")
    inside(host, "systemctl kill --kill-who=all --signal=KILL hostcraft-network-apply.service")


def kill_reverting(_backend: str, host: Host) -> None:
    for _time in range(3):
        until_phase(host, "reverting", 40)
        inside(host, "systemctl kill --kill-who=all --signal=KILL hostcraft-network-revert.service")
        time.sleep(0.4)


def power_cut(phase: str) -> Callable[[str, Host], None]:
    def cut(_backend: str, host: Host) -> None:
        until_phase(host, phase)
        host.power_off()
        host.power_on()

    return cut


def restart(_backend: str, host: Host) -> None:
    until_phase(host, "applied")
    inside(host, "systemctl reboot")
    time.sleep(2)


def pulled(_backend: str, host: Host) -> None:
    """The cable goes while the change is applied, and comes back after the rollback had to go without it."""
    until_phase(host, "applying")
    host.cable("eth0", False)
    time.sleep(14)
    host.cable("eth0", True)


def unplug(_backend: str, host: Host) -> None:
    host.cable("eth1", False)


def fill(*folders: str) -> str:
    return "".join(f"dd if=/dev/zero of={folder}/full bs=4k 2>/dev/null; " for folder in folders)


def small_disks(backend: str, host: Host) -> None:
    """The journal's and the back-end's folders on disks of their own, which can be filled."""
    for folder in (HOME, FOLDERS[backend]):
        inside(
            host,
            f"mkdir -p {folder} /run/held; rm -rf /run/held/*; cp -a {folder}/. /run/held; "
            f"mount -t tmpfs -o size=400k,mode=0755 tmpfs {folder}; cp -a /run/held/. {folder}",
        )


def ssh_dropped(_backend: str, host: Host) -> None:
    """The host's own firewall lets ssh in on the card alone."""
    rule = "add rule inet fault input iifname cloudbr0 tcp dport 22 drop"
    chain = "add chain inet fault input { type filter hook input priority 0; }"
    told = inside(host, f"nft 'add table inet fault; {chain}; {rule}' && echo ok")
    assert told == "ok\n", f"{host.name}: nft does not take the rule"


def full_before(backend: str, host: Host) -> None:
    small_disks(backend, host)
    inside(host, fill(HOME, FOLDERS[backend]))


def full_after(backend: str, host: Host) -> None:
    until_phase(host, "applied")
    inside(host, fill(HOME, FOLDERS[backend]))


FAULTS = (
    Fault("address mistyped", saying(address=lambda host: elsewhere(host, 70)), plain=True),
    Fault("address of another network", saying(address="192.0.2.9", gateway="192.0.2.1"), plain=True),
    Fault("no address", saying(address="", gateway=""), plain=True),
    Fault("gateway mistyped", saying(gateway=lambda host: elsewhere(host, 80)), plain=True),
    Fault("no gateway", saying(gateway=""), plain=True),
    Fault("bridge on a card without cable", saying(bridge="cloudbr0", port="eth1"), before=unplug, plain=True),
    Fault("bridge without a card", saying(bridge="cloudbr0", port="none"), plain=True, ends="old"),
    Fault("card that is not there", saying(port="eth7"), plain=True),
    Fault("bridge on a card that is not there", saying(bridge="cloudbr0", port="eth7"), plain=True, ends="old"),
    Fault("file that does not parse", spoilt, ends="refused", plain=True),
    Fault("address that is none", saying(address="10.300.1.1"), ends="old", plain=True),
    Fault("command fails", with_commands(["false"])),
    Fault("command hangs", with_commands(["sleep", "1000"])),
    Fault("answers blackholed", deaf),
    Fault("back-end stopped, bridge bare", without_daemon),
    Fault("applying killed", with_commands(["sleep", "1000"]), meanwhile=kill_applying),
    Fault("rollback killed three times", saying(address=lambda host: elsewhere(host, 70)), meanwhile=kill_reverting),
    Fault("controller killed", bridged, asks=False),
    Fault("cable pulled meanwhile", bridged, meanwhile=pulled, asks=False),
    Fault("restart before confirmation", bridged, meanwhile=restart, asks=False),
    Fault("power cut while applying", with_commands(["sleep", "1000"]), meanwhile=power_cut("applying"), asks=False),
    Fault("power cut before confirmation", bridged, meanwhile=power_cut("applied"), asks=False),
    Fault("address of the gateway", saying(address=gateway_of), plain=True),
    Fault("ssh dropped by nft on the bridge", bridged, before=ssh_dropped),
    Fault("disk full at the beginning", bridged, before=full_before, ends="refused"),
    Fault("disk full at the rollback", bridged, before=small_disks, meanwhile=full_after, asks=False),
)


@dataclass(frozen=True)
class Outcome:
    """ended: refused, rolled_back, confirmed or lost. gap: the longest time in seconds that ssh did not greet.

    back: seconds from the deadline until it did again for good, below 0 when before it; None: never. left: what
    differs of files, addresses, routes, interfaces and taps from before, as a diff; "" for nothing.
    """

    ended: str
    gap: float
    back: float | None
    left: str
    reason: str

    @property
    def good(self) -> bool:
        return self.left == "" and self.back is not None and self.back <= 15.0


def suffer(fault: Fault, backend: str, driver: Driver) -> Outcome:
    """Let a host that works meet a fault, and tell what came of it."""
    host = driver.host
    if fault.before:
        fault.before(backend, host)
    was, boot = picture(host), host.boot_id()
    parameters = fault.change(backend, host)
    limit = parameters["timeout"]
    with Pulse(host.address) as pulse:
        begun, token = driver.begin(parameters)
        # T runs from when the module says that the host has armed it.
        deadline = time.monotonic() + limit
        ended: Json = {**begun, "state": "refused"} if begun.get("failed") else {"state": "rolled_back"}
        if not begun.get("failed"):
            if fault.meanwhile:
                fault.meanwhile(backend, host)
            if fault.asks:
                ended = driver.await_end(parameters, token, limit + 30)
                ended["state"] = "rolled_back" if "rolled_back" in codes(ended) else ended.get("state", "lost")
            else:
                ended["state"] = _until_over(host, deadline + 30)
        time.sleep(1)
    back = pulse.back()
    now = picture(host)
    if host.boot_id() != boot:
        was, now = without_metrics(was), without_metrics(now)
    return Outcome(
        ended["state"], pulse.gap, None if back is None else back - deadline, _differs(was, now), ended.get("msg", "")
    )


def _differs(was: str, now: str) -> str:
    return "\n".join(difflib.unified_diff(was.splitlines(), now.splitlines(), lineterm="", n=0))


def module_killed(backend: str, host: Host, seconds: float) -> str:
    """Kill the module so long after its start, let nobody confirm, and tell what differs from before in the end."""
    before = picture(host)
    host.write("/opt/drive/given", json.dumps(["change", {**bridged(backend, host), "token": "nobody has it"}]))
    inside(host, f"timeout --signal=KILL {seconds} env {RUN} < /opt/drive/given")
    end = time.monotonic() + 60
    waiting = "systemctl is-active hostcraft-network-revert.timer hostcraft-network-revert hostcraft-network-apply"
    while set(inside(host, waiting).split()) - {"inactive", "failed"}:
        if time.monotonic() > end:
            return "it is not over"
        time.sleep(0.3)
    left = _differs(before, picture(host))
    heal(backend, host, left == "")
    return left


def _until_over(host: Host, end: float) -> str:
    """Until the host has no pending change and greets; how it says that it ended."""
    while time.monotonic() < end:
        if greets(host.address) and not inside(host, f"ls {HOME}/change.json 2>/dev/null"):
            return str(json.loads(inside(host, f"cat {HOME}/last.json") or '{"outcome": "rolled_back"}')["outcome"])
        time.sleep(0.1)
    return "lost"


def heal(backend: str, host: Host, well: bool) -> None:
    """Away with what a fault needed; a host that did not get well is made as at its first start, and started again."""
    host.cable("eth1", True)
    inside(host, "nft delete table inet fault")
    folders = " ".join([HOME, *FOLDERS.values()])
    inside(host, f"rm -f {HOME}/last.json; for f in {folders}; do umount $f 2>/dev/null; done; rm -f {HOME}/last.json")
    if well:
        return
    host.power_off()
    for pattern in backend_named(backend).managed:
        for path in host.root.glob(pattern.lstrip("/")):
            path.unlink()
    for path in (host.root / HOME.lstrip("/")).glob("*.json"):
        path.unlink()
    files(backend, Net(host.address, gateway_of(host)), host.root)
    host.power_on()
    host.wait()
