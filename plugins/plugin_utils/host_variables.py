# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of thousands of hosts, of which Ansible puts those of each host together from the beginning."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.inventory.group import Group
from ansible.vars import clean, manager

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.worker import spare_inherited

READERS = ("get_vars_from_inventory_sources", "get_vars_from_path")


@contextlib.contextmanager
def many_hosts() -> t.Iterator[None]:
    """Within it, Ansible looks once for the variables of a group and for its connection plugins, not for each host.

    Both are most of the time that it takes for a host. Nothing else changes, and a version of Ansible that has other
    functions for it takes its time.
    """
    spare_inherited()
    with contextlib.ExitStack() as stack:
        for name in READERS:
            if hasattr(manager, name):
                stack.enter_context(_replaced(manager, name, _by_group(getattr(manager, name))))
        if hasattr(clean, "connection_loader"):
            stack.enter_context(_replaced(clean, "connection_loader", _Plugins(clean.connection_loader)))
        yield


@contextlib.contextmanager
def _replaced(module: t.Any, name: str, by: t.Any) -> t.Iterator[None]:
    held = getattr(module, name)
    setattr(module, name, by)
    try:
        yield
    finally:
        setattr(module, name, held)


def _by_group(read: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    known: dict[t.Any, t.Any] = {}

    def remembering(loader: t.Any, place: t.Any, entities: t.Sequence[t.Any], stage: t.Any) -> t.Any:
        if not all(isinstance(each, Group) for each in entities):
            return read(loader, place, entities, stage)
        where = place if isinstance(place, str) else tuple(place)
        key = (where, tuple(each.name for each in entities), stage)
        if key not in known:
            known[key] = read(loader, place, entities, stage)
        return known[key]

    return remembering


class _Plugins:
    """Ansible's loader of plugins, with a memory for where they are."""

    def __init__(self, loader: t.Any) -> None:
        self._loader = loader
        self._paths: t.Optional[list[str]] = None

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._loader, name)

    def all(self, *args: t.Any, **options: t.Any) -> t.Iterable[t.Any]:
        if args or options != {"path_only": True}:
            return t.cast("t.Iterable[t.Any]", self._loader.all(*args, **options))
        if self._paths is None:
            self._paths = list(self._loader.all(path_only=True))
        return self._paths
