# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what files and commands of Linux say to plain facts. Pure: texts in, values out."""

from __future__ import annotations

import calendar
import json
import re
import socket
import time
import typing as t

from ...core.machine.facts import Certificate, Listener, Nic, Unit

KIB = 1024
LISTEN = "0A"
ARGS_LINE = re.compile(r"^\s*(?:export\s+)?(?:LIBVIRTD_ARGS|libvirtd_opts)\s*=\s*(.*?)\s*$")


def assignments(text: str) -> dict[str, str]:
    """``key = value`` lines, without quotes; the last one of a key counts. Comments begin with #."""
    found = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith(("#", ";")):
            found[key.strip()] = value.strip().strip("\"'")
    return found


def libvirtd_args(path: str, text: str) -> tuple[str, ...]:
    """Every active line that sets libvirtd's arguments, as "file: value" (cs#9965)."""
    matches = (ARGS_LINE.match(line) for line in text.splitlines())
    values = (match[1].strip("\"'") for match in matches if match)
    return tuple(f"{path}: {value}" for value in values)


def cpu(text: str) -> dict[str, t.Any]:
    """/proc/cpuinfo: vendor, model, count of logical CPUs, flags (sorted)."""
    found: dict[str, str] = {}
    count = 0
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            count += key.strip() == "processor"
            found.setdefault(key.strip().casefold(), value.strip())
    flags = found.get("flags") or found.get("features")
    return {
        "cpu_vendor": found.get("vendor_id") or found.get("cpu implementer"),
        "cpu_model": found.get("model name") or found.get("cpu part"),
        "cpu_count": count or None,
        "cpu_flags": tuple(sorted(flags.split())) if flags else None,
    }


def memory(text: str) -> dict[str, t.Any]:
    """/proc/meminfo in bytes: memory, swap, swap_used, huge_pages (the default size's)."""
    found = {m[1]: int(m[2]) for m in re.finditer(r"^(\w+):\s+(\d+)", text, re.MULTILINE)}
    swap, free = found.get("SwapTotal"), found.get("SwapFree")
    pages, size = found.get("HugePages_Total"), found.get("Hugepagesize")
    return {
        "memory": found["MemTotal"] * KIB if "MemTotal" in found else None,
        "swap": None if swap is None else swap * KIB,
        "swap_used": None if swap is None or free is None else (swap - free) * KIB,
        "huge_pages": 0 if pages is None or size is None else pages * size * KIB,
    }


def distribution(text: str) -> dict[str, t.Any]:
    """os-release. A rolling distribution has no version."""
    found = assignments(text)
    return {"distribution": found.get("ID"), "distribution_version": found.get("VERSION_ID")}


def nics(text: str) -> t.Optional[tuple[Nic, ...]]:
    """``ip -details -json address``; None where it is not JSON (an iproute2 before 4.15)."""
    try:
        entries = json.loads(text)
    except ValueError:
        return None
    return tuple(
        Nic(
            name=entry["ifname"],
            kind=(entry.get("linkinfo") or {}).get("info_kind", ""),
            master=entry.get("master"),
            up="LOWER_UP" in entry.get("flags", ()),
            addresses=tuple(one["local"] for one in entry.get("addr_info", ()) if "local" in one),
        )
        for entry in entries
        if entry.get("ifname")
    )


def sockets(text: str, ipv6: bool = False) -> dict[str, tuple[str, int]]:
    """Listening ones of /proc/net/tcp or tcp6: inode → address and port."""
    found = {}
    for line in text.splitlines()[1:]:
        parts = line.split()
        if len(parts) > 9 and parts[3] == LISTEN:
            address, _colon, port = parts[1].partition(":")
            found[parts[9]] = (_address(address, ipv6), int(port, 16))
    return found


def _address(text: str, ipv6: bool) -> str:
    """The kernel prints addresses in words of 32 bits in the machine's own order, little-endian wherever KVM runs."""
    words = bytes.fromhex(text)
    ordered = b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4))
    return socket.inet_ntop(socket.AF_INET6 if ipv6 else socket.AF_INET, ordered)


def listeners(found: t.Mapping[str, tuple[str, int]], programs: t.Mapping[str, str]) -> tuple[Listener, ...]:
    """Sockets with their owners; ``programs``: inode → program."""
    return tuple(
        Listener(port, address, programs.get(inode))
        for inode, (address, port) in sorted(found.items(), key=lambda item: (item[1][1], item[1][0]))
    )


def units(text: str) -> tuple[Unit, ...]:
    """``systemctl show --property=Id,LoadState,ActiveState UNIT…``: a block each."""
    blocks = (assignments(block) for block in re.split(r"\n\s*\n", text.strip()))
    return tuple(Unit(b["Id"], b.get("LoadState", ""), b.get("ActiveState", "")) for b in blocks if "Id" in b)


def versions(text: str) -> dict[str, t.Any]:
    """``virsh version``: of the library and of the running hypervisor."""
    library = re.search(r"^Using library: libvirt (\S+)", text, re.MULTILINE)
    qemu = re.search(r"^Running hypervisor: QEMU (\S+)", text, re.MULTILINE)
    return {"libvirt_version": library[1] if library else None, "qemu_version": qemu[1] if qemu else None}


def names(text: str) -> tuple[str, ...]:
    """One name a line, without blank ones (``virsh list --name``)."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def chrony(text: str) -> dict[str, t.Any]:
    """``chronyc -c tracking``: synchronised and offset in seconds.

    Fields by position: 2 stratum (0 while nothing is chosen), 4 offset of the system clock (positive: slow), 13 leap
    status.
    """
    fields = text.strip().split(",")
    if len(fields) < 14:
        return {}
    synchronised = fields[13] != "Not synchronised" and fields[2] != "0"
    return {"synchronised": synchronised, "offset": -float(fields[4]) if synchronised else None}


def timedatectl(text: str) -> dict[str, t.Any]:
    """``timedatectl show``: whether the kernel's clock is synchronised."""
    value = assignments(text).get("NTPSynchronized")
    return {} if value is None else {"synchronised": value == "yes"}


def cgroup(mounts: str) -> t.Optional[int]:
    """/proc/self/mounts: 2 where /sys/fs/cgroup itself is unified, 1 for the older and the hybrid layout."""
    kinds = {parts[1]: parts[2] for parts in (line.split() for line in mounts.splitlines()) if len(parts) > 2}
    kind = kinds.get("/sys/fs/cgroup")
    if kind == "cgroup2":
        return 2
    return 1 if any(one == "cgroup" for one in kinds.values()) else None


def apparmor(text: str) -> tuple[str, ...]:
    """/sys/kernel/security/apparmor/profiles: enforced ones that confine libvirt."""
    found = re.findall(r"^(.+) \(enforce\)$", text, re.MULTILINE)
    return tuple(sorted(name for name in found if re.search(r"libvirtd|virt-aa-helper|virtqemud", name)))


def sshd(text: str) -> dict[str, str]:
    """``sshd -T``: name value, a line each, names in lower case."""
    pairs = (line.partition(" ") for line in text.splitlines())
    return {name.lower(): value.strip() for name, space, value in pairs if space}


def sudo(text: str) -> bool:
    """``sudo -l``: whether the last rule for everything asks for no password.

    Rules follow one line ending in ":"; a later one wins, and a tag holds for the commands after it.
    """
    answer = False
    for rule in re.findall(r"^\s+\(([^)]*)\)\s+(.*)$", text, re.MULTILINE):
        as_user, commands = rule
        if as_user.split(":")[0].strip() in ("ALL", "root") and re.search(r"(^|[\s,:])ALL$", commands.strip()):
            answer = "NOPASSWD:" in commands
    return answer


def certificate(path: str, text: str) -> t.Optional[Certificate]:
    """``openssl x509 -noout -startdate -enddate -subject``."""
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    try:
        begins, ends = _moment(found["notBefore"]), _moment(found["notAfter"])
    except (KeyError, ValueError):
        return None
    return Certificate(path, begins, ends, found.get("subject", "").strip())


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _moment(text: str) -> float:
    """ "Nov  3 07:15:00 2026 GMT" in seconds since 1970; strptime would go by the locale's months."""
    month, day, clock, year = text.split()[:4]
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    moment = (int(year), MONTHS.index(month) + 1, int(day), hours, minutes, seconds, 0, 0, 0)
    return float(calendar.timegm(time.struct_time(moment)))
