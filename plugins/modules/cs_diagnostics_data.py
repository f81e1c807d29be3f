#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_diagnostics_data
short_description: Fetch an archive of diagnostics of a system VM or router of Apache CloudStack
description:
  - Lets the server collect logs and tables of a system VM or router, and fetches the archive into a file that only its
    owner can read.
  - The server returns the URL. It is used only if it leads to a secondary storage VM of the zone, by HTTPS. Redirects
    are not followed.
  - Requires CloudStack 4.14 or newer.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
options:
  zone:
    description: Name or ID of the zone in which the system VM or router is searched. Defaults to all zones.
  name:
    description: Name or ID of the system VM or router. It has to run.
    type: str
    required: true
  files:
    description:
      - Absolute paths of files and names of tables, such as V(/var/log/cloud.log) and V([IPTABLES]).
      - By default the files in the setting C(diagnostics.systemvm.defaults).
    type: list
    elements: str
    default: []
  dest:
    description: Path of the archive where the task runs. An existing file is replaced.
    type: path
    required: true
  ca_path:
    description: File of the CA certificates with which the secondary storage VM is verified, instead of the system's.
    type: path
  plain_http:
    description:
      - Accept that the archive is fetched without encryption.
      - Secondary storage VMs use HTTPS if they have a certificate, see M(hostcraft.cloudstack.cs_console_certificate).
    type: bool
    default: false
  max_size:
    description: Size in MiB that the archive may have.
    type: int
    default: 1024
  timeout:
    description: Seconds that the download may take.
    type: float
    default: 1800
attributes:
  idempotent:
    support: none
    details: Each run makes and fetches a new archive.
notes:
  - The task has to run where the public address of the secondary storage VM can be reached.
seealso:
  - module: hostcraft.cloudstack.cs_diagnostics
"""

EXAMPLES = r"""
- name: Fetch the firewall rules and a log of a router
  hostcraft.cloudstack.cs_diagnostics_data:
    name: r-7-VM
    files: ["[IPTABLES]", /var/log/cloud.log]
    dest: /var/tmp/r-7-VM.zip
    ca_path: /etc/ssl/consoles-ca.pem
"""

RETURN = r"""
id:
  description: ID of the system VM or router.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Its name.
  returned: success
  type: str
  sample: r-7-VM
kind:
  description: What it is.
  returned: success
  type: str
  sample: router
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
archive:
  description: Name of the archive on the server.
  returned: changed, not in check mode
  type: str
  sample: diagnostics_files_r-7-VM.zip
dest:
  description: Path of the file.
  returned: changed, not in check mode
  type: str
  sample: /var/tmp/r-7-VM.zip
size:
  description: Its size in bytes.
  returned: changed, not in check mode
  type: int
  sample: 48213
sha256:
  description: Its checksum.
  returned: changed, not in check mode
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
encrypted:
  description: Whether it was fetched by HTTPS.
  returned: changed, not in check mode
  type: bool
  sample: true
kept_seconds:
  description: How long the server keeps the archive. V(null) if it does not delete archives.
  returned: success
  type: int
  sample: 86400
settings:
  description: Settings of the server about archives. V(null) if the server does not have one.
  returned: success
  type: dict
  sample: {"diagnostics.data.gc.enable": "true", "diagnostics.data.max.file.age": "86400"}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.diagnostics import (
    DATA,
    retrieve,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=DATA, operation=retrieve)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
