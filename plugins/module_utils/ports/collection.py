# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All things of one kind, as an operation reads and changes them."""

from __future__ import annotations

import typing as t

E_co = t.TypeVar("E_co", covariant=True)


class Collection(t.Protocol[E_co]):
    """All things of one kind, under the field names of their dataclass in ``core``."""

    def all(self, **filters: object) -> t.Sequence[E_co]:
        """Those that match, by the server's own filters; from memory when asked before and nothing was written."""

    def again(self, **filters: object) -> t.Sequence[E_co]:
        """The same, read again from the server."""

    def find(self, name: str, **scope: object) -> t.Sequence[E_co]:
        """Those of that name or id in a scope; the second name asked for in a scope is answered by listing it once."""

    def fresh(self, held: t.Any) -> E_co:
        """The same thing, read again from the server. Raises NotFound."""

    def check(self, new: bool, **fields: object) -> None:
        """Check before the first write that the server supports what a creation or change of these fields sends.

        Raises Unsupported.
        """

    def create(self, **fields: object) -> E_co: ...

    def update(self, id: str, **fields: object) -> E_co: ...

    def delete(self, id: str, **options: object) -> None: ...
