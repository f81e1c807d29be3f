# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Storage`` on a mounted file system, or on an NFS export that is mounted for the while."""

from __future__ import annotations

import bz2
import configparser
import contextlib
import gzip
import hashlib
import lzma
import os
import shutil
import subprocess
import tempfile
import typing as t
import urllib.error
import urllib.request
import zipfile
import zlib

from ...core.machine.java_properties import ENCODING, parse
from ...core.seeding.failure import SeedingFailed
from ...core.seeding.template import DIGESTS, PROPERTIES, Packaged, Seeded, Store, virtual_size
from ...core.text import shortened
from ..linux.files import text_at

METADATA = "/usr/share/cloudstack-management/templates/systemvm/metadata.ini"
FETCHED, PACKED = ".hostcraft-template", ".hostcraft-template.packed"
CHUNK = 1024 * 1024
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_MAGIC: t.Mapping[bytes, t.Callable[..., t.Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_ZIP = b"PK\x03\x04"


class Mount:
    """place: a directory where the store is mounted; "" to mount ``export`` (server:/path)."""

    def __init__(self, place: str, export: str, options: str, timeout: float, metadata: str = METADATA) -> None:
        self.place, self.export, self.options = place, export, options
        self.timeout, self.metadata = timeout, metadata

    @contextlib.contextmanager
    def mounted(self) -> t.Iterator[None]:
        if self.place:
            yield
            return
        self.place = tempfile.mkdtemp(prefix="hostcraft-seed-")
        try:
            more = ["-o", self.options] if self.options else []
            self._run("mount", "-t", "nfs", *more, "--", self.export, self.place)
            try:
                yield
            finally:
                self._run("umount", "--", self.place)
        finally:
            os.rmdir(self.place)
            self.place = ""

    def look(self, folder: str) -> Store:
        path = os.path.join(self.place, folder)
        try:
            held = os.statvfs(self.place)
            names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        except OSError as error:
            raise SeedingFailed("look", f"{error.filename or self.place}: {error.strerror or error}") from None
        others = tuple(name for name in names if not name.startswith(FETCHED))
        return Store(os.path.ismount(self.place), held.f_bavail * held.f_frsize, self._seeded(path, others))

    def packaged(self, hypervisor: str, arch: str) -> Packaged:
        text = text_at(self.metadata, ENCODING)
        if not text:
            return Packaged()
        reader = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            reader.read_string(text)
        except configparser.Error:
            return Packaged()
        version = reader.get("default", "version", fallback="").strip()
        for section in (f"{hypervisor}-{arch}", hypervisor):
            if reader.has_section(section):
                its = reader[section]
                path = os.path.join(os.path.dirname(self.metadata), os.path.basename(its.get("filename", "")))
                checksum, there = its.get("checksum", "").strip(), os.path.isfile(path)
                # MD5 before 4.22, SHA-512 since.
                name = DIGESTS.get(len(checksum))
                right = there and name is not None and _digest(path, name) == checksum.lower()
                return Packaged(path, checksum, version, there, right)
        return Packaged(version=version)

    def size(self, source: str) -> int:
        if "://" not in source:
            try:
                return os.path.getsize(source)
            except OSError as error:
                raise SeedingFailed("fetch", f"{source}: {error.strerror or error}") from None
        with self._asked(urllib.request.Request(source, method="HEAD")) as answer:
            said = str(answer.headers.get("Content-Length", ""))
        return int(said) if said.isascii() and said.isdigit() else 0

    def fetch(self, folder: str, source: str, digest: tuple[str, str]) -> tuple[int, int]:
        path = os.path.join(self.place, folder)
        packed, whole = os.path.join(path, PACKED), os.path.join(path, FETCHED)
        try:
            os.makedirs(path, exist_ok=True)
            self._clean(path)
            made = hashlib.new(digest[0])
            with self._opened(source) as stream, open(packed, "xb") as file:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    made.update(chunk)
                    file.write(chunk)
            if made.hexdigest() != digest[1]:
                raise SeedingFailed("fetch", f"{source} has {digest[0]} {made.hexdigest()} instead of {digest[1]}")
            self._unpack(packed, whole)
            with open(whole, "rb") as file:
                head = file.read(32)
            size = os.path.getsize(whole)
            return size, virtual_size(head, size)
        except BROKEN as error:
            self._clean(path)
            raise SeedingFailed("fetch", f"{source}: {error}") from None
        except BaseException:
            self._clean(path)
            raise

    def same(self, folder: str, filename: str, source: str) -> bool:
        try:
            with _unpacked(source) as stream:
                return _hashed(stream, "sha256") == _digest(os.path.join(self.place, folder, filename), "sha256")
        except BROKEN as error:
            raise SeedingFailed("compare", f"{source}: {error}") from None

    def install(self, folder: str, filename: str, properties: str) -> None:
        path = os.path.join(self.place, folder)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(path, PROPERTIES))
            for name in os.listdir(path):
                if name != FETCHED:
                    os.unlink(os.path.join(path, name))
            os.chmod(os.path.join(path, FETCHED), 0o644)
            os.rename(os.path.join(path, FETCHED), os.path.join(path, filename))
            beside = os.path.join(path, FETCHED + ".properties")
            with open(beside, "x", encoding="utf-8") as file:
                file.write(properties)
                os.fchmod(file.fileno(), 0o644)
                file.flush()
                os.fsync(file.fileno())
            os.rename(beside, os.path.join(path, PROPERTIES))
        except OSError as error:
            raise SeedingFailed("install", f"{error.filename or path}: {error.strerror or error}") from None

    def _seeded(self, path: str, names: tuple[str, ...]) -> Seeded:
        held = parse(text_at(os.path.join(path, PROPERTIES), ENCODING))
        filename, size = held.get("filename", "").strip(), held.get("size", "").strip()
        whole = False
        if filename and filename == os.path.basename(filename):
            with contextlib.suppress(OSError):
                whole = str(os.lstat(os.path.join(path, filename)).st_size) == size
        return Seeded(filename, held.get("id", "").strip(), whole, tuple(each for each in names if each != PROPERTIES))

    @contextlib.contextmanager
    def _opened(self, source: str) -> t.Iterator[t.IO[bytes]]:
        if "://" not in source:
            with open(source, "rb") as file:
                yield file
            return
        with self._asked(urllib.request.Request(source)) as answer:
            yield answer

    def _asked(self, request: urllib.request.Request) -> t.Any:
        if request.type not in ("http", "https"):
            raise SeedingFailed("fetch", f"{request.full_url}: only http and https are supported")
        try:
            return urllib.request.build_opener().open(request, timeout=self.timeout)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise SeedingFailed("fetch", f"{request.full_url}: {error}") from None

    def _unpack(self, packed: str, whole: str) -> None:
        if not _is_packed(packed):
            os.rename(packed, whole)
            return
        with _unpacked(packed) as stream, open(whole, "xb") as file:
            shutil.copyfileobj(stream, file, CHUNK)
        os.unlink(packed)

    @staticmethod
    def _clean(path: str) -> None:
        with contextlib.suppress(OSError):
            for name in os.listdir(path):
                if name.startswith(FETCHED):
                    os.unlink(os.path.join(path, name))

    def _run(self, *command: str) -> None:
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=self.timeout, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SeedingFailed(command[0], f"{command[0]} {self.export}: {error}") from None
        if ended.returncode:
            raise SeedingFailed(command[0], f"{command[0]} {self.export}: {shortened(ended.stderr.strip(), 200)}")


def _head(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(6)


def _is_packed(path: str) -> bool:
    return _head(path).startswith((*_MAGIC, _ZIP))


@contextlib.contextmanager
def _unpacked(path: str) -> t.Iterator[t.IO[bytes]]:
    """A file's content, unpacked if it is packed as the script knows. Raises BROKEN."""
    head = _head(path)
    opener = next((made for magic, made in _MAGIC.items() if head.startswith(magic)), None)
    with contextlib.ExitStack() as stack:
        if opener is None and head.startswith(_ZIP):
            archive = stack.enter_context(zipfile.ZipFile(path))
            if len(archive.namelist()) != 1:
                raise SeedingFailed("unpack", "the zip archive must contain exactly one file")
            yield stack.enter_context(archive.open(archive.namelist()[0]))
        else:
            yield stack.enter_context((opener or open)(path, "rb"))


def _hashed(stream: t.IO[bytes], name: str) -> str:
    made = hashlib.new(name)
    for chunk in iter(lambda: stream.read(CHUNK), b""):
        made.update(chunk)
    return made.hexdigest()


def _digest(path: str, name: str) -> str:
    with open(path, "rb") as file:
        return _hashed(file, name)
