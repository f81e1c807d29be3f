# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Primary and secondary storage."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import unquote

from ..change import Rules, same_set, same_word
from .topology import REPLACE


@dataclass(frozen=True)
class StoragePool:
    """A primary storage pool as ``listStoragePools`` shows it; sizes in bytes."""

    id: str
    name: str
    zone_id: str = ""
    zone: str = ""
    pod_id: str = ""
    pod: str = ""
    cluster_id: str = ""
    cluster: str = ""
    ip_address: t.Optional[str] = None
    path: t.Optional[str] = None
    type: t.Optional[str] = None
    scope: str = ""
    state: str = ""
    hypervisor: t.Optional[str] = None
    provider: t.Optional[str] = None
    managed: t.Optional[bool] = None
    storage_tags: tuple[str, ...] = ()
    capacity_bytes: t.Optional[int] = None
    capacity_iops: t.Optional[int] = None
    disk_size_total: t.Optional[int] = None
    disk_size_allocated: t.Optional[int] = None
    disk_size_used: t.Optional[int] = None
    overprovision_factor: t.Optional[str] = None
    created: t.Optional[str] = None

    @property
    def enabled(self) -> bool:
        """Whether new volumes may be placed on it."""
        return self.state != "Disabled"


@dataclass(frozen=True)
class ImageStore:
    """A secondary storage as ``listImageStores`` shows it."""

    id: str
    name: str
    zone_id: str = ""
    zone: str = ""
    url: t.Optional[str] = None
    protocol: t.Optional[str] = None
    provider: str = ""
    scope: t.Optional[str] = None
    read_only: t.Optional[bool] = None


STORAGE_POOL = Rules(
    kind="storage pool",
    required=("name", "zone_id", "storage_url"),
    fixed=dict.fromkeys(
        ("zone_id", "pod_id", "cluster_id", "scope", "hypervisor", "provider", "managed", "ip_address", "path"),
        REPLACE,
    ),
    write_only=frozenset(("storage_url",)),
    same={"storage_tags": same_set, "scope": same_word, "hypervisor": same_word, "provider": same_word},
)
IMAGE_STORE = Rules(
    kind="image store",
    required=("name", "provider"),
    fixed={"url": REPLACE, "provider": REPLACE, "zone_id": REPLACE},
    same={"provider": same_word},
    write_only=frozenset(("details",)),
)


def url_place(url: str) -> dict[str, str]:
    """The address and path that a pool added by this URL shows (``nfs://10.0.0.5:/export/a``), where it tells them.

    Only for NFS, whose URL and listing correspond one to one; for the rest nothing is compared.
    """
    if not url.lower().startswith("nfs://"):
        return {}
    host, _slash, path = url[len("nfs://") :].partition("/")
    # The listing shows no port (nfs://10.0.0.5:2049/export).
    return {"ip_address": re.sub(r":\d*$", "", host), "path": "/" + unquote(path)}
