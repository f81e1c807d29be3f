# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that CloudStack's own commands spoil: refused by name before they are in use.

cloudstack-setup-databases, cloud-install-sys-tmplt and cloudstack-migrate-databases hand them to a shell. In the first
a ``$`` changes what is stored without an error (cs#14186). A cloud that has such a key already keeps it.
"""

from __future__ import annotations

import re
import typing as t

from ...addresses import is_address, is_host_name
from ...errors import Reason
from .decide import Wanted

SPOILED = "$\"'\\`: "
DEFAULT_KEY = "password"
_USER = re.compile(r"[A-Za-z0-9_.-]{1,32}")


def problems(wanted: Wanted, new: bool) -> tuple[Reason, ...]:
    """new: the values are about to be used for the first time."""
    found = list(_always(wanted))
    if new:
        found += _at_first(wanted)
    return tuple(found)


def _always(wanted: Wanted) -> t.Iterator[Reason]:
    if not _USER.fullmatch(wanted.user):
        yield Reason(
            "user", f"the database user {wanted.user!r} is not usable", "use letters, digits, '_', '.' and '-'"
        )
    if not (is_address(wanted.host) or is_host_name(wanted.host)):
        yield Reason("host", f"{wanted.host!r} is neither a host name nor an address", "set it to the database server")
    for name, text in _secrets(wanted).items():
        if not text:
            yield Reason("empty", f"the {name} is empty", f"set the {name}")
        elif not text.isprintable() or text != text.strip():
            yield Reason(
                "characters",
                f"the {name} has a line end, a control character, or a blank at an end",
                "the server reads the first line of the key file; use another value",
            )


def _at_first(wanted: Wanted) -> t.Iterator[Reason]:
    for name, text in _secrets(wanted).items():
        spoiled = sorted({char for char in text if char in SPOILED or not char.isascii()})
        if spoiled and text.isprintable():
            shown = ", ".join("a blank" if char == " " else char for char in spoiled)
            yield Reason(
                "characters",
                f"the {name} has characters that CloudStack's commands change: {shown}",
                "use letters, digits and any of _ . , + = @ % ^ ~ - # & ; !",
                {"value": name, "characters": spoiled},
            )
        if text.startswith("-"):
            yield Reason(
                "characters", f"the {name} begins with '-'", "CloudStack's commands would treat it as an option"
            )
    for name in ("management key", "database key"):
        if _secrets(wanted)[name].lower() == DEFAULT_KEY:
            yield Reason(
                "default_key",
                f"the {name} is the default of CloudStack's documentation",
                "generate a random one, for example with openssl rand -hex 24, and store it in a vault",
            )


def _secrets(wanted: Wanted) -> dict[str, str]:
    return {
        "database password": wanted.password,
        "management key": wanted.key,
        "database key": wanted.database_key,
    }
