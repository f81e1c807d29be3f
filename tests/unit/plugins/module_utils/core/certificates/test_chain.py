# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains are sorted by signatures alone, whatever the order and whatever is planted among them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.chain import Given, sort_chain
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import Certificate, Key


def certificate(name: str, issuer: str, authority: bool = True, key: str = "", until: float = 9.0) -> Certificate:
    return Certificate(
        f"CN={name}",
        f"CN={issuer}",
        0.0,
        until,
        common_name=name,
        authority=authority,
        fingerprint=f"{name} by {issuer} until {until}",
        public_key=key or name,
    )


def proved(certificates: list[Certificate], key: str = "leaf", forged: frozenset[str] = frozenset()) -> Given:
    """Every certificate is signed by those of its issuer's name, except for the forged ones."""
    signed = frozenset(
        (one.fingerprint, other.fingerprint)
        for one in certificates
        for other in certificates
        if one != other and one.issuer == other.subject and one.common_name not in forged
    )
    return Given(tuple(certificates), signed, Key("RSA 2048", 2048, "PKCS#8", False, key))


def ladder(steps: int) -> list[Certificate]:
    """The leaf first, the root last."""
    names = ["leaf", *(f"ca{n}" for n in range(steps)), "root"]
    rungs = [certificate(name, names[n + 1], n > 0) for n, name in enumerate(names[:-1])]
    return [*rungs, certificate("root", "root")]


@given(st.integers(0, 8), st.randoms(use_true_random=False), st.integers(0, 3))
def test_any_order_and_any_repetition_gives_the_same_chain(steps: int, random: object, repeated: int) -> None:
    whole = ladder(steps)
    mixed = [*whole, *whole[:repeated]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    chain = sort_chain(proved(mixed))
    assert chain.members == tuple(whole)
    assert (chain.root, chain.rivals, chain.unrelated) == (whole[-1], (), ())
    assert chain.repeated == len(mixed) - len(whole)


@given(st.integers(1, 6), st.data())
def test_a_missing_link_ends_the_chain_and_what_is_beyond_is_kept_apart(steps: int, data: st.DataObject) -> None:
    whole = ladder(steps)
    missing = data.draw(st.integers(1, len(whole) - 2))
    chain = sort_chain(proved(whole[:missing] + whole[missing + 1 :]))
    assert chain.members == tuple(whole[:missing])
    assert chain.root is None
    assert set(chain.unrelated) == set(whole[missing + 1 :])


def test_a_root_that_was_cross_signed_has_two_ways_and_the_longer_lived_is_taken() -> None:
    old, crossed = (
        certificate("old root", "old root", until=2.0),
        certificate("root", "old root", key="root", until=2.0),
    )
    whole = ladder(1)
    chain = sort_chain(proved([crossed, old, *reversed(whole)]))
    assert chain.members == tuple(whole)
    assert chain.unrelated == ()


def test_the_key_decides_which_of_two_is_the_servers_own() -> None:
    other = certificate("other", "ca0", authority=False)
    chain = sort_chain(proved([other, *ladder(1)]))
    assert chain.leaf is not None
    assert (chain.leaf.common_name, chain.rivals) == ("leaf", (other,))


def test_the_key_of_an_authority_does_not_make_it_the_servers_own() -> None:
    chain = sort_chain(proved(ladder(2), key="root"))
    assert chain.leaf is not None
    assert chain.leaf.common_name == "leaf"


def test_authorities_alone_have_no_leaf() -> None:
    chain = sort_chain(proved(ladder(2)[1:]))
    assert (chain.leaf, len(chain.unrelated)) == (None, 3)


def test_a_name_is_no_proof() -> None:
    whole = ladder(1)
    chain = sort_chain(proved(whole, forged=frozenset({"leaf"})))
    assert chain.members == (whole[0],)


def test_certificates_that_sign_each_other_end() -> None:
    one, other = certificate("one", "other"), certificate("other", "one")
    chain = sort_chain(proved([certificate("leaf", "one", False), one, other]))
    assert [each.common_name for each in chain.members] == ["leaf", "one", "other"]
