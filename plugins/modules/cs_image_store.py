#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_image_store
short_description: Manage secondary storage of Apache CloudStack
description:
  - Adds, changes and removes image stores.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.content
  - hostcraft.cloudstack.state
options:
  name:
    description: Name of the image store.
    type: str
    required: true
  zone:
    description:
      - Name or id of the zone. Required for V(NFS) and V(SMB) if there are several zones. Object storage serves all
        zones.
  url:
    description:
      - URL of the store, such as V(nfs://10.10.3.5/export/secondary). It cannot be changed, but see
        O(force_recreate).
    type: str
  provider:
    description:
      - Provider of the store, such as V(NFS), V(S3) or V(Swift). Required to add one. It cannot be changed.
      - V(SMB) is a store of V(NFS) with a URL such as V(cifs://SERVER/SHARE?user=USER&password=PASSWORD&domain=DOMAIN).
        CloudStack has no provider of that name. Its password is not compared.
    type: str
  details:
    description: Further parameters of the provider, such as the keys of S3. Used only to add the store.
    type: dict
  read_only:
    description: Whether the store is read-only. Needs CloudStack 4.15 or newer.
    type: bool
  force_recreate:
    description:
      - Remove the store and add it again if O(url), O(provider) or O(zone) differ. Its contents are not moved.
      - If the new store cannot be added, the task fails. A store of NFS is added again as it was.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_image_store_info
  - module: hostcraft.cloudstack.cs_storage_content
"""

EXAMPLES = r"""
- name: Add secondary storage to a zone
  hostcraft.cloudstack.cs_image_store:
    name: secondary
    zone: zurich
    provider: NFS
    url: nfs://10.10.3.5/export/secondary

- name: Replace the storage with one at another URL
  hostcraft.cloudstack.cs_image_store:
    name: secondary
    zone: zurich
    provider: NFS
    url: nfs://10.10.3.7/export/secondary
    force_recreate: true
"""

RETURN = r"""
id:
  description: Id of the store.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the store.
  returned: success
  type: str
  sample: secondary
zone:
  description: Name of its zone. Empty if it serves all zones.
  returned: success
  type: str
  sample: zurich
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
url:
  description: URL of the store.
  returned: success
  type: str
  sample: nfs://10.10.3.5/export/secondary
protocol:
  description: Protocol of the store.
  returned: success
  type: str
  sample: nfs
provider:
  description: Provider of the store.
  returned: success
  type: str
  sample: NFS
provider_name:
  description: Provider of the store, as RV(provider).
  returned: success
  type: str
  sample: NFS
scope:
  description: Whether it serves a zone or all.
  returned: success
  type: str
  sample: ZONE
read_only:
  description: Whether it is read-only.
  returned: success
  type: bool
  sample: false
disk_size_total:
  description: Its size in bytes. Null if the server does not know it yet.
  returned: success
  type: int
  sample: 1099511627776
disk_size_used:
  description: Bytes in use.
  returned: success
  type: int
  sample: 10737418240
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.image_store import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
