# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a public authority hands out for a console domain: leaf, intermediates, root, and strangers to plant among them.

Keys are made once a run: a test asks for certificates, which cost little.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from counterparts import pki
from counterparts.pki import Made, make


@functools.cache
def key(label: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One RSA key for each label."""
    return rsa.generate_private_key(65537, bits)


@functools.cache
def elliptic_key() -> Any:
    return pki.new_key("ec")


class Chain:
    """root signs upper, upper signs middle, middle signs leaf."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.root = self.ca("Example Root", None, days=3650)
        self.upper = self.ca("Example Policy", self.root)
        self.middle = self.ca("Example Issuing", self.upper)
        self.leaf = self.server()

    def ca(self, name: str, by: Made | None, **how: Any) -> Made:
        return make(name, by=by, **{"ca": True, "days": 1800, "key": key(name), "now": datetime.now(UTC), **how})

    def server(self, *names: str, **how: Any) -> Made:
        """A leaf for other names, or made in another way."""
        given = {"by": self.middle, "days": 90, "key": key("leaf"), "now": datetime.now(UTC), **how}
        return make((names or self.names)[0], *(names or self.names), **given)
