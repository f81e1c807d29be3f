# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event says, as data that no template is made of: a rulebook passes it to playbooks as variables."""

from __future__ import annotations

import re
import typing as t

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_BEGIN = re.compile(r"\{(?=[{%#])")
HEADER = "#jinja2:"  # a text that begins so may say itself what begins an expression


def as_data(values: t.Mapping[str, object]) -> dict[str, t.Any]:
    """values: by name. An id that does not look like one is None, and no text begins a template."""
    return {
        name: _id(value) if name == "id" or name.endswith("_id") else _data(value) for name, value in values.items()
    }


def _id(value: object) -> object:
    if isinstance(value, str) and value and not _ID.fullmatch(value):
        return None
    return _data(value)


def _data(value: object) -> object:
    if isinstance(value, str):
        text = _BEGIN.sub("{ ", value)
        return f" {text}" if text.startswith(HEADER) else text
    if isinstance(value, dict):
        return as_data(value)
    if isinstance(value, (list, tuple)):
        return [_data(each) for each in value]
    return value
