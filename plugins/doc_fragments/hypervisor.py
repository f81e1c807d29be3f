# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the connection to hypervisors."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``hypervisor``; with it, options of modules that speak to a vCenter or a pool alone."""

    DOCUMENTATION = r"""
options:
  hypervisor:
    description:
      - How to reach the hypervisors of the cluster themselves, to see and prove what CloudStack does not tell.
      - A password is tried once only, so that a wrong one does not lock its account.
    type: dict
    suboptions:
      url:
        description:
          - For KVM a libvirt URI in which V({host}) stands for a host's name and V({address}) for its IP address, such
            as V(qemu+tls://{host}/system), V(qemu+ssh://root@{address}/system) or V(qemu+tcp://{address}/system).
          - For XenServer and XCP-ng the address of the pool's master, V(https://xen1.example.net); a member says who
            the master is and is followed. Several, separated by commas, are tried in turn.
          - For VMware the address of the vCenter, V(https://vcenter.example.net).
          - If not set, E(CLOUDSTACK_HYPERVISOR_URL) is used.
        type: str
      username:
        description:
          - User name; if not set, E(CLOUDSTACK_HYPERVISOR_USERNAME) is used.
          - For KVM only where libvirt asks for a password (SASL); ssh takes the user of the URI, and its keys.
        type: str
      password:
        description: Password; if not set, E(CLOUDSTACK_HYPERVISOR_PASSWORD) is used.
        type: str
      validate_certs:
        description: Whether certificates are verified.
        type: bool
        default: true
      ca_path:
        description:
          - File of CA certificates to verify with instead of the system's; if not set, E(CLOUDSTACK_HYPERVISOR_CA) is
            used.
        type: path
      pki_path:
        description:
          - For KVM, folder of C(cacert.pem), C(clientcert.pem) and C(clientkey.pem) for TLS connections of libvirt.
        type: path
      cluster:
        description: For VMware, name of the cluster in vCenter, if CloudStack's name of it does not end with it.
        type: str
      timeout:
        description: Seconds that one call may take.
        type: float
        default: 30
"""

    VSPHERE = r"""
options:
  cluster:
    description:
      - Name of the cluster in vCenter, with its datacenter before it, as V(DATACENTER/CLUSTER), where two have clusters
        of one name. CloudStack's own name of it, V(VCENTER/DATACENTER/CLUSTER), will do.
    type: str
    required: true
"""

    XENSERVER = r"""
options:
  timeout:
    description: Seconds that one step may take.
    type: float
    default: 900
attributes:
  check_mode:
    description: Can run in check mode and say what would be done, without changing anything.
    support: full
  diff_mode:
    description: Lists what was done or would be.
    support: full
"""
