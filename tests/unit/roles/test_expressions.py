# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions that look right: of line ends, and of times in examples.

A line end in an expression is one in YAML's double quotes only: elsewhere Ansible hands on a backslash and an n.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.event import moment

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted([*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/*.yml"), *ROOT.glob("playbooks/tasks/*.yml")])
WRONG = re.compile(r"""(join\(|~ *|split\()(['"])\\n\2""")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def wrong(text: str) -> list[str]:
    return [found for found in texts(yaml.safe_load(text)) if WRONG.search(found)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_expression_joins_lines_by_two_characters(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8")) == []


def test_one_would_be_found() -> None:
    assert wrong("a: >-\n  {{ lines | join('\\n') }}\n") != []
    assert wrong("a: \"{{ lines | join('\\n') }}\"\n") == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "America/Lima"])
def test_the_example_of_events_is_the_last_hour(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (Path(__file__).resolve().parents[3] / "plugins/modules/cs_event_info.py").read_text(encoding="utf-8")
    (text,) = re.findall(r'since: "({{.*}})"', source)
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        written = Templar(loader=DataLoader(), variables={}).template(trust_as_template(text))
        assert abs(time.time() - 3600 - moment("since", written)) < 60
    finally:
        monkeypatch.undo()
        time.tzset()
