# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout keeps the rules of its rooms, and each rule is able to find a violation."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from unit.architecture import checks
from unit.architecture.checks import Check, Source

ROOT = Path(__file__).resolve().parents[3]
UTILS = f"{checks.PLUGINS}.module_utils"


def plugin_sources() -> list[Source]:
    files = sorted((ROOT / "plugins").rglob("*.py"))
    return [Source(f.relative_to(ROOT / "plugins").as_posix(), f.read_text(encoding="utf-8")) for f in files]


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_rule_holds(check: Check) -> None:
    sources = plugin_sources()
    assert {"core", "ports"} <= {source.room for source in sources}, "the files to check were not found"
    assert [str(finding) for source in sources for finding in check(source)] == []


def test_sandbox_and_plugins_know_nothing_of_each_other() -> None:
    """A mistake in one must not be hidden by the same mistake in the other."""
    files = sorted((ROOT / "tests" / "sandbox").rglob("*.py"))
    assert files, "the sandbox was not found"
    tops = {
        f"{file.name}: {name}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name.split(".")[0] in ("ansible", "ansible_collections")
    }
    assert tops == set()


PLANTED = [
    (checks.imports_go_down, "module_utils/core/x.py", "from ..operations.zone import ensure"),
    (checks.imports_go_down, "module_utils/core/x.py", "from .. import ports"),
    (checks.imports_go_down, "module_utils/core/x.py", "def f():\n    from ..adapters.kvm import client"),
    (checks.imports_go_down, "module_utils/ports.py", "from .operations import zone"),
    (checks.imports_go_down, "module_utils/operations/x.py", f"from {UTILS}.adapters.cloudstack import client"),
    (checks.imports_go_down, "module_utils/operations/x.py", f"import {UTILS}.interface.spec"),
    (checks.imports_go_down, "module_utils/adapters/kvm/x.py", "from ...operations.zone import ensure"),
    (checks.imports_go_down, "module_utils/interface/x.py", f"from {checks.PLUGINS}.modules import cs_zone"),
    (checks.imports_go_down, "modules/cs_x.py", f"from {UTILS}.adapters.cloudstack.client import Client"),
    (checks.imports_go_down, "lookup/x.py", "from ..modules import cs_zone"),
    (checks.imports_go_down, "module_utils/core/x.py", "import ansible_collections.community.general.plugins as p"),
    (checks.imports_go_down, "module_utils/helpers/x.py", "import json"),
    (checks.foreign_imports, "module_utils/core/x.py", "import ansible"),
    (checks.foreign_imports, "module_utils/operations/x.py", "from ansible.module_utils.basic import AnsibleModule"),
    (checks.foreign_imports, "module_utils/adapters/kvm/x.py", "from ansible.module_utils import urls"),
    (checks.foreign_imports, "module_utils/adapters/kvm/x.py", "import libvirt"),
    (
        checks.foreign_imports,
        "module_utils/adapters/kvm/x.py",
        "try:\n    import libvirt\nexcept ImportError:\n    pass",
    ),
    (checks.foreign_imports, "module_utils/interface/x.py", "def f():\n    import requests"),
    (checks.foreign_imports, "module_utils/adapters/kvm/x.py", "def f():\n    import numpy"),
    (checks.core_is_pure, "module_utils/core/x.py", "import os.path"),
    (checks.core_is_pure, "module_utils/core/x.py", "from time import sleep"),
    (checks.core_is_pure, "module_utils/core/x.py", "from urllib.request import urlopen"),
    (checks.core_is_pure, "module_utils/core/x.py", "from random import choice"),
    (checks.core_is_pure, "module_utils/core/x.py", "from random import Random\nx = Random()"),
    (checks.core_is_pure, "module_utils/core/x.py", "import datetime\nx = datetime.datetime.now()"),
    (checks.core_is_pure, "module_utils/core/x.py", "def f(p):\n    return open(p).read()"),
    (checks.operations_wait_by_the_clock_port, "module_utils/operations/x.py", "import time"),
    (checks.operations_wait_by_the_clock_port, "module_utils/ports.py", "from urllib import request"),
    (checks.runs_where_it_is_sent, "module_utils/adapters/kvm/x.py", "from importlib import import_module"),
    (checks.runs_where_it_is_sent, "modules/cs_x.py", "def f(x):\n    assert x"),
    (checks.runs_where_it_is_sent, "modules/cs_x.py", "match x:\n    case 1:\n        pass"),
    (checks.runs_where_it_is_sent, "module_utils/core/x.py", "@dataclass(frozen=True, slots=True)\nclass A:\n    pass"),
    (checks.runs_where_it_is_sent, "module_utils/core/x.py", "for a, b in zip(x, y, strict=True):\n    pass"),
    (checks.one_idea, "module_utils/core/x.py", "x = 1\n" * (checks.LONGEST_FILE + 1)),
    (checks.documented, "modules/cs_x.py", "DOCUMENTATION = EXAMPLES = ''"),
]
ALLOWED = [
    ("module_utils/core/x.py", "from .errors import Refused\nfrom urllib.parse import urlsplit\nimport ipaddress"),
    ("module_utils/core/x.py", "from random import Random\ndef f(seed):\n    return Random(seed).random()"),
    ("module_utils/operations/x.py", "from ..ports import Clock\nfrom ..core import hosts"),
    ("module_utils/adapters/kvm/x.py", "from ...core.errors import MissingLibrary\ndef f():\n    import libvirt"),
    (
        "module_utils/adapters/kvm/x.py",
        "import typing as t\nif t.TYPE_CHECKING:\n    import libvirt\ndef f(c: libvirt.virConnect): ...",
    ),
    ("module_utils/interface/x.py", "import ansible.module_utils.basic\nfrom ..adapters.cloudstack import gateway"),
    ("module_utils/core/x.py", "x = 1\n" * checks.LONGEST_FILE),
    ("action/cs_api.py", "import importlib\nfrom ansible.plugins.action import ActionBase"),
    (
        "modules/cs_x.py",
        f"DOCUMENTATION = ''\nEXAMPLES = ''\nRETURN = ''\nfrom {UTILS}.interface.run import run\n",
    ),
]


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_planted_violation_is_found(check: Check, path: str, text: str) -> None:
    assert list(check(Source(path, text)))


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_what_the_rules_allow_is_not_found(path: str, text: str) -> None:
    assert [str(finding) for check in checks.CHECKS for finding in check(Source(path, text))] == []
