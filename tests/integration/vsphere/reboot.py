# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart an ESXi host by its vCenter, as a patch does: ``reboot.py HOST``."""

from __future__ import annotations

import os
import ssl
import sys

from pyVim.connect import Disconnect, SmartConnect

ADDRESS = os.environ["CLOUDSTACK_HYPERVISOR_URL"].removeprefix("https://")
HOST, _colon, PORT = ADDRESS.partition(":")
service = SmartConnect(
    host=HOST,
    port=int(PORT),
    user=os.environ["CLOUDSTACK_HYPERVISOR_USERNAME"],
    pwd=os.environ["CLOUDSTACK_HYPERVISOR_PASSWORD"],
    sslContext=ssl.create_default_context(cafile=os.environ["CLOUDSTACK_HYPERVISOR_CA"]),
)
datacenter = service.content.rootFolder.childEntity[0]
host = next(each for each in datacenter.hostFolder.childEntity[0].host if each.name == sys.argv[1])
host.RebootHost_Task(force=False)
Disconnect(service)
