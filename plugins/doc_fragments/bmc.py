# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the connection to controllers; the spec is in ``interface/bmc/access.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``bmc``."""

    DOCUMENTATION = r"""
options:
  bmc:
    description:
      - How to reach the controller from where the task runs, beside the management server's own way.
      - A password that the controller refuses is sent once only.
    type: dict
    suboptions:
      protocol:
        description:
          - Protocol of the controller.
          - By default the one of the driver that CloudStack has for the host.
        type: str
        choices: [ipmi, redfish]
      address:
        description:
          - Address or name of the controller.
          - By default the one that CloudStack has for the host.
        type: str
      port:
        description:
          - UDP port of IPMI or TCP port of Redfish.
          - By default the one that CloudStack has for the host, else V(623) for IPMI and V(443) for Redfish.
        type: int
      username:
        description:
          - User of the controller. If not set, E(CLOUDSTACK_BMC_USERNAME) is used.
          - By default the one that CloudStack has for the host.
        type: str
      password:
        description: Password of that user. If not set, E(CLOUDSTACK_BMC_PASSWORD) is used.
        type: str
      validate_certs:
        description: Whether the certificate of a Redfish controller is verified.
        type: bool
        default: true
      ca_path:
        description: File of CA certificates to verify with instead of the system's.
        type: path
      timeout:
        description: Seconds that one answer of the controller may take.
        type: float
        default: 15
requirements:
  - pyghmi for IPMI, sushy for Redfish, for the Python interpreter that runs the task, where O(bmc) is given
"""
