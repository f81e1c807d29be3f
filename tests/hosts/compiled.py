# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lies in each host: Python compiles a source text of a ZIP archive once for all hosts.

Ansible sends each module as an archive of some 60 source files, and Python keeps nothing of what it compiles of these:
that was half of the CPU time of a task. What is kept is found by the text itself, so a changed text is compiled.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
import zipimport
from types import CodeType

FOLDER = "/srv/compiled"
KEY = 0x686F737473

_compile = zipimport._compile_source  # type: ignore[attr-defined]


def kept(path: str, source: bytes) -> CodeType:
    """The code of a source text; its tracebacks name the path."""
    text = _imp.source_hash(KEY, source).hex()
    name = f"{FOLDER}/{sys.implementation.cache_tag}-{len(source)}-{text}"
    try:
        with open(name, "rb") as file:
            code: CodeType = marshal.load(file)
    except (OSError, ValueError, EOFError, TypeError):
        code = _compile(path, source)
        own = f"{name}.{os.uname().nodename}-{os.getpid()}"
        try:
            with open(own, "wb") as file:
                marshal.dump(code, file)
            os.rename(own, name)
        except OSError:
            pass
        return code
    _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
    return code


zipimport._compile_source = kept  # type: ignore[attr-defined]


def ahead(tree: str) -> None:
    """Compile the sources of a tree before a host that needs them runs; a host with another Python finds none."""
    for folder, _folders, names in os.walk(tree):
        for path in [os.path.join(folder, name) for name in names if name.endswith(".py")]:
            with open(path, "rb") as file:
                kept(path, file.read())


if __name__ == "__main__":
    FOLDER = sys.argv[1]
    for tree in sys.argv[2:]:
        ahead(tree)
