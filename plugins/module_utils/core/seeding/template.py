# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The template of system VMs on secondary storage: where it is, what describes it, and what has to be done for it.

Source: the script cloud-install-sys-tmplt and the class SystemVmTemplateRegistration of CloudStack 4.22. The result
is the same. The script changes the database before it has looked at the store; here the database comes last.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .. import releases
from ..errors import InvalidValue, Reason
from ..upgrade.template_names import VERSIONS

# Hypervisor: its name in the database, the suffix of its files.
HYPERVISORS: t.Mapping[str, tuple[str, str]] = {
    "kvm": ("KVM", "qcow2"),
    "vmware": ("VMware", "ova"),
    "xenserver": ("XenServer", "vhd"),
    "hyperv": ("Hyperv", "vhd"),
    "ovm3": ("Ovm3", "raw"),
    "lxc": ("LXC", "qcow2"),
}
DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
NOTHING, SEED, RECORD = "nothing", "seed", "record"
PROPERTIES = "template.properties"
_FILE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\w+)", re.ASCII)


@dataclass(frozen=True)
class Row:
    """The template in the database."""

    id: int
    name: str = ""
    uuid: str = ""
    url: str = ""


@dataclass(frozen=True)
class Seeded:
    """What is on the store. whole: the file that template.properties names is there with its size."""

    filename: str = ""
    id: str = ""
    whole: bool = False
    others: tuple[str, ...] = ()

    @property
    def uuid(self) -> str:
        match = _FILE.fullmatch(self.filename)
        return match[1] if match else ""


@dataclass(frozen=True)
class Store:
    """mounted: whether a file system is mounted there. free: bytes."""

    mounted: bool
    free: int
    seeded: Seeded = field(default_factory=Seeded)


@dataclass(frozen=True)
class Database:
    """row: None where there is none for the hypervisor. version: of the record of upgrades. minimum: the setting.

    clusters: how many there are of the hypervisor. stores: how many NFS stores for images.
    """

    row: t.Optional[Row]
    version: str = ""
    minimum: str = ""
    clusters: int = 0
    stores: int = 0


@dataclass(frozen=True)
class Packaged:
    """The template that the packages of the server bring. right: it has the checksum of metadata.ini."""

    path: str = ""
    checksum: str = ""
    version: str = ""
    there: bool = False
    right: bool = False


def path_of(id: int) -> str:
    return f"template/tmpl/1/{id}"


def algorithm(checksum: str) -> tuple[str, str]:
    """Algorithm and digest of "sha512:0123…", or of the digest alone. Raises InvalidValue."""
    name, separator, digest = checksum.strip().lower().rpartition(":")
    if not re.fullmatch(r"[0-9a-f]+", digest) or len(digest) not in DIGESTS:
        raise InvalidValue("checksum", checksum, "a SHA-512, SHA-256, SHA-1 or MD5 checksum in hexadecimal digits")
    if separator and name.replace("-", "") != DIGESTS[len(digest)]:
        raise InvalidValue("checksum", checksum, f"{name} and as many digits as it has")
    return DIGESTS[len(digest)], digest


def properties(id: int, filename: str, suffix: str, size: int, virtual: int) -> str:
    """template.properties, as the script writes it."""
    lines = (
        *(f"filename={filename}", "description=SystemVM Template", "hvm=false", f"size={size}", f"{suffix}=true"),
        *(f"id={id}", "public=true", f"{suffix}.filename={filename}", f"uniquename=routing-{id}"),
        *(f"{suffix}.virtualsize={virtual}", f"virtualsize={virtual}", f"{suffix}.size={size}"),
    )
    return "".join(f"{line}\n" for line in lines)


def virtual_size(head: bytes, size: int) -> int:
    """Of a qcow2 file by its first 32 bytes; any other file is as large as it is."""
    return int.from_bytes(head[24:32], "big") if head[:4] == b"QFI\xfb" and len(head) >= 32 else size


def decide(row: Row, seeded: Seeded, other: bool) -> str:
    """other: what is there is to be replaced by another template.

    The database may name another file than the one that is there: after the script was run a second time.
    """
    if not seeded.whole or other:
        return SEED
    return NOTHING if seeded.uuid in ("", row.uuid) else RECORD


def reasons(held: Database, store: Store, hypervisor: str, step: str, needed: int, replace: bool) -> t.Iterator[Reason]:
    name = HYPERVISORS[hypervisor][0]
    if held.row is None:
        yield Reason(
            "template_row_missing",
            f"the database has no system VM template for {name}",
            "start the management server once, which creates the rows of its release, or register the template "
            "(cs_system_vm_template)",
        )
    if not store.mounted:
        yield Reason("not_mounted", "no file system is mounted there", "mount the secondary storage, or set export")
    if held.row is None or step != SEED:
        return
    if store.free < needed:
        yield Reason(
            "disk_space",
            f"the store has {store.free >> 20} MiB free, and the template needs {needed >> 20} MiB",
            "free space on the secondary storage",
            {"free": store.free, "needed": needed},
        )
    if store.seeded.others and not store.seeded.whole and not replace:
        told = ", ".join(store.seeded.others[:3])
        yield Reason(
            "other_files",
            f"the directory of the template contains other files: {told}",
            "set replace=true if no server uses them",
            {"files": list(store.seeded.others)},
        )


def registers_itself(held: Database, packaged: Packaged) -> bool:
    """Whether the server seeds the template when the first NFS store of a zone with clusters is added (4.16)."""
    return packaged.right and held.stores == 0 and held.clusters > 0


def registration_failed(held: Database, packaged: Packaged) -> bool:
    """The database has the version of the packages, and the setting is still that of the release before."""
    if not packaged.version or not held.minimum or not held.clusters:
        return False
    ours, theirs = _release(held.version), _release(held.minimum)
    # Some releases go on with the templates of an older one, and leave the setting.
    same = _release(VERSIONS.get(".".join(ours), ""))
    return ours == _release(packaged.version) and theirs not in (ours, same)


def _release(version: str) -> tuple[str, ...]:
    return tuple(map(str, releases.numbers(version)[:3]))
