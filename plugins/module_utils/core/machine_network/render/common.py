# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the renderers of all back-ends share: their result, the heading of files, and who brings a VLAN up."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change.model import Command, NetworkFile
from ..files.own import WRITTEN
from ..layout.model import Layout


@dataclass(frozen=True)
class Rendered:
    """files: of the back-end. commands: for what it has no files for, to be repeated at will. packages: of Debian's
    names that the files count on."""

    files: tuple[NetworkFile, ...]
    commands: tuple[Command, ...] = ()
    packages: tuple[str, ...] = ()


def heading(layout: Layout, names: t.Optional[t.Iterable[str]] = None) -> str:
    """The comment that begins a file; it says which interfaces exist only because of it."""
    made = list(names if names is not None else (device.name for device in layout.virtual))
    return WRITTEN + (f"# Makes: {' '.join(made)}\n" if made else "")


def sections(*parts: tuple[str, t.Iterable[tuple[str, object]]]) -> str:
    """[name] key=value …; a key whose value is None is left out, and so is a section without any."""
    texts = []
    for name, pairs in parts:
        lines = [f"{key}={_word(value)}" for key, value in pairs if value is not None]
        if lines:
            texts.append("\n".join([f"[{name}]", *lines]) + "\n")
    return "\n".join(texts)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
