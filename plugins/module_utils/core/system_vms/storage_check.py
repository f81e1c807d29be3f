# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a secondary storage VM, as seen inside of it: a script, what it prints, and what that means.

Sources: Working with System Virtual Machines, "Secondary Storage VM"; 4.11.1 documentation, ports of management servers
(8250); the script ssvm-check.sh of the system VM looks at the same things.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field

from ..findings import BLOCKS, HURTS, NOTE, Table, Unseen, Verdict, rows
from ..text import shortened

AGENT_PORT = 8250
# Prints one line for each thing seen: a word, then its values. Arguments: the number of management servers, these,
# the number of stores, these, a name to resolve or -, a URL or -.
SCRIPT = r"""
set -u
echo "agent $(systemctl is-active cloud 2>/dev/null || true)"
grep -E ' /mnt/SecStorage/| nfs4? ' /proc/mounts | sort -u | while read -r source target kind _; do
  file="$target/.hostcraft-check-$$"
  if timeout 10 touch "$file" 2>/dev/null && timeout 10 rm -f "$file"; then can=writable; else can=not_writable; fi
  echo "mount $source $target $kind $can"
done
awk '$1 == "nameserver" { print "nameserver", $2 }' /etc/resolv.conf
count=$1; shift
while [ "$count" -gt 0 ]; do
  if timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/8250"' "$1" 2>/dev/null; then said=open; else said=closed; fi
  echo "server $1 $said"
  shift; count=$((count - 1))
done
count=$1; shift
while [ "$count" -gt 0 ]; do
  address=$(getent ahostsv4 "$1" | awk 'NR == 1 { print $1 }')
  way=$(ip -o route get "${address:-$1}" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  echo "store $1 ${address:-unresolved} ${way:-none}"
  shift; count=$((count - 1))
done
if [ "$1" != - ]; then
  if getent hosts "$1" >/dev/null; then said=resolves; else said=unresolved; fi
  echo "name $1 $said"
fi
if [ "$2" != - ]; then
  code=$(curl -s -o /dev/null -r 0-1023 -m 30 -w '%{http_code}' "$2" 2>/dev/null)
  echo "download ${code:-000}"
fi
echo "end -"
"""
PUBLIC_NIC = "eth2"  # eth0 is the link-local one, eth1 that of management, eth3 that of storage


@dataclass(frozen=True)
class Mount:
    source: str
    target: str
    writable: bool

    @property
    def host(self) -> str:
        """Of NFS: the server."""
        return self.source.rpartition(":/")[0].strip("[]")


@dataclass(frozen=True)
class Sight:
    """What was seen. servers: whether port 8250 is open. stores: address and network interface of each; "" for none.

    resolves: None where it was not asked. download: HTTP status, None where it was not tried. complete: whether the
    script came to its end.
    """

    agent: str = ""
    mounts: tuple[Mount, ...] = ()
    nameservers: tuple[str, ...] = ()
    servers: t.Mapping[str, bool] = field(default_factory=dict)
    stores: t.Mapping[str, tuple[str, str]] = field(default_factory=dict)
    resolves: t.Optional[bool] = None
    download: t.Optional[int] = None
    complete: bool = False


@dataclass(frozen=True)
class Asked:
    """servers: addresses of management servers. stores: hosts of NFS servers. name, url: "" for none."""

    servers: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    name: str = ""
    url: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of the script."""
        counted = (str(len(self.servers)), *self.servers, str(len(self.stores)), *self.stores)
        return (*counted, self.name or "-", self.url or "-")


def sight(text: str) -> Sight:
    """From what the script printed; lines of another form are left out."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        word, *values = line.split()[:5] or [""]
        found.setdefault(word, []).append([shortened(each, 200) for each in values])
    mounts = [each for each in found.get("mount", ()) if len(each) == 4]
    downloads = [each[0] for each in found.get("download", ()) if each]
    return Sight(
        agent=next((each[0] for each in found.get("agent", ()) if each), ""),
        mounts=tuple(Mount(each[0], each[1], each[3] == "writable") for each in mounts),
        nameservers=tuple(each[0] for each in found.get("nameserver", ()) if each),
        servers={each[0]: each[1] == "open" for each in found.get("server", ()) if len(each) == 2},
        stores={each[0]: _way(each[1], each[2]) for each in found.get("store", ()) if len(each) == 3},
        resolves=next((each[1] == "resolves" for each in found.get("name", ()) if len(each) == 2), None),
        download=int(downloads[0]) if downloads and downloads[0].isascii() and downloads[0].isdecimal() else None,
        complete="end" in found,
    )


def _way(address: str, interface: str) -> tuple[str, str]:
    return ("" if address == "unresolved" else address, "" if interface == "none" else interface)


_GUIDE = "Working with System Virtual Machines: Secondary Storage VM"
STORAGE_VM = Table(
    "checks of secondary storage VMs",
    rows(
        BLOCKS,
        (
            "ssvm_agent",
            "The agent does not run",
            "restart the VM with cs_system_vm; read /var/log/cloud.log in it",
            _GUIDE,
        ),
        (
            "ssvm_mount",
            "A store is not mounted",
            "check the export and its permissions for the addresses of the VM, then restart the VM with cs_system_vm",
            "4.11.1: Prepare NFS Shares; cs#4022",
        ),
        (
            "ssvm_read_only",
            "A store is mounted and cannot be written",
            "export it with rw and no_root_squash, and check its free space",
            "4.11.1: Prepare NFS Shares; cs#4022",
        ),
        (
            "ssvm_server",
            "A management server cannot be reached at port 8250",
            "check firewalls, and that the setting host names addresses that the VM reaches",
            "4.11.1: ports of management servers",
        ),
        (
            "ssvm_route",
            "There is no route to a store",
            "check gateway and netmask of the pod's and the storage network's ranges",
            _GUIDE,
        ),
        ("ssvm_dns", "The VM cannot resolve names", "correct internal DNS and DNS of the zone with cs_zone", _GUIDE),
    ),
    rows(
        HURTS,
        (
            "ssvm_download",
            "A template cannot be downloaded",
            "check the URL, the route to the internet, and the settings secstorage.proxy and "
            "secstorage.allowed.internal.sites",
            _GUIDE,
        ),
        (
            "ssvm_route_public",
            "A store is reached over the public network",
            "add a storage network to the zone, or route the store's network over the management network",
            _GUIDE,
        ),
    ),
    rows(NOTE, ("ssvm_nameserver", "The VM has no name server", "set DNS of the zone with cs_zone", _GUIDE)),
)


def judge(asked: Asked, seen: Sight, host: str = "") -> t.Iterator[Verdict]:
    """host: the name of the VM."""
    if not seen.complete:
        yield from (Unseen(check.code, "the script in the VM did not finish") for check in STORAGE_VM.checks)
        return
    if seen.agent != "active":
        yield STORAGE_VM.found("ssvm_agent", f"it is {seen.agent or 'in an unknown state'}", host)
    for store in asked.stores:
        yield from _judge_store(store, seen, host)
    for mount in seen.mounts:
        if not mount.writable:
            yield STORAGE_VM.found("ssvm_read_only", f"{mount.source} on {mount.target}", host)
    for server in asked.servers:
        if not seen.servers.get(server):
            yield STORAGE_VM.found("ssvm_server", server, host, server=server)
    yield from _judge_names(asked, seen, host)
    yield from _judge_download(asked, seen, host)


def _judge_store(store: str, seen: Sight, host: str) -> t.Iterator[Verdict]:
    address, interface = seen.stores.get(store, ("", ""))
    if not any(mount.host in (store, address) for mount in seen.mounts):
        yield STORAGE_VM.found("ssvm_mount", store, host, store=store)
    if not interface:
        yield STORAGE_VM.found("ssvm_route", store, host, store=store)
    elif interface == PUBLIC_NIC and _private(address):
        yield STORAGE_VM.found("ssvm_route_public", f"{store} by {interface}", host, store=store)


def _judge_names(asked: Asked, seen: Sight, host: str) -> t.Iterator[Verdict]:
    if not seen.nameservers:
        yield STORAGE_VM.found("ssvm_nameserver", "/etc/resolv.conf contains none", host)
    if not asked.name:
        yield Unseen("ssvm_dns", "no name was set")
    elif not seen.resolves:
        yield STORAGE_VM.found("ssvm_dns", f"{asked.name} by {', '.join(seen.nameservers) or 'no name server'}", host)


def _judge_download(asked: Asked, seen: Sight, host: str) -> t.Iterator[Verdict]:
    if not asked.url:
        yield Unseen("ssvm_download", "no URL was set")
    elif seen.download not in (200, 206):
        code = f"HTTP {seen.download}" if seen.download else "no answer"
        yield STORAGE_VM.found("ssvm_download", f"{asked.url}: {code}", host)


def _private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
