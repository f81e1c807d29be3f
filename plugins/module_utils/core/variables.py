# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of variables as people give them: names, booleans, and the empty answer of a survey."""

from __future__ import annotations

import re

from .errors import InvalidValue


def listed(value: object) -> list[str]:
    """Names as people give them: a list, or a text with a name on each line or between commas.

    Blanks around a name do not count. Nothing and a blank text are no names: an empty answer of a survey is not set.
    """
    if value is None:
        return []
    parts = value if isinstance(value, (list, tuple)) else [value]
    found = (name.strip() for part in parts for name in re.split(r"[,\n\r]", str(part)))
    return [name for name in found if name]


def given(value: object, default: object) -> object:
    """What was given, or the default for nothing and a blank text, which is an empty answer of a survey."""
    return default if value is None or (isinstance(value, str) and not value.strip()) else value


# What Ansible takes for a boolean.
_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1", "1.0", "y", "t"), True),
    **dict.fromkeys(("false", "no", "off", "0", "0.0", "n", "f"), False),
}


def flag(value: object, name: str, default: object = False) -> object:
    """A boolean of a variable called ``name``, or the default if nothing was given. Ansible's own takes any text.

    Raises InvalidValue.
    """
    found = given(value, default)
    if found is default:
        return default
    known = _FLAGS.get(str(found).strip().casefold()) if isinstance(found, (str, int, float)) else None
    if known is None:
        raise InvalidValue(name, found, "true or false")
    return known
