# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports for CloudStack's storage: a declaration judged together with the exports and mounts that are there.

Whoever mounts primary storage from outside the pool can wipe it, so that exports are limited to networks.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ..addresses import is_address, is_host_name
from ..errors import InvalidValue, Reason, Refused
from .exports import FLAGS, VALUES, Export, Wrong, client_key, entries, inside, meaning, parse, twice

HEAD = "# Written by hostcraft.cloudstack.nfs_server; changes here are overwritten."
# root of the hypervisors writes; a moved file keeps its handle.
ALWAYS = ("rw", "no_root_squash", "no_subtree_check")
LARGEST_EXT3 = 16 * 2**40
_BRACKETS = re.compile(r"\[([^\[\]]+)\](?::(\d+))?", re.ASCII)
_TARGET = re.compile(r"(iqn\.\d{4}-\d{2}\.[^\s/]+|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{16,32})", re.ASCII)


@dataclass(frozen=True)
class Share:
    """A directory to export. networks: other ones than those of all shares. options: further ones."""

    path: str
    networks: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """What the operator said.

    networks: of management and storage. world: a share may be open to everyone. asynchronous: the server may answer
    before data is on the disk. file_systems: on which shares may be. volumes: where iSCSI volumes are mounted.
    """

    shares: tuple[Share, ...]
    networks: tuple[str, ...]
    world: bool = False
    asynchronous: bool = False
    file_systems: tuple[str, ...] = ("ext3", "ext4", "xfs", "btrfs", "zfs")
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mount:
    """A line of /proc/self/mountinfo, as far as it counts."""

    target: str
    kind: str
    source: str = ""
    size: int = 0


@dataclass(frozen=True)
class Volume:
    """An iSCSI volume: the portal and the name of its target, and where it is mounted."""

    portal: str
    target: str
    path: str
    file_system: str = "ext4"


def wanted(declared: Declaration) -> tuple[Export, ...]:
    """Every share for every network. Raises InvalidValue; Refused for what would do harm."""
    if not declared.shares:
        raise InvalidValue("exports", [], "at least one directory")
    reasons = [reason for share in declared.shares for reason in _harm(declared, share)]
    if reasons:
        raise Refused("NFS exports", reasons)
    kept = "async" if declared.asynchronous else "sync"
    found = []
    for share in declared.shares:
        # Without its volume the directory below it would be exported.
        mounted = tuple(f"mountpoint={volume}" for volume in declared.volumes if inside(share.path, volume))
        options = (*ALWAYS, kept, *mounted, *share.options)
        found += [Export(share.path, client_key(each), options) for each in share.networks or declared.networks]
    return tuple(dict.fromkeys(found))


def _harm(declared: Declaration, share: Share) -> t.Iterator[Reason]:
    _check_share(share)
    networks = share.networks or declared.networks
    if not networks:
        raise InvalidValue(f"networks of {share.path}", [], "the management and storage networks")
    for each in networks:
        if not (_is_network(each) or is_host_name(each) or each == "*"):
            raise InvalidValue(f"networks of {share.path}", each, "a network such as 10.0.0.0/24, or a host")
        if _is_world(each) and not declared.world:
            yield Reason(
                "export_to_world",
                f"{share.path} would be open to everyone ({each}), who could mount and wipe it",
                "set the management and storage networks, or set nfs_server_world: true",
                {"path": share.path, "network": each},
            )
    if "async" in share.options and not declared.asynchronous:
        yield Reason(
            "export_async",
            f"{share.path} with async loses data that clients consider written if the server fails",
            "remove async, or set nfs_server_async: true for a trial installation",
            {"path": share.path},
        )
    for option in ("root_squash", "all_squash", "ro"):
        if option in share.options:
            yield Reason(
                "export_not_for_root",
                f"{share.path} with {option} cannot be written by root of hypervisors and management servers",
                f"remove {option}",
                {"path": share.path},
            )


def _check_share(share: Share) -> None:
    if not re.fullmatch(r"(/[\w.+@:-]+)+", share.path, re.ASCII) or ".." in share.path.split("/"):
        raise InvalidValue("exports", share.path, "an absolute path of letters, digits and . _ - + @ : below /")
    for option in share.options:
        name, _sign, value = option.partition("=")
        if not (option in FLAGS or (name in VALUES and value and re.fullmatch(r"[\w.:/@-]+", value, re.ASCII))):
            raise InvalidValue(f"options of {share.path}", option, "an option of exports(5)")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_world(text: str) -> bool:
    return text == "*" or (_is_network(text) and ipaddress.ip_network(text, strict=False).prefixlen == 0)


def rendered(exports: t.Sequence[Export]) -> str:
    """One line for each directory."""
    lines = {export.path: [export.path] for export in exports}
    for export in exports:
        lines[export.path].append(f"{export.client}({','.join(export.options)})")
    return "".join(f"{line}\n" for line in (HEAD, *(" ".join(words) for words in lines.values())))


# -- What is there -----------------------------------------------------------------------------------------------------


def problems(declared: Declaration, files: t.Mapping[str, str], mounts: t.Sequence[Mount]) -> list[Reason]:
    """Why nothing may be written: other people's exports that are broken or open ours, and unexpected mounts.

    files: text of /etc/exports and of /etc/exports.d/*.exports without ours, by path.
    """
    parsed = [each for file, text in sorted(files.items()) for each in parse(file, text)]
    ours = wanted(declared)
    found = [
        Reason(
            "exports_broken",
            f"{each.file}, line {each.line}: {each.message}",
            "correct the line; exportfs ignores it or exports something else",
            {"file": each.file, "line": each.line},
        )
        for each in parsed
        if isinstance(each, Wrong) and not each.option
    ]
    theirs = entries(parsed)
    for first, second in twice(theirs):
        found.append(_twice(first, second))
    for each in theirs:
        found += _opened(declared, ours, each)
    for share in declared.shares:
        found += _mounted(declared, share.path, mounts)
    return found


def warnings(files: t.Mapping[str, str]) -> list[str]:
    """Lines of others with options that are not known here: exportfs ignores them unless it is newer."""
    parsed = [each for file, text in sorted(files.items()) for each in parse(file, text)]
    return [
        f"{each.file}, line {each.line}: {each.message}" for each in parsed if isinstance(each, Wrong) and each.option
    ]


def _twice(first: Export, second: Export) -> Reason:
    where, what = f"{first.file}, line {first.line}", f"{second.path} for {second.client or 'everyone'}"
    return Reason(
        "exports_twice",
        f"{second.file}, line {second.line}: {what} has other options at {where}",
        "remove one of the lines; exportfs ignores the second",
        {"file": second.file, "line": second.line},
    )


def _opened(declared: Declaration, ours: t.Sequence[Export], each: Export) -> t.Iterator[Reason]:
    """A line of somebody else that exports our directory, or one above it, to others or in another way."""
    for path in sorted(
        {export.path for export in ours if inside(export.path, each.path) or inside(each.path, export.path)}
    ):
        facts = {"file": each.file, "line": each.line, "path": path}
        where = f"{each.file}, line {each.line}: {each.path}"
        if each.world and not declared.world:
            message = f"{where} is open to everyone, and {path} with it"
            yield Reason("exports_world", message, "limit the line to networks, or remove it", facts)
            continue
        clients = {export.client: export for export in ours if export.path == path}
        same = clients.get(client_key(each.client))
        if same is None and not any(_within(each.client, client) for client in clients):
            message = f"{where} is exported to {each.client}, which is not one of the declared networks of {path}"
            yield Reason("exports_elsewhere", message, "remove the line, or declare its network", facts)
        elif same is not None and each.path == path and meaning(each) != meaning(same):
            yield Reason("exports_twice", f"{where} has other options for {each.client}", "remove the line", facts)


def _within(client: str, network: str) -> bool:
    if client_key(client) == network or network == "*":
        return True
    if not (_is_network(client) and _is_network(network)):
        return False
    inner, outer = ipaddress.ip_network(client, strict=False), ipaddress.ip_network(network)
    return inner.version == outer.version and outer.supernet_of(inner)  # type: ignore[arg-type]


def _mounted(declared: Declaration, path: str, mounts: t.Sequence[Mount]) -> t.Iterator[Reason]:
    around = [mount for mount in mounts if inside(path, mount.target)]
    # Of several mounts on one directory the last one counts.
    holds = max(enumerate(around), key=lambda each: (len(each[1].target.rstrip("/")), each[0]))[1] if around else None
    volume = any(inside(path, volume) for volume in declared.volumes)
    if holds and holds.kind not in declared.file_systems and not (volume and holds.target == "/"):
        yield Reason(
            "unexpected_file_system",
            f"{path} is on {holds.source or holds.kind} ({holds.kind}, mounted at {holds.target})",
            f"unmount it, or use one of {', '.join(declared.file_systems)}",
            {"path": path, "kind": holds.kind, "target": holds.target},
        )
    if holds and holds.kind == "ext3" and holds.size > LARGEST_EXT3:
        message = f"{path} is on an ext3 of more than 16 TiB"
        yield Reason("ext3_too_large", message, "use several file systems, or xfs", {"path": path})
    for mount in mounts:
        if inside(mount.target, path) and not inside(path, mount.target) and mount.kind != "autofs":
            yield Reason(
                "mounted_below",
                f"{mount.source or mount.kind} is mounted at {mount.target}: clients of {path} would not see it",
                "unmount it, or export it separately",
                {"path": path, "target": mount.target},
            )


def mounts_of(mountinfo: str) -> list[Mount]:
    """From /proc/self/mountinfo: ``ID PARENT DEV ROOT TARGET OPTIONS … - TYPE SOURCE …``."""
    found = []
    for line in mountinfo.splitlines():
        before, sign, after = line.partition(" - ")
        fields, more = before.split(" "), after.split(" ")
        if sign and len(fields) > 4 and len(more) > 1:
            found.append(Mount(_octal(fields[4]), more[0], _octal(more[1])))
    return found


def _octal(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def missing(exports: t.Iterable[Export], shown: str) -> list[str]:
    """Exports that ``exportfs -v`` does not show as they are wanted."""
    held = {(each.path, client_key(each.client.replace("<world>", "*"))): meaning(each) for each in _shown(shown)}
    return [
        f"{each.path} for {each.client}"
        for each in exports
        if held.get((each.path, client_key(each.client))) != meaning(each)
    ]


def _shown(text: str) -> t.Iterator[Export]:
    """A long path has a line of its own, and its clients follow indented."""
    path = ""
    for line in text.splitlines():
        match = re.fullmatch(r"(.*?)\s*(?:(\S+)\(([^()]*)\))?", line)
        if not match:
            continue
        path = match[1] if match[1].strip() else path
        if match[2]:
            yield Export(path, match[2], tuple(match[3].split(",")))


def _is_portal(text: str) -> bool:
    """IPv6 stands in brackets if a port follows."""
    if text.count(":") > 1:
        found = _BRACKETS.fullmatch(text)
        host, port = found.groups() if found else (text, None)
        right = is_address(host)
    else:
        host, colon, told = text.partition(":")
        right, port = is_address(host) or is_host_name(host), told if colon else None
    return right and (port is None or (bool(re.fullmatch("[1-9][0-9]{0,4}", port)) and int(port) < 1 << 16))


def checked_volumes(volumes: t.Iterable[Volume]) -> tuple[Volume, ...]:
    """Raises InvalidValue for what iscsiadm or mount would read otherwise."""
    found = tuple(volumes)
    for volume in found:
        if not _is_portal(volume.portal):
            raise InvalidValue("iscsi portal", volume.portal, "an address or host name, and a port; [IPv6]:port")
        if not _TARGET.fullmatch(volume.target):
            raise InvalidValue("iscsi target", volume.target, "a whole name such as iqn.2001-05.com.example:storage1")
        _check_share(Share(volume.path))
        if volume.file_system not in ("ext3", "ext4", "xfs"):
            raise InvalidValue("iscsi file_system", volume.file_system, "ext3, ext4 or xfs")
    paths = [volume.path for volume in found]
    for path in paths:
        if paths.count(path) > 1:
            raise InvalidValue("iscsi path", path, "a different directory for each volume")
    return found
