# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the user that the management server logs in as, and what sshd speaks."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found

# Of the management server's SSH library, old and new releases (trilead-ssh2 #59, cs#3255).
KEY_EXCHANGES = frozenset(
    (
        *(f"diffie-hellman-group{tail}" for tail in ("1-sha1", "14-sha1", "14-sha256", "16-sha512", "18-sha512")),
        *(f"diffie-hellman-group-exchange-{tail}" for tail in ("sha1", "sha256")),
        *(f"ecdh-sha2-nistp{size}" for size in (256, 384, 521)),
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
    )
)
# The management server's own key is RSA.
KEY_SIGNATURES = frozenset(("ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"))


def judge_access(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The user that the management server logs in as, and what sshd speaks."""
    access = host.access
    if access.user != "root":
        if access.sudo is None:
            yield Unseen("sudo_prompts", f"the sudo rights of {access.user}")
        elif not access.sudo:
            yield found("sudo_prompts", f"user {access.user}", user=access.user)
    if access.sshd is None:
        yield Unseen("ssh_algorithms", "sshd's settings")
        return
    if access.user == "root" and access.sshd.get("permitrootlogin") == "no":
        yield found("ssh_root_refused", "PermitRootLogin no")
    by_password = access.sshd.get("passwordauthentication", "yes") == "yes"
    # Kept by name as sshd -T of different releases calls them.
    keys = access.sshd.get("pubkeyacceptedalgorithms") or access.sshd.get("pubkeyacceptedkeytypes")
    for name, offered, known in (
        ("KexAlgorithms", access.sshd.get("kexalgorithms"), KEY_EXCHANGES),
        ("PubkeyAcceptedAlgorithms", None if by_password else keys, KEY_SIGNATURES),
    ):
        if offered and not known & set(offered.split(",")):
            yield found("ssh_algorithms", f"{name} {offered}", setting=name, usable=sorted(known))
