# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the ``requests`` package that read each answer within a limit of time and size."""

from __future__ import annotations

import typing as t

from .limits import MIB, MOST, AnswerTooLarge, bounded

CHUNK = 1 << 16


def session(requests: t.Any, seconds: float) -> t.Any:
    """A session whose connections read each answer within ``seconds``. requests: the package."""
    import urllib3

    response = bounded(seconds, compressed=True)
    pools = {}
    for scheme, kind in (("http", urllib3.HTTPConnectionPool), ("https", urllib3.HTTPSConnectionPool)):
        connection = type("Connection", (kind.ConnectionCls,), {"response_class": response})
        pools[scheme] = type(kind.__name__, (kind,), {"ConnectionCls": connection})

    class Adapter(requests.adapters.HTTPAdapter):  # type: ignore[misc]  # requests ships no types
        def init_poolmanager(self, *args: t.Any, **more: t.Any) -> None:
            super().init_poolmanager(*args, **more)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *args: t.Any, **more: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*args, **more)
            manager.pool_classes_by_scheme = pools
            return manager

    opened = requests.Session()
    for scheme in pools:
        opened.mount(f"{scheme}://", Adapter())
    return opened


def body_of(answer: t.Any, most: int = MOST) -> bytes:
    """What an answer holds, decompressed. Raises AnswerTooLarge above ``most`` bytes."""
    body = bytearray()
    try:
        for chunk in answer.iter_content(CHUNK):
            body += chunk
            if len(body) > most:
                raise AnswerTooLarge(f"the answer has more than {most // MIB} MiB")
    finally:
        # Read to the end, the connection goes back to the session; else it is given up.
        answer.close()
    return bytes(body)


def caused_by(error: t.Any, name: str) -> bool:
    """Whether an error of that class name is among what the libraries wrapped."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or not isinstance(each, BaseException):
            continue
        seen.add(id(each))
        if type(each).__name__ == name:
            return True
        waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
    return False
