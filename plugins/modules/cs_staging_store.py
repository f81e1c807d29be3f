#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_staging_store
short_description: Manage NFS staging stores of Apache CloudStack
description:
  - Adds and removes NFS staging stores of a zone. With object storage (S3 or Swift) as secondary storage, every zone
    needs one, because hosts cannot mount object storage. Templates and snapshots pass through it.
  - A store cannot be changed. It is identified by its URL.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
options:
  url:
    description: URL of the store, such as V(nfs://10.10.3.5/export/staging).
    type: str
    required: true
  details:
    description: Further parameters of the store. Used only to add it.
    type: dict
seealso:
  - module: hostcraft.cloudstack.cs_staging_store_info
  - module: hostcraft.cloudstack.cs_image_store
"""

EXAMPLES = r"""
- name: Add a staging store
  hostcraft.cloudstack.cs_staging_store:
    zone: zurich
    url: nfs://10.10.3.5/export/staging

- name: Remove the staging store
  hostcraft.cloudstack.cs_staging_store:
    zone: zurich
    url: nfs://10.10.3.5/export/staging
    state: absent
"""

RETURN = r"""
id:
  description: Id of the store.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the store, which is its URL.
  returned: success
  type: str
  sample: nfs://10.10.3.5/export/staging
url:
  description: URL of the store.
  returned: success
  type: str
  sample: nfs://10.10.3.5/export/staging
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
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
  description: Scope of the store.
  returned: success
  type: str
  sample: ZONE
read_only:
  description: Whether it is read-only.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.staging_store import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
