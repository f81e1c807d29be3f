# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates in any order as one chain, proved by their signatures: which is the server's own, and who signed it.

The proofs are made outside (the port ``X509``): here they are pairs of fingerprints.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .model import Certificate, Key

MOST = 16  # of one chain; a public one has three or four


@dataclass(frozen=True)
class Given:
    """What a task gives. signed: (certificate, signer) by fingerprints, whatever the signer says of being one."""

    certificates: tuple[Certificate, ...]
    signed: frozenset[tuple[str, str]]
    key: Key

    def signs(self, by: Certificate, certificate: Certificate) -> bool:
        return (certificate.fingerprint, by.fingerprint) in self.signed


@dataclass(frozen=True)
class Chain:
    """leaf: None where none can be told. links: who signed it and each other, nearest first, a root last.

    rivals: other certificates that could be the server's own. unrelated: what no way up from the leaf leads to.
    repeated: how many certificates were given more than once.
    """

    leaf: t.Optional[Certificate]
    links: tuple[Certificate, ...] = ()
    rivals: tuple[Certificate, ...] = ()
    unrelated: tuple[Certificate, ...] = ()
    repeated: int = 0

    @property
    def members(self) -> tuple[Certificate, ...]:
        """The leaf first."""
        return (self.leaf, *self.links) if self.leaf else ()

    @property
    def top(self) -> t.Optional[Certificate]:
        return self.members[-1] if self.leaf else None

    @property
    def root(self) -> t.Optional[Certificate]:
        """Who signed itself at the end of the chain; the leaf too may be that."""
        return self.top if self.top is not None and self.top.self_issued else None

    @property
    def intermediates(self) -> tuple[Certificate, ...]:
        """Nearest to the leaf first."""
        return tuple(each for each in self.links if each is not self.root)


def sort_chain(given: Given) -> Chain:
    """By signatures alone; the order in which they were given tells nothing."""
    once = tuple({each.fingerprint: each for each in given.certificates}.values())
    repeated = len(given.certificates) - len(once)
    leaves = _leaves(given, once)
    if not leaves:
        return Chain(None, repeated=repeated, unrelated=once)
    leaf, others = leaves[0], tuple(each for each in once if each not in leaves)
    ways = list(_ways(given, leaf, others, ()))
    # A root that was cross-signed has two ways up: what lies on the other one is not uploaded, and no fault.
    reached = {each.fingerprint for way in ways for each in way}
    links = max(ways, key=_rank)
    return Chain(leaf, links, leaves[1:], tuple(each for each in others if each.fingerprint not in reached), repeated)


def _leaves(given: Given, once: t.Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Those that can be the server's own, the one that the key fits first."""
    # Signed none of the others, is no authority, and none of the others names it as the one who signed.
    ends = [each for each in once if each.authority is not True and not _has_signed(given, each, once)]
    fitting = [each for each in once if given.key.fits(each)]
    own = [each for each in fitting if each in ends] or ([] if ends else fitting)
    return (*own, *(each for each in ends if each not in own))


def _has_signed(given: Given, one: Certificate, once: t.Sequence[Certificate]) -> bool:
    others = [each for each in once if each != one]
    return any(given.signs(one, each) or each.issuer == one.subject for each in others)


def _ways(
    given: Given, here: Certificate, others: tuple[Certificate, ...], way: tuple[Certificate, ...]
) -> t.Iterator[tuple[Certificate, ...]]:
    """Every way up, each as far as it leads."""
    signers = () if here.self_issued else [each for each in others if given.signs(each, here) and each not in way]
    if not signers:
        yield way
    for each in signers:
        yield from _ways(given, each, others, (*way, each))


def _rank(way: tuple[Certificate, ...]) -> tuple[bool, float, int]:
    """One that ends at a root first, of these the one that holds longest, else the longest."""
    whole = bool(way) and way[-1].self_issued
    return whole, min((each.not_after for each in way), default=0.0) if whole else 0.0, len(way)
