# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration settings: scopes, and comparison by the setting's own type."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ..errors import InvalidValue
from ..text import api_text
from . import setting_ranges

# Scope as people say it → what the commands call its id parameter (listConfigurations, updateConfiguration).
SCOPES = ("global", "zone", "cluster", "storage", "imagestore", "account", "domain")


@dataclass(frozen=True)
class Setting:
    """A setting as ``listConfigurations`` shows it, in one scope.

    type: Boolean, Number, Decimal, String, CSV, Range, Order, WhitespaceSeparatedListWithOptions … as the server says;
    "" before CloudStack 4.18, which tells neither it nor the default.
    """

    name: str
    value: str = ""
    default: t.Optional[str] = None
    type: str = "String"
    category: str = ""
    group: str = ""
    scope: str = "global"
    description: str = ""
    dynamic: t.Optional[bool] = None

    @property
    def encrypted(self) -> bool:
        """Whether the server keeps the value encrypted: by its category."""
        return self.category.lower() in ("hidden", "secure")

    def number(self) -> float:
        """Its value, which the server reads as a number. Raises InvalidValue."""
        try:
            found = float(self.value)
            if math.isfinite(found):
                return found
            raise ValueError(self.value)
        except ValueError:
            raise InvalidValue(
                f"setting {self.name}", self.value, "a number with a point, as the server reads it"
            ) from None

    @property
    def default_told(self) -> bool:
        """Whether no default means that it has none."""
        return bool(self.default is not None or self.type)


def spelled(value: object) -> t.Optional[str]:
    """A scalar as people write it, as the text of a setting. Raises InvalidValue for a list or map."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return api_text(value)
    raise InvalidValue("value", value, "one value; a list is written as a,b,c")


def same_value(setting: Setting, value: str) -> bool:
    """Whether a value means what the setting holds: 2 = 2.0 as a Decimal, True = true as a Boolean, a CSV by items."""
    return meaning(setting.type, value) == meaning(setting.type, setting.value)


def meaning(kind: str, value: str) -> object:
    """A value in the type's own terms; text that is not of the type stays text (and so differs from any that is)."""
    text = value.strip()
    if not kind:
        return _unsaid(text)
    if kind in ("Number", "Decimal", "Range"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return number.normalize() if number.is_finite() else text
    if kind == "Boolean":
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold(), text)
    if kind == "WhitespaceSeparatedListWithOptions":
        return tuple(text.split())
    if kind == "CSV":
        return tuple(item.strip() for item in text.split(","))
    return text


# Of a setting whose type is not told: 2 is 2.0, but 010, 1e3 and 4.11.1 are texts.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)


def _unsaid(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return Decimal(text).normalize()
    return {"true": True, "false": False}.get(text.casefold(), text)


def check(setting: Setting, value: str, release: tuple[int, ...] = ()) -> str:
    """The value as the server takes it. Raises InvalidValue if it is not of the type, or out of the range.

    release: of the server, () where it is not known.
    """
    known = meaning(setting.type, value)
    if setting.type in ("Number", "Decimal") and isinstance(known, str):
        raise InvalidValue(setting.name, value, f"a {setting.type.lower()}, such as {setting.default or 1}")
    if setting.type == "Number" and isinstance(known, Decimal) and known != known.to_integral_value():
        raise InvalidValue(setting.name, value, "a whole number")
    if isinstance(known, Decimal):
        right = setting_ranges.expected(setting.name, known, bool(setting.type), release)
        if right:
            raise InvalidValue(setting.name, value, right)
    if isinstance(known, Decimal) and setting.type in ("Number", "Decimal"):
        # Written out: the server reads neither 1e3 nor, as a whole number, 2.0.
        return f"{known:f}" if setting.type == "Number" else f"{Decimal(value.strip()):f}"
    if setting.type == "Boolean":
        if not isinstance(known, bool):
            raise InvalidValue(setting.name, value, "true or false")
        return "true" if known else "false"
    return value


def by_release(setting: Setting, value: str) -> bool:
    """Whether ``check`` needs the release of the server."""
    number = meaning(setting.type, value)
    return isinstance(number, Decimal) and setting_ranges.by_release(setting.name, number, bool(setting.type))


def doubt(setting: Setting, value: str) -> t.Optional[setting_ranges.Doubt]:
    """Why a value that the server takes is hardly meant. Before 4.18, its value is the default."""
    usual = setting.default if setting.default_told else setting.value
    number, default = (meaning(setting.type, text or "") for text in (value, usual))
    if not isinstance(number, Decimal):
        return None
    known = default if isinstance(default, Decimal) else None
    return setting_ranges.doubt(setting.name, number, known, setting.type, setting.description)
