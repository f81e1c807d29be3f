# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks on a disk. Collections of others and hidden directories are skipped, links are not followed."""

from __future__ import annotations

import os
import typing as t

from ...core.conversion.nodes import Node
from ...core.errors import MissingLibrary, NotFound, Unreadable
from ..linux.files import replace

ENDINGS = (".yml", ".yaml")
LONGEST = 5_000_000
VENDORED = frozenset({"ansible_collections", "node_modules", "__pycache__"})


class Disk:
    """The files of some paths."""

    def __init__(self, paths: t.Iterable[str]) -> None:
        self._files: dict[str, None] = {}
        self._skipped: list[tuple[str, str]] = []
        for path in paths:
            real = os.path.realpath(os.path.expanduser(path))
            if os.path.isfile(real):
                self._files[real] = None
            elif os.path.isdir(real):
                self._walk(real)
            else:
                raise NotFound("path", path)

    def files(self) -> t.Sequence[str]:
        return tuple(self._files)

    def skipped(self) -> t.Sequence[tuple[str, str]]:
        return tuple(self._skipped)

    def _walk(self, top: str) -> None:
        for folder, folders, names in os.walk(top):
            for name in sorted(folders):
                path = os.path.join(folder, name)
                if name in VENDORED and name != "__pycache__":
                    self._skipped.append((path, "the directory contains code of other projects"))
                elif os.path.islink(path):
                    self._skipped.append((path, "the directory is a link"))
            folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in VENDORED)
            for name in sorted(names):
                path = os.path.join(folder, name)
                if not name.endswith(ENDINGS) or name.startswith("."):
                    continue
                if os.path.islink(path):
                    self._skipped.append((path, "the file is a link"))
                else:
                    self._files[path] = None

    def read(self, path: str) -> str:
        try:
            with open(path, "rb") as file:
                content = file.read(LONGEST + 1)
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable("it is not in UTF-8") from None
        except OSError as error:
            raise Unreadable(error.strerror or "it cannot be opened") from None
        if len(content) > LONGEST:
            raise Unreadable(f"it is larger than {LONGEST} bytes")
        if text.startswith("$ANSIBLE_VAULT"):
            raise Unreadable("it is encrypted")
        return text

    def parse(self, text: str) -> tuple[Node, ...]:
        return parsed(text)

    def beside(self, path: str, *parts: str) -> t.Optional[str]:
        try:
            return self.read(os.path.join(os.path.dirname(path), *parts))
        except Unreadable:
            return None

    def write(self, path: str, text: str) -> None:
        replace(path, text.encode("utf-8"))


def parsed(text: str) -> tuple[Node, ...]:
    """Tags are not looked at, so that no object is made. Raises Unreadable."""
    try:
        import yaml
    except ImportError:
        raise MissingLibrary("PyYAML", "to read playbooks") from None
    try:
        # The parser in C counts bytes of UTF-8, this one characters.
        return tuple(_Tree().node(each) for each in yaml.compose_all(text, Loader=yaml.SafeLoader) if each is not None)
    except yaml.YAMLError as error:
        raise Unreadable(f"it is not YAML: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None


class _Tree:
    """Nodes of PyYAML as plain ones. What an alias names is one node, however often."""

    def __init__(self) -> None:
        self.made: dict[int, t.Optional[Node]] = {}
        self.repeated: set[int] = set()

    def node(self, root: t.Any) -> Node:
        self._count(root)
        return self._node(root)

    def _count(self, root: t.Any) -> None:
        met: set[int] = set()
        waiting = [root]
        while waiting:
            each = waiting.pop()
            if id(each) in met:
                self.repeated.add(id(each))
                continue
            met.add(id(each))
            if not isinstance(each.value, str):
                waiting += [part for item in each.value for part in (item if isinstance(item, tuple) else (item,))]

    def _node(self, each: t.Any) -> Node:
        if id(each) in self.made:
            known = self.made[id(each)]
            if known is None:
                raise Unreadable("an anchor refers to itself")
            return known
        self.made[id(each)] = None
        kind: t.Literal["mapping", "sequence", "scalar"] = each.id
        made = Node(
            kind=kind,
            start=each.start_mark.index,
            end=each.end_mark.index,
            line=each.start_mark.line + 1,
            value=each.value if kind == "scalar" else "",
            plain=kind == "scalar" and each.style is None,
            flow=kind != "scalar" and bool(each.flow_style),
            shared=id(each) in self.repeated,
            pairs=tuple((self._node(k), self._node(v)) for k, v in each.value) if kind == "mapping" else (),
            items=tuple(self._node(item) for item in each.value) if kind == "sequence" else (),
        )
        self.made[id(each)] = made
        return made
