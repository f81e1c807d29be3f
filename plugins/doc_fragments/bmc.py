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
      - Connection from the machine where the task runs to the controller, in addition to the management server's own
        one.
      - A wrong password is tried only once.
    type: dict
    suboptions:
      protocol:
        description:
          - Protocol of the controller.
          - Defaults to the protocol of the host's driver in CloudStack.
        type: str
        choices: [ipmi, redfish]
      address:
        description:
          - Address or name of the controller.
          - Defaults to the value that CloudStack has for the host.
        type: str
      port:
        description:
          - UDP port of IPMI or TCP port of Redfish.
          - Defaults to the port that CloudStack has for the host, or else to V(623) for IPMI and V(443) for Redfish.
        type: int
      username:
        description:
          - User of the controller. If not set, E(CLOUDSTACK_BMC_USERNAME) is used.
          - Defaults to the value that CloudStack has for the host.
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
        description: Maximum number of seconds for one answer of the controller.
        type: float
        default: 15
requirements:
  - pyghmi for IPMI, sushy for Redfish, for the Python interpreter that runs the task, if O(bmc) is set
"""
