# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of hypervisors and their hosts; the specs are in ``interface/hypervisors``."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``hypervisor``; with it, options of modules that speak to a vCenter or a pool alone."""

    DOCUMENTATION = r"""
options:
  hypervisor:
    description:
      - Connection to the hypervisors of the cluster, to read and verify what CloudStack does not report.
      - A password is tried only once, so that a wrong password does not lock the account.
    type: dict
    suboptions:
      url:
        description:
          - For KVM, a libvirt URI in which V({host}) is replaced by the name of each host and V({address}) by its IP
            address, such as V(qemu+tls://{host}/system), V(qemu+ssh://root@{address}/system) or
            V(qemu+tcp://{address}/system).
          - For XenServer and XCP-ng, the address of the pool master, such as V(https://xen1.example.net). A member
            redirects to the master. Several addresses, separated by commas, are tried in turn.
          - For VMware, the address of the vCenter, such as V(https://vcenter.example.net).
          - If not set, E(CLOUDSTACK_HYPERVISOR_URL) is used.
        type: str
      username:
        description:
          - User name; if not set, E(CLOUDSTACK_HYPERVISOR_USERNAME) is used.
          - For KVM, used only if libvirt asks for a password (SASL). SSH uses the user in the URI, and SSH keys.
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
          - File of CA certificates that are used instead of the system's. If not set, E(CLOUDSTACK_HYPERVISOR_CA) is
            used.
        type: path
      pki_path:
        description:
          - For KVM, directory that contains C(cacert.pem), C(clientcert.pem) and C(clientkey.pem) for TLS connections
            of libvirt.
        type: path
      cluster:
        description: For VMware, name of the cluster in vCenter, if the name in CloudStack does not end with it.
        type: str
      timeout:
        description: Maximum number of seconds for one call.
        type: float
        default: 30
"""

    HOSTS = r"""
options:
  hosts:
    description:
      - Names of the hosts. Defaults to all hosts of the cluster.
    type: list
    elements: str
    default: []
"""

    KIND = r"""
options:
  hypervisor:
    description:
      - Kind of the hypervisor.
    type: str
    choices: [KVM, XenServer, VMware, Hyperv, LXC, BareMetal, Ovm3, Simulator, Custom]
"""

    VSPHERE = r"""
options:
  cluster:
    description:
      - Name of the cluster in vCenter. If two datacenters have clusters with this name, use V(DATACENTER/CLUSTER). The
        name in CloudStack, V(VCENTER/DATACENTER/CLUSTER), is accepted too.
    type: str
    required: true
"""

    XENSERVER = r"""
options:
  timeout:
    description: Maximum number of seconds for one step.
    type: float
    default: 900
attributes:
  check_mode:
    description: Reports what would be done and changes nothing.
    support: full
  diff_mode:
    description: Lists what was done, or would be done.
    support: full
"""
