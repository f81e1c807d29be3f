# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a backup as streams: compressed, and encrypted by GnuPG where there is a passphrase.

The passphrase goes to GnuPG through a descriptor, never through a file or a command line. GnuPG detects a changed
file when it decrypts.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import subprocess
import tempfile
import typing as t
import zlib

from ...core.backup.failure import BackupFailed
from ...core.backup.manifest import SEALED, Part
from ...core.errors import MissingValue
from ...core.text import shortened
from ..linux.programs import ENVIRONMENT, in_memory
from .folder import part_of

LEVEL = 3
_COMMON = ("--batch", "--no-tty", "--quiet", "--no-options", "--no-autostart", "--pinentry-mode", "loopback")
_SEAL = (
    *("--symmetric", "--cipher-algo", "AES256", "--s2k-mode", "3", "--s2k-digest-algo", "SHA512"),
    *("--s2k-count", "65011712", "--compress-algo", "none"),
)


def checked_passphrase(passphrase: str) -> bytes:
    """Raises BackupFailed: GnuPG reads one line."""
    if "\n" in passphrase or "\0" in passphrase:
        raise BackupFailed("seal", "the passphrase has a line break")
    return passphrase.encode("utf-8")


@contextlib.contextmanager
def writing(folder: str, name: str, passphrase: str, parts: list[Part]) -> t.Iterator[t.IO[bytes]]:
    """A stream to a new file; afterwards ``parts`` has it. Raises BackupFailed."""
    name += SEALED if passphrase else ""
    path = os.path.join(folder, name)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            sealing = _sealed(file, passphrase) if passphrase else contextlib.nullcontext(file)
            with sealing as inner, _packed(inner) as packed:
                yield packed
            file.flush()
            os.fsync(file.fileno())
        parts.append(part_of(folder, name))
    except OSError as error:
        raise BackupFailed("write", f"{path}: {error.strerror or error}") from None


def _packed(inner: t.IO[bytes]) -> t.IO[bytes]:
    made = gzip.GzipFile(filename="", mode="wb", fileobj=inner, compresslevel=LEVEL, mtime=0)
    return t.cast("t.IO[bytes]", made)


def _unpacked(inner: t.IO[bytes]) -> t.IO[bytes]:
    return t.cast("t.IO[bytes]", gzip.GzipFile(mode="rb", fileobj=inner))


@contextlib.contextmanager
def _sealed(file: t.IO[bytes], passphrase: str) -> t.Iterator[t.IO[bytes]]:
    with _gpg(_SEAL, passphrase, subprocess.PIPE, file) as (process, said):
        stream = t.cast("t.IO[bytes]", process.stdin)
        try:
            yield stream
            stream.close()
        except BrokenPipeError:
            process.wait()
            raise BackupFailed("seal", f"gpg ended: {said()}") from None
        if process.wait():
            raise BackupFailed("seal", f"gpg ended with {process.returncode}: {said()}")


@contextlib.contextmanager
def reading(path: str, passphrase: str) -> t.Iterator[t.IO[bytes]]:
    """The content of a file of ``writing``. Read to its end, it is as it was written. Raises BackupFailed."""
    try:
        with open(path, "rb") as file, _opened(file, path, passphrase) as inner, _unpacked(inner) as packed:
            yield packed
    except (OSError, EOFError, zlib.error) as error:
        raise BackupFailed("read", f"{path} is damaged: {error}") from None


@contextlib.contextmanager
def _opened(file: t.IO[bytes], path: str, passphrase: str) -> t.Iterator[t.IO[bytes]]:
    if not path.endswith(SEALED):
        yield file
        return
    if not passphrase:
        raise MissingValue("the backup", ["passphrase"], f"{path} is encrypted")
    with _gpg(("--decrypt",), passphrase, file, subprocess.PIPE) as (process, said):
        stream = t.cast("t.IO[bytes]", process.stdout)
        try:
            yield stream
        except Exception:
            # What is wrong with its output is what is wrong with the file, or the passphrase.
            stream.close()
            if process.wait():
                raise BackupFailed("unseal", f"gpg cannot decrypt {path}: {said()}") from None
            raise
        stream.read()
        stream.close()
        if process.wait():
            raise BackupFailed("unseal", f"gpg cannot decrypt {path}: {said()}")


@contextlib.contextmanager
def _gpg(
    options: t.Sequence[str], passphrase: str, stdin: t.Any, stdout: t.Any
) -> t.Iterator[tuple[subprocess.Popen[bytes], t.Callable[[], str]]]:
    program = shutil.which("gpg", path=ENVIRONMENT["PATH"])
    if program is None:
        raise BackupFailed("seal", "the program gpg is not installed: install the package gnupg (gnupg2)")
    key = in_memory(checked_passphrase(passphrase))
    with tempfile.TemporaryDirectory(prefix="hostcraft-") as home, tempfile.TemporaryFile() as errors:
        command = [program, "--homedir", home, *_COMMON, "--passphrase-fd", str(key), *options]
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=errors, env=ENVIRONMENT, pass_fds=(key,))
        os.close(key)

        def said() -> str:
            errors.seek(0)
            return shortened(errors.read(4000).decode("utf-8", "replace").strip(), 200) or "no message"

        try:
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
