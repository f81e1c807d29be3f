# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RSA keys of certificates for tests, from a small stock: to make one takes a tenth of a second of CPU time."""

from __future__ import annotations

import functools
import itertools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

STOCK = 16
_PLACES = itertools.cycle(range(STOCK))


def next_key() -> rsa.RSAPrivateKey:
    """A key other than the fifteen before it."""
    return _made(next(_PLACES))


@functools.cache
def _made(_place: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def check_once() -> None:
    """Let this process check each private key once: whoever reads one has its primes proved, which takes as long."""
    for name in ("load_pem_private_key", "load_der_private_key"):
        setattr(serialization, name, functools.cache(getattr(serialization, name)))
