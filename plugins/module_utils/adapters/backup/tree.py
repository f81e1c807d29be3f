# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration files of a host in an archive, and back on a host: with mode and owner, each whole or not at all."""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import stat
import tarfile
import typing as t
from dataclasses import dataclass, field

from ...core.backup.failure import BackupFailed
from ...core.backup.members import FILE, FOLDER, LARGEST, LINK, MOST, Member


@dataclass(frozen=True)
class Held:
    """A member of an archive with what it holds."""

    member: Member
    mode: int
    user: str
    group: str
    content: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        return f"/{self.member.path}"


def pack(roots: t.Sequence[str], out: t.IO[bytes]) -> None:
    """Raises BackupFailed."""
    try:
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for root in roots:
                for path in _walked(root):
                    kind = stat.S_IFMT(os.lstat(path).st_mode)
                    if kind in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                        archive.dereference = False
                        info = archive.gettarinfo(path, arcname=path.lstrip("/"))
                        # Names of one file are files of their own.
                        if info.islnk():
                            info.type, info.linkname, info.size = tarfile.REGTYPE, "", os.path.getsize(path)
                        _add(archive, info, path)
    except (OSError, tarfile.TarError) as error:
        raise BackupFailed("archive", f"files cannot be read: {error}") from None


def _add(archive: tarfile.TarFile, info: tarfile.TarInfo, path: str) -> None:
    if not info.isreg():
        archive.addfile(info)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        info.size = os.fstat(file.fileno()).st_size
        archive.addfile(info, file)


def _walked(root: str) -> t.Iterator[str]:
    yield root
    if os.path.isdir(root) and not os.path.islink(root):
        for name in sorted(os.listdir(root)):
            yield from _walked(os.path.join(root, name))


def unpack(source: t.IO[bytes]) -> list[Held]:
    """Everything in it, in memory; nothing is written. Raises BackupFailed."""
    found: list[Held] = []
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive:
            for info in archive:
                if len(found) > MOST:
                    break
                found.append(_held(archive, info))
    except (OSError, EOFError, tarfile.TarError, UnicodeError, ValueError) as error:
        raise BackupFailed("archive", f"the archive cannot be read: {error}") from None
    return found


def _held(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Held:
    kind = FILE if info.isreg() else FOLDER if info.isdir() else LINK if info.issym() else "other"
    # A path with a slash in front stays as it is, and is refused as no plain one.
    member = Member(info.name, kind, info.size, info.linkname if kind == LINK else "")
    content = b""
    if kind == FILE and info.size <= LARGEST:
        file = archive.extractfile(info)
        content = file.read() if file else b""
    return Held(member, stat.S_IMODE(info.mode) & 0o1777, info.uname, info.gname, content)


def unknown_owners(held: t.Iterable[Held]) -> tuple[str, ...]:
    """Users and groups that this host does not have."""
    found: set[str] = set()
    for each in held:
        found.update({f"user {each.user}"} if _number(pwd.getpwnam, each.user) is None else ())
        found.update({f"group {each.group}"} if _number(grp.getgrnam, each.group) is None else ())
    return tuple(sorted(found))


def differing(held: t.Iterable[Held]) -> tuple[str, ...]:
    """Paths of files that are there with another content."""
    return tuple(each.path for each in held if os.path.lexists(each.path) and not is_as(each))


def is_as(held: Held) -> bool:
    """Whether the host has it just so; of a directory and a link, whether it is one."""
    try:
        there = os.lstat(held.path)
        if held.member.kind == FOLDER:
            return stat.S_ISDIR(there.st_mode)
        if held.member.kind == LINK:
            return stat.S_ISLNK(there.st_mode) and os.readlink(held.path) == held.member.target
        if not stat.S_ISREG(there.st_mode):
            return False
        with open(held.path, "rb") as file:
            return file.read(LARGEST + 1) == held.content
    except OSError:
        return False


def place(held: t.Sequence[Held]) -> list[str]:
    """Write what differs, directories first and links last. Raises BackupFailed."""
    written: list[str] = []
    order = sorted(held, key=lambda each: ((FOLDER, FILE, LINK).index(each.member.kind), each.path))
    for each in order:
        try:
            if _placed(each):
                written.append(each.path)
        except OSError as error:
            raise BackupFailed("files", f"{each.path}: {error.strerror or error}") from None
    return written


def _placed(held: Held) -> bool:
    parent = os.path.dirname(held.path)
    if os.path.realpath(parent) != parent:
        raise BackupFailed("files", f"{parent} is reached through a link: replace the link by a directory")
    uid, gid = _number(pwd.getpwnam, held.user), _number(grp.getgrnam, held.group)
    uid, gid = (0 if uid is None else uid), (0 if gid is None else gid)
    if is_as(held):
        return _owned(held, uid, gid)
    if held.member.kind == FOLDER:
        os.mkdir(held.path, mode=0o700)
        _owned(held, uid, gid)
        return True
    beside = os.path.join(parent, f".hostcraft-{secrets.token_hex(8)}")
    try:
        if held.member.kind == LINK:
            os.symlink(held.member.target, beside)
            os.chown(beside, uid, gid, follow_symlinks=False)
        else:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(held.content)
                os.fchown(file.fileno(), uid, gid)
                os.fchmod(file.fileno(), held.mode)
                file.flush()
                os.fsync(file.fileno())
        os.replace(beside, held.path)
    except BaseException:
        if os.path.lexists(beside):
            os.unlink(beside)
        raise
    return True


def _owned(held: Held, uid: int, gid: int) -> bool:
    """Mode and owner of what is there; whether they were others."""
    there = os.lstat(held.path)
    if held.member.kind == LINK or (stat.S_IMODE(there.st_mode), there.st_uid, there.st_gid) == (held.mode, uid, gid):
        return False
    os.chown(held.path, uid, gid, follow_symlinks=False)
    os.chmod(held.path, held.mode)
    return True


def _number(look: t.Callable[[str], t.Any], name: str) -> t.Optional[int]:
    try:
        return int(look(name)[2])
    except KeyError:
        return None
