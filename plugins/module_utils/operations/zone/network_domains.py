# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The DNS suffix of a domain or an account.

Source: 4.11.1 documentation, "Customizing the Network Domain Name".
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, plain
from ...core.zone.network_domains import ACCOUNT, DOMAIN, Suffixed, checked_suffix
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure


def ensure_network_domain(
    cloud: Cloud, domain: str, account: t.Optional[str], suffix: t.Optional[str], check_mode: bool
) -> Outcome:
    """suffix: None only reads it, "" removes it. Raises InvalidValue, NotFound, Ambiguous."""
    wanted: dict[str, object] = {"network_domain": None if suffix is None else checked_suffix(suffix)}
    places = {"domain": domain, "account": account}

    def show(held: Suffixed) -> Fields:
        return {**plain(held), **places}

    if account is None:
        owner = lookup.one(cloud.domains, "domain", cloud.owner_id("domain", domain))
        return ensure(cloud, cloud.domains, DOMAIN, owner, wanted, "present", check_mode, show=show)
    owner = lookup.one(cloud.accounts, "account", cloud.owner_id("account", account, domain))
    wanted["new_name"] = owner.name
    return ensure(cloud, cloud.accounts, ACCOUNT, owner, wanted, "present", check_mode, show=show)
