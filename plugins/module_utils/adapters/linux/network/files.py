# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a network change: read, staged beside their places, swapped in, and put back.

Everything that needs space on the disk is done by ``stage``, before anything is touched. Swapping in and putting back
are renames and removals, which succeed on a full disk too. Names with a leading dot are read by none of the back-ends.
"""

from __future__ import annotations

import base64
import contextlib
import os
import stat
import types
import typing as t

from ....core.machine_network.change.model import NetworkFile

NEW = ".hostcraft-new"
OLD = ".hostcraft-old"
Kept = t.Mapping[str, t.Any]


def beside(path: str, suffix: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}{suffix}")


def place(path: str) -> str:
    """Where a file of that path is written: a symbolic link to a file stays one, and its target changes.

    A link to nothing or to /dev/null, by which systemd masks a file, makes way for the file.
    """
    real = os.path.realpath(path)
    return real if os.path.islink(path) and os.path.isfile(real) else path


def kept(path: str) -> Kept:
    """What lies there, whole: {"is": "nothing"}, {"is": "link", "to"} or {"is": "file", "content" (base64), "mode",
    "owner", "group", "attributes" (base64 by name, as access control lists)}. Raises OSError for what is neither."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return {"is": "nothing"}
    if stat.S_ISLNK(found.st_mode):
        return {"is": "link", "to": os.readlink(path)}
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is neither a file nor a symbolic link")
    with open(path, "rb") as file:
        content = base64.b64encode(file.read()).decode()
    mode = stat.S_IMODE(found.st_mode)
    own = {"content": content, "mode": mode, "owner": found.st_uid, "group": found.st_gid}
    return {"is": "file", **own, "attributes": _attributes(path)}


def _attributes(path: str) -> dict[str, str]:
    """Extended attributes, of which an access control list is one (acl(5)); none where the file system has none."""
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for name in os.listxattr(path):
            found[name] = base64.b64encode(os.getxattr(path, name)).decode()
    return found


def text_of(thing: Kept) -> t.Optional[str]:
    """The text of a kept file; None where there is none."""
    if thing["is"] != "file":
        return None
    return base64.b64decode(thing["content"]).decode("utf-8", "replace")


def is_as_wanted(file: NetworkFile, thing: Kept) -> bool:
    return (
        thing["is"] == "file"
        and base64.b64decode(thing["content"]) == file.content.encode()
        and thing["mode"] == file.mode
        and (thing["owner"], thing["group"]) == (0, 0)
    )


def stage(files: t.Iterable[NetworkFile], before: t.Mapping[str, Kept]) -> None:
    """Write the new files beside their places, and second names for the old ones. Raises OSError; leaves nothing."""
    files = list(files)
    try:
        for file in files:
            path = place(file.path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            # Who may read a file may read the one that takes its place.
            held = before.get(path, {}).get("attributes", {})
            written(beside(path, NEW), file.content.encode(), file.mode, held)
        for path, thing in before.items():
            unlinked(beside(path, OLD))
            if thing["is"] != "nothing":
                os.link(path, beside(path, OLD), follow_symlinks=False)
        for folder in {os.path.dirname(path) for path in before if os.path.isdir(os.path.dirname(path))}:
            synced(folder)
    except OSError:
        unstage([file.path for file in files], before)
        raise


def swap(files: t.Iterable[NetworkFile], absent: t.Iterable[str]) -> None:
    """The new files take their places; those not wanted any more go."""
    paths = [place(file.path) for file in files]
    for path in paths:
        os.replace(beside(path, NEW), path)
    for path in absent:
        unlinked(path)
    for folder in {os.path.dirname(path) for path in [*paths, *absent] if os.path.isdir(os.path.dirname(path))}:
        synced(folder)


def put_back(before: t.Mapping[str, Kept]) -> None:
    """Every place is as it was. May be run again after it was cut off anywhere."""
    for path, thing in before.items():
        if thing["is"] == "nothing":
            unlinked(path)
        elif kept(path) != thing:
            _put_back(path, thing)
    for folder in {os.path.dirname(path) for path in before if os.path.isdir(os.path.dirname(path))}:
        synced(folder)


def _put_back(path: str, thing: Kept) -> None:
    """The second name, where it still says what was kept; else out of what was kept, making room first."""
    with contextlib.suppress(OSError):
        if kept(beside(path, OLD)) == thing:
            os.replace(beside(path, OLD), path)
            return
    unlinked(path)
    if thing["is"] == "link":
        os.symlink(thing["to"], path)
        return
    written(path, base64.b64decode(thing["content"]), thing["mode"], thing.get("attributes", {}))
    os.chown(path, thing["owner"], thing["group"])


def unstage(paths: t.Iterable[str], before: t.Iterable[str]) -> None:
    """Nothing is left beside the places."""
    for path in paths:
        unlinked(beside(place(path), NEW))
    for path in before:
        unlinked(beside(path, OLD))


def written(path: str, content: bytes, mode: int, attributes: t.Mapping[str, str] = types.MappingProxyType({})) -> None:
    """A file that is there whole or not at all, and on the disk. Raises OSError."""
    passing = f"{path}~"
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            for name, value in attributes.items():
                # Some are the kernel's own to set.
                with contextlib.suppress(OSError):
                    os.setxattr(file.fileno(), name, base64.b64decode(value))
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(passing, path)
    except OSError:
        unlinked(passing)
        raise


def unlinked(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def synced(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
