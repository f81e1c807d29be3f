# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operations on zones need: settings, dedications, address ranges of pods."""

from __future__ import annotations

import typing as t

from ..core.zone.dedication import Dedication, Owner, Tenant
from ..core.zone.hosts import Host, HostName
from ..core.zone.resource_limits import LimitOwner
from ..core.zone.settings import Setting
from .collection import Collection


class Hosts(Collection[Host], t.Protocol):
    """The hypervisor hosts."""

    def means(self, which: HostName, **scope: object) -> t.Sequence[Host]:
        """Those that a declaration means; from the second question of a scope on by listing it once."""

    def held(self) -> t.ContextManager[None]:
        """While many hosts are written, one that fails is no reason to list all of them anew."""


class Settings(t.Protocol):
    """Configuration settings; ``scope`` is "global" or one of core.zone.settings.SCOPES, ``scope_id`` its id."""

    def find(self, name: str, scope: str = "global", scope_id: str = "") -> t.Optional[Setting]: ...

    def all(self, scope: str = "global", scope_id: str = "") -> t.Sequence[Setting]: ...

    def own(self, cluster_id: str) -> t.Sequence[Setting]:
        """Those of a cluster's own values; where the server does not tell these apart, all that it has."""

    def write(self, name: str, value: str, scope: str = "global", scope_id: str = "") -> Setting: ...

    def reset(self, name: str, scope: str = "global", scope_id: str = "") -> Setting: ...


class Dedications(t.Protocol):
    """Places that are kept for a domain or account; scopes are those of core.zone.dedication.SCOPES."""

    def all(self, scope: str, place_id: str = "") -> t.Sequence[Dedication]: ...

    def give(self, scope: str, place_id: str, owner: Owner) -> None: ...

    def release(self, scope: str, place_id: str) -> None: ...

    def tenants(self, scope: str, place_id: str) -> t.Sequence[Tenant]:
        """Users' VMs that are on hosts of a place."""

    def family(self, domain_id: str) -> t.Collection[str]:
        """Ids of a domain and of all below it."""

    def names(self) -> t.Mapping[str, str]:
        """Paths of domains and names of accounts by their ids."""


class Limits(t.Protocol):
    """Limits of domains, accounts and projects."""

    def owner(self, domain: str, account: str, project: str) -> LimitOwner:
        """The project, else the account, else the domain of that name. Raises NotFound or Ambiguous."""

    def all(self, owner: LimitOwner) -> t.Mapping[int, int]:
        """Limits by the number of the resource; -1 for none."""

    def write(self, owner: LimitOwner, number: int, most: int) -> None: ...


class Offers(t.Protocol):
    """What a server has to offer; empty where it does not tell."""

    def services(self) -> t.Mapping[str, t.Sequence[str]]:
        """Names of network service providers by service."""

    def os_categories(self) -> t.Mapping[str, str]:
        """Ids of categories of guest operating systems by name; "None" is one too."""

    def planners(self) -> t.Sequence[str]:
        """Names of deployment planners."""

    def storage(self, kind: str) -> t.Sequence[str]:
        """Names of storage providers of a kind ("primary", "image")."""


class PodRanges(t.Protocol):
    """Management addresses of pods; read with the pod itself."""

    def add(self, pod_id: str, **fields: object) -> None: ...

    def resize(self, pod_id: str, start_ip: str, end_ip: str, new_end_ip: str) -> None: ...

    def remove(self, pod_id: str, start_ip: str, end_ip: str, vlan: str) -> None: ...
