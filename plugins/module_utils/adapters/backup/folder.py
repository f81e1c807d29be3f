# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Store`` on a directory, local or on NFS: a backup has its name only when it is whole."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import typing as t

from ...core.backup.failure import BackupFailed
from ...core.backup.manifest import (
    MANIFEST,
    PROOFS,
    SUMS,
    Manifest,
    Part,
    Proof,
    is_backup_name,
    parse,
    parse_proofs,
    read_sums,
    rendered,
    rendered_proofs,
    sums,
)
from ...core.backup.seen import Folder, Seen
from ...core.errors import HostcraftError, Reason, Refused, Unreadable

UNFINISHED, REMOVING = ".unfinished-", ".removing-"
LOCK = ".lock"
MOST = 64 * 1024 * 1024  # bytes of a manifest
CHUNK = 1024 * 1024


class Directory:
    """host: whose backups are made here."""

    def __init__(self, path: str, host: str) -> None:
        self._path, self.host = os.path.normpath(path), host

    @property
    def path(self) -> str:
        return self._path

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        with self._failing("lock"):
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(os.path.join(self.path, LOCK), flags, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                reason = Reason("backup_running", "another run uses the directory", "wait for its end")
                raise Refused(self.path, [reason]) from None
            yield
        finally:
            os.close(descriptor)

    def folder(self, check: bool) -> Folder:
        with self._failing("read"):
            names = sorted(os.listdir(self.path)) if os.path.isdir(self.path) else []
        unfinished = tuple(name for name in names if name.startswith((UNFINISHED, REMOVING)))
        backups = (name for name in names if is_backup_name(name) and self._is_directory(name))
        return Folder(tuple(self.seen(name, check) for name in backups), unfinished)

    def seen(self, name: str, check: bool) -> Seen:
        if not is_backup_name(name) or not self._is_directory(name):
            return Seen(name, wrong="no backup has this name")
        try:
            text = self._read(name, MANIFEST)
            manifest, digests = parse(text.decode("utf-8")), read_sums(self._read(name, SUMS).decode("utf-8"))
            if manifest.name != name:
                raise Unreadable(f"{MANIFEST} belongs to the backup {manifest.name}")
        except (OSError, UnicodeError) as error:
            return Seen(name, wrong=f"{MANIFEST} or {SUMS} cannot be read: {error}")
        except Unreadable as error:
            return Seen(name, wrong=error.message)
        damaged = [] if digests.get(MANIFEST) == hashlib.sha256(text).hexdigest() else [MANIFEST]
        if set(digests) != {MANIFEST, *(part.name for part in manifest.parts)}:
            damaged.append(SUMS)
        damaged += [part.name for part in manifest.parts if not self._is_as(name, part, digests, check)]
        return Seen(name, manifest, "", tuple(damaged), check, self._proofs(name))

    def free(self) -> int:
        with self._failing("read"):
            held = os.statvfs(self.path)
        return held.f_bavail * held.f_frsize

    def begin(self, name: str) -> str:
        with self._failing("begin"):
            for left in os.listdir(self.path):
                if left.startswith((UNFINISHED, REMOVING)) and left.endswith(f"-{self.host}"):
                    shutil.rmtree(os.path.join(self.path, left))
            if os.path.lexists(os.path.join(self.path, name)):
                raise Refused(
                    name, [Reason("backup_there", "a backup with this name already exists", "run the task again")]
                )
            made = self._unfinished(name)
            os.mkdir(made, mode=0o700)
        return made

    def finish(self, manifest: Manifest) -> None:
        made = self._unfinished(manifest.name)
        text = rendered(manifest).encode("utf-8")
        own = Part(MANIFEST, len(text), hashlib.sha256(text).hexdigest())
        with self._failing("finish"):
            write(os.path.join(made, MANIFEST), text)
            write(os.path.join(made, SUMS), sums((*manifest.parts, own)).encode("utf-8"))
            synced(made)
            os.rename(made, os.path.join(self.path, manifest.name))
            synced(self.path)

    def abandon(self, name: str) -> None:
        shutil.rmtree(self._unfinished(name), ignore_errors=True)

    def remove(self, name: str) -> None:
        """It has another name before the first of its files goes, so that no half of it is taken for a backup."""
        going = os.path.join(self.path, REMOVING + name)
        with self._failing("remove"):
            os.rename(os.path.join(self.path, name), going)
            shutil.rmtree(going)

    def prove(self, name: str, proof: Proof) -> str:
        path = os.path.join(self.path, name)
        text = rendered_proofs([*self._proofs(name), proof][-20:])
        try:
            handle, beside = tempfile.mkstemp(dir=path, prefix=".restored-")
            os.close(handle)
            os.unlink(beside)
            write(beside, text.encode("utf-8"))
            os.replace(beside, os.path.join(path, PROOFS))
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def open_to_others(self, name: str) -> bool:
        """Whether others than its owner can enter it."""
        with self._failing("read"):
            return bool(stat.S_IMODE(os.stat(os.path.join(self.path, name)).st_mode) & 0o077)

    def _proofs(self, name: str) -> tuple[Proof, ...]:
        """A record that is not readable proves nothing."""
        try:
            return parse_proofs(self._read(name, PROOFS).decode("utf-8"))
        except (OSError, UnicodeError, Unreadable):
            return ()

    def _is_as(self, name: str, part: Part, digests: t.Mapping[str, str], check: bool) -> bool:
        path = os.path.join(self.path, name, part.name)
        try:
            held = os.lstat(path)
            right = stat.S_ISREG(held.st_mode) and held.st_size == part.size and digests.get(part.name) == part.sha256
            return right and (not check or digest(path) == part.sha256)
        except OSError:
            return False

    def _read(self, name: str, file: str) -> bytes:
        descriptor = os.open(os.path.join(self.path, name, file), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read(MOST)

    def _unfinished(self, name: str) -> str:
        return os.path.join(self.path, UNFINISHED + name)

    def _is_directory(self, name: str) -> bool:
        path = os.path.join(self.path, name)
        return os.path.isdir(path) and not os.path.islink(path)

    @contextlib.contextmanager
    def _failing(self, step: str) -> t.Iterator[None]:
        try:
            yield
        except HostcraftError:
            raise
        except OSError as error:
            raise BackupFailed(step, f"{error.filename or self.path}: {error.strerror or error}") from None


def write(path: str, content: bytes) -> None:
    """A new file, for its owner alone, on the disk when this returns. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def synced(path: str) -> None:
    """The names in a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(path: str) -> str:
    """SHA-256 of a file. Raises OSError."""
    made = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            made.update(chunk)
    return made.hexdigest()


def part_of(folder: str, name: str) -> Part:
    """Raises OSError."""
    path = os.path.join(folder, name)
    return Part(name, os.path.getsize(path), digest(path))
