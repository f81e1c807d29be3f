# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS suffixes of domains and accounts, which their new guest networks get.

Source: 4.11.1 documentation, "Customizing the Network Domain Name"; NetUtils.verifyDomainName of apache/cloudstack.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..change import Rules, same_word
from ..errors import InvalidValue

LONGEST = 190
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Suffixed:
    """A domain or an account with its DNS suffix; None where it has none of its own."""

    id: str
    name: str
    network_domain: t.Optional[str] = None


# Some releases take no update of an account without its name.
DOMAIN = Rules(kind="domain", same={"network_domain": same_word})
ACCOUNT = Rules(kind="account", same=DOMAIN.same, write_only=frozenset(("new_name",)), along=frozenset(("new_name",)))


def checked_suffix(text: str) -> str:
    """A suffix that the server accepts; an empty one removes it. Raises InvalidValue."""
    if not text:
        return text
    if len(text) > LONGEST or not all(_LABEL.fullmatch(label) for label in text.split(".")):
        expected = f"labels of letters, digits and hyphens with dots between, {LONGEST} characters or less"
        raise InvalidValue("network_domain", text, expected)
    return text
