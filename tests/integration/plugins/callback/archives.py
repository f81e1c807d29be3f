# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what is made of source texts from one playbook to the next: archives of modules, compiled code.

Ansible makes each archive once a run and throws it away at its end, compiles each file of a collection that it
imports, compiles a template in each process that needs it, and lets hosts compile each file of a module in every task.
Half of the CPU time of tests went there.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import types
import zipfile
from collections.abc import Callable
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]  # private, so without types
from importlib.util import source_hash
from pathlib import Path
from types import CodeType
from typing import Any

import ansible.constants
from ansible import release
from ansible.executor import module_common
from ansible.plugins.callback import CallbackBase
from ansible.utils.collection_loader import _collection_finder
from jinja2.environment import TemplateExpression

DOCUMENTATION = """
name: archives
type: aggregate
short_description: Keeps archives of modules and compiled code
description:
  - The environment variable MODULE_ARCHIVES names the folder, which lives as long as the source code does not change.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "archives"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self) -> None:
        super().__init__()
        folder = os.environ.get("MODULE_ARCHIVES")
        if folder is None:
            return
        # Another copy of the collection has other archives: it may lack a file.
        source = f"{release.__version__} {os.environ.get('ANSIBLE_COLLECTIONS_PATH', '')}"
        kept = Path(folder, hashlib.sha256(source.encode()).hexdigest())
        kept.mkdir(parents=True, exist_ok=True)
        Path(ansible.constants.DEFAULT_LOCAL_TMP, "ansiballz_cache").symlink_to(kept)
        keep_code(kept)
        keep_templates(kept)
        # Workers make archives; they are forks of this process.
        module_common.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": CompiledArchive})


class CompiledArchive(zipfile.ZipFile):
    """Sends each file of a module compiled too: a host compiles the text in every task, two thirds of a module's CPU.

    A host with another version of Python passes the compiled file over and reads the text.
    """

    def writestr(self, member: zipfile.ZipInfo | str, data: bytes | str, *rest: Any) -> None:
        super().writestr(member, data, *rest)
        name = member.filename if isinstance(member, zipfile.ZipInfo) else member
        if name.endswith(".py"):
            text = data.encode() if isinstance(data, str) else data
            compiled = _code_to_hash_pyc(compile(text, name, "exec", dont_inherit=True), source_hash(text), False)
            super().writestr(f"{name}c", compiled, zipfile.ZIP_DEFLATED)


def keep_code(folder: Path) -> None:
    """Let Ansible's loader of collections compile each text once: it has no place for compiled files."""
    loader: Any = _collection_finder._AnsibleCollectionPkgLoaderBase
    made = loader.get_code

    def code_of(self: Any, name: str) -> CodeType | None:
        text = self.get_source(name)
        if self._compiled_code or not text:
            code: CodeType | None = made(self, name)
            return code
        source = text if isinstance(text, bytes) else text.encode()
        path = folder / f"{source_hash(f'{self.get_filename(name)} '.encode() + source).hex()}.code"
        self._compiled_code = kept_code(path)
        if self._compiled_code is None:
            made(self, name)
            keep(path, self._compiled_code)
        compiled: CodeType = self._compiled_code
        return compiled

    loader.get_code = code_of


def kept_code(path: Path) -> CodeType | None:
    try:
        code: CodeType = marshal.loads(path.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return code


def keep(path: Path, code: CodeType) -> None:
    """Whole or not at all: other playbooks read it."""
    own = path.with_suffix(f".{os.getpid()}")
    own.write_bytes(marshal.dumps(code))
    own.rename(path)


def keep_templates(folder: Path) -> None:
    """Let each template and each condition be compiled once: tasks are forks, which throw away what they compiled.

    Code depends on the text and on the marks around expressions. Ansible has Jinja fold no constants.
    """
    try:
        from ansible._internal._templating import _jinja_bits
    except ImportError:  # older than 2.19
        return
    environment: Any = _jinja_bits.AnsibleEnvironment
    first = not hasattr(environment, "kept_in")
    environment.kept_in = folder
    if not first:  # by the server that this process is a fork of
        return
    compiling, of_text, of_condition = environment._compile, environment.from_string, environment.compile_expression
    last: list[CodeType] = []

    def compiled(self: Any, source: str, filename: str) -> CodeType:
        last[:] = [compiling(self, source, filename)]
        return last[0]

    def kept(self: Any, kind: str, text: str, make: Callable[[], Any], of_template: Callable[[Any], Any]) -> Any:
        """What `of_template` makes of the template of kept code, or `make` where there is none."""
        context = _jinja_bits._TemplateCompileContext.current(optional=True)
        marks = [getattr(self, name) for name in _jinja_bits._TEMPLATE_OVERRIDE_FIELD_NAMES]
        key = f"{kind} {marks} {context and context.escape_backslashes} {text}"
        path = self.kept_in / f"{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}.template"
        if code := kept_code(path):
            return of_template(self.template_class.from_code(self, code, self.make_globals(None), None))
        last.clear()
        made = make()
        (code,) = last  # of this text: none is compiled while another one is
        keep(path, code)
        return made

    def from_string(self: Any, source: Any, *rest: Any, **named: Any) -> Any:
        if rest or named or not isinstance(source, str):
            return of_text(self, source, *rest, **named)
        return kept(self, "text", source, lambda: of_text(self, source), lambda template: template)

    def compile_expression(self: Any, source: str, undefined_to_none: bool = True) -> Any:
        def condition(template: Any) -> TemplateExpression:
            return TemplateExpression(template, undefined_to_none)

        return kept(self, "condition", source, lambda: of_condition(self, source, undefined_to_none), condition)

    environment._compile, environment.from_string = compiled, from_string
    environment.compile_expression = compile_expression
