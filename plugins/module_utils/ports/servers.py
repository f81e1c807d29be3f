# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers, and their administrator."""

from __future__ import annotations

import typing as t

from ..core.servers.admin import Keys
from ..core.servers.nodes import Server


class ManagementServers(t.Protocol):
    """Management servers; nothing is remembered. Raises ApiError, Unsupported."""

    def all(self) -> t.Sequence[Server]: ...

    def act(self, action: str, id: str, **more: object) -> None:
        """One of the actions of core.servers.nodes. more: algorithm, forced, rebalance."""

    def needs(self, action: str) -> None:
        """Raises Unsupported where the release does not have it."""

    def jobs(self, id: str) -> t.Sequence[str]:
        """What is under way there, for people."""

    def changed_settings(self) -> t.Sequence[tuple[str, str]]:
        """Names of settings that were changed, and when, as far back as there are events."""


class AdminLogin(t.Protocol):
    """A session of the web interface, which needs no API keys. Raises TransportError, ApiError."""

    def enter(self, password: str) -> bool:
        """One login, never repeated with the same password, because too many wrong ones disable a user."""

    def change(self, old: str, new: str) -> None: ...

    def keys(self) -> t.Optional[Keys]:
        """None where the user has none."""

    def make_keys(self) -> Keys:
        """Those from before are not accepted any more."""

    def accepts(self, keys: Keys) -> bool:
        """Whether a signed call of the same user succeeds."""


class KeysFile(t.Protocol):
    """The file that gets the API keys. Raises InvalidValue."""

    def held(self) -> t.Optional[Keys]: ...

    def write(self, keys: Keys) -> None: ...
