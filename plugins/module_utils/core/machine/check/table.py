# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a KVM host. Docs and modules take it from here.

Sources: "KVM: …" and "Hosts: …" are sections of CloudStack's "Host KVM Installation" and "Working with Hosts"; cs#N is
an issue or pull request of apache/cloudstack, docs#N of apache/cloudstack-documentation.
"""

from __future__ import annotations

from ...findings import BLOCKS, HURTS, NOTE, Table, rows
from .table_system import HURTS_CLUSTER, HURTS_SYSTEM, NOTE_SYSTEM

_REQUIREMENTS, _SYSTEM = "KVM: System Requirements", "KVM: Prepare the Operating System"
_SECURITY, _HOST_SECURITY = "KVM: Configure the Security Policies", "Hosts: Security"
_NETWORK, _FIREWALL, _LIBVIRT = "KVM: Configure the Network Bridges", "KVM: Open Ports", "KVM: Configure libvirt"

KVM = Table(
    "host checks",
    rows(
        BLOCKS,
        (
            "cpu_not_64bit",
            "The CPU is not a 64-bit CPU that CloudStack supports",
            "use a machine with a supported 64-bit CPU",
            _REQUIREMENTS,
        ),
        (
            "cpu_no_virtualisation",
            "The CPU has no hardware virtualization",
            "enable VT-x or AMD-V in the firmware (nested: in the outer hypervisor)",
            _REQUIREMENTS,
        ),
        (
            "kvm_absent",
            "The CPU has hardware virtualization, but /dev/kvm does not exist",
            "load kvm_intel or kvm_amd; if that fails, enable virtualization in the firmware",
            _REQUIREMENTS,
        ),
        ("memory_small", "The host has too little memory", "add memory", _REQUIREMENTS),
        (
            "bridge_missing",
            "The traffic label names an interface that does not exist",
            "create the bridge, or correct the KVM traffic label of the physical network",
            _NETWORK + "; cs#9705",
        ),
        (
            "label_no_bridge",
            "The traffic label names an interface that is not a bridge",
            "add the interface to a bridge that has the name of the label",
            "docs#214; cs#9777",
        ),
        ("bridge_empty", "The bridge has no network card", "add the network card or bond to the bridge", "cs#6944"),
        (
            "nic_name",
            "The bridge has no network card with a name that the agent recognizes",
            "rename the network card (systemd.link), for example to eth0 or enp1s0",
            "cs#10727; docs#214",
        ),
        ("libvirt_absent", "libvirt is not installed", "install the cloudstack-agent package", _LIBVIRT),
        ("libvirt_unreachable", "libvirt does not answer", "check journalctl -u libvirtd -u virtqemud", _LIBVIRT),
        ("libvirt_old", "The version of libvirt is too old for CloudStack", "upgrade libvirt", _REQUIREMENTS),
        ("qemu_old", "The version of QEMU is too old for CloudStack", "upgrade QEMU", _REQUIREMENTS),
        (
            "sockets_not_masked",
            "libvirtd is configured to listen, but systemd's sockets prevent it",
            "mask the listed units with systemctl, then restart libvirtd",
            "cs#4754; cs#10667",
        ),
        ("agent_absent", "The CloudStack agent is not installed", "install cloudstack-agent", "KVM: Install the Agent"),
        (
            "keystore_left",
            "A keystore of a former installation exists",
            "remove the listed files and set listen_tls to 0 before the host is added again",
            "cs#7090; cs#6716",
        ),
        (
            "sudo_prompts",
            "The management server's user cannot use sudo without a prompt",
            "add 'USER ALL=(ALL) NOPASSWD:ALL' in /etc/sudoers.d",
            "cs#8223; cs#10808",
        ),
        ("ssh_silent", "Nothing listens on the SSH port", "start sshd", _FIREWALL),
        (
            "ssh_root_refused",
            "sshd does not allow root to log in",
            "set PermitRootLogin, or add the host as another user",
            "cs#5684",
        ),
        (
            "ssh_algorithms",
            "sshd accepts no algorithm of the management server's SSH library",
            "allow one of the listed algorithms in sshd_config",
            "cs#3255; cs#5684",
        ),
        (
            "foreign_vms",
            "VMs are running that CloudStack does not manage",
            "shut down or migrate these VMs",
            _REQUIREMENTS,
        ),
        (
            "management_unreachable",
            "The host cannot connect to a management server",
            "open its port 8250 to this host, and check that it runs",
            "cs#6716; " + _HOST_SECURITY,
        ),
        (
            "certificate_expired",
            "A certificate has expired",
            "run provisionCertificate for the host, then restart libvirtd and the agent",
            "cs#9562; cs#12982",
        ),
        (
            "certificate_not_yet_valid",
            "A certificate is not valid yet, or the host's clock is slow",
            "correct the clock, or run provisionCertificate again",
            "cs#8707",
        ),
        (
            "os_differs",
            "The distribution or its version differs from other hosts of the cluster",
            "use the same distribution and version on all hosts of a cluster",
            _REQUIREMENTS + "; cs#7616",
        ),
        (
            "guid_shared",
            "The agents of two hosts have the same guid",
            "remove guid from agent.properties of the copied host",
            "cs#12438",
        ),
        ("name_shared", "Two hosts have the same name", "use a different name for each host", _SYSTEM),
    ),
    rows(
        HURTS,
        ("fqdn_missing", "The host has no fully qualified name", "set the name in /etc/hosts or DNS", _SYSTEM),
        ("fqdn_unresolved", "The host's name cannot be resolved", "add the name to DNS or /etc/hosts", _SYSTEM),
        (
            "fqdn_loopback",
            "The host's name resolves to loopback addresses only",
            "set the name's management address in /etc/hosts (Debian writes 127.0.1.1)",
            _SYSTEM + "; cs#11709",
        ),
        (
            "fqdn_elsewhere",
            "The host's name resolves to the address of another machine",
            "correct DNS or /etc/hosts",
            "cs#11709",
        ),
        ("clock_unsynchronised", "The clock is not synchronized", "configure and start chrony", _SYSTEM),
        (
            "clock_offset",
            "The clock is wrong",
            "check chronyc sources; correct the clock with chronyc makestep",
            "cs#11286",
        ),
        ("bridge_down", "The bridge has no link", "activate the bridge and its network card", _NETWORK),
        (
            "libvirtd_args_twice",
            "LIBVIRTD_ARGS is set more than once; the last line applies",
            "keep exactly one of the lines",
            "cs#9965",
        ),
        (
            "libvirt_open",
            "libvirt gives anyone who connects to port 16509 full control of the host",
            "use TLS (16514), or allow port 16509 for the cluster only in the firewall",
            "cs#5834",
        ),
        (
            "libvirt_not_listening",
            "libvirt accepts no migrations: neither port 16514 nor 16509 listens",
            "run cloudstack-setup-agent, or set listen_tls=1 and --listen",
            _HOST_SECURITY + "; cs#9965",
        ),
        (
            "identity_left",
            "The agent has a guid of a former installation and would add the host again",
            "remove guid from agent.properties, unless the same host is to be added again",
            "cs#4218",
        ),
        (
            "port_taken",
            "Another program uses a port that CloudStack needs",
            "stop the program or change its port",
            _FIREWALL,
        ),
        (
            "selinux_enforcing",
            "SELinux is in enforcing mode",
            "set SELinux to permissive mode, or install a policy that allows the agent's work",
            _SECURITY,
        ),
        (
            "apparmor_enforced",
            "AppArmor confines libvirt",
            "disable the listed profiles, or add the agent's paths to them",
            _SECURITY,
        ),
        (
            "swap_used",
            "The host is swapping",
            "free memory before VMs are started; raise host.reserved.mem.mb",
            "cs#12276",
        ),
        (
            "huge_pages",
            "Memory is reserved as huge pages, which CloudStack counts as free for VMs",
            "release the huge pages, or raise host.reserved.mem.mb by their size",
            "cs#12276",
        ),
        (
            "bridge_netfilter_off",
            "Security groups have no effect: iptables does not filter bridged packets",
            "load br_netfilter and set net.bridge.bridge-nf-call-iptables=1",
            "cs#3057; cs#4303",
        ),
        (
            "forward_dropped",
            "A firewall drops packets that the guests' bridges forward",
            "allow bridged packets (ufw: DEFAULT_FORWARD_POLICY=ACCEPT; Docker: a rule for the bridge in "
            "DOCKER-USER), or set net.bridge.bridge-nf-call-iptables=0 if no security groups are used",
            "docs#190; docs#479; docs#510",
        ),
        (
            "igmp_memberships",
            "The limit of multicast memberships is too low for the number of VXLANs",
            "raise net.ipv4.igmp_max_memberships",
            "docs#444",
        ),
        (
            "management_partly",
            "The host cannot connect to some management servers",
            "open port 8250 of each management server",
            _HOST_SECURITY,
        ),
        (
            "site_unreachable",
            "A site outside of the cloud cannot be reached",
            "correct route, firewall or DNS, or use a package repository in your network",
            _SYSTEM,
        ),
        (
            "storage_unreachable",
            "Secondary storage cannot be reached",
            "open the port of the storage in firewalls between them",
            "KVM: Storage",
        ),
        (
            "mount_missing",
            "A shared file system of the other hosts of the cluster is not mounted",
            "mount it at the same path before the host is added",
            "4.11.1: Adding a Host (KVM)",
        ),
        (
            "storage_not_mountable",
            "Secondary storage cannot be mounted",
            "export the storage to this host",
            "KVM: Storage",
        ),
        ("nfs_client_absent", "The NFS client is not installed", "install nfs-common or nfs-utils", "KVM: Storage"),
        (
            "certificate_expiring",
            "A certificate expires soon",
            "run provisionCertificate for the host",
            "cs#9562; cs#4129",
        ),
        (
            "peer_unreachable",
            "A host of the cluster accepts no migrations from this host",
            "open ports 16514 and 16509",
            "cs#11709",
        ),
        (
            "uuid_shared",
            "Two hosts have the same machine UUID; libvirt refuses to migrate",
            "set host_uuid",
            "cs#12438",
        ),
        (
            "qemu_differs",
            "The version of QEMU differs from other hosts of the cluster",
            "upgrade the older hosts",
            "cs#9768",
        ),
        (
            "libvirt_differs",
            "The version of libvirt differs from other hosts of the cluster",
            "upgrade the older hosts",
            "cs#9768",
        ),
        (
            "cgroup_differs",
            "The cgroup version differs from other hosts of the cluster",
            "boot all hosts with the same cgroup version",
            "cs#9768; cs#8252",
        ),
        (
            "cpu_vendor_differs",
            "The CPU vendor differs from other hosts of the cluster",
            "add the host to another cluster",
            _REQUIREMENTS + "; docs#48",
        ),
        (
            "cpu_features_missing",
            "The CPU does not have all features of other hosts of the cluster",
            "set guest.cpu.mode=custom with a model that every host supports",
            _REQUIREMENTS + "; docs#48",
        ),
        (
            "secured_differs",
            "Secured and unsecured hosts in one cluster cannot migrate to each other",
            "provision certificates on all hosts",
            "cs#8379; cs#2505",
        ),
    ),
    HURTS_SYSTEM,
    HURTS_CLUSTER,
    rows(
        NOTE,
        ("swap_absent", "The host has no swap", "add swap if memory is over-provisioned", "cs#12276"),
        (
            "cpu_model_differs",
            "The CPU model differs from other hosts of the cluster",
            "compare features",
            _REQUIREMENTS,
        ),
        ("cpu_count_differs", "The number of CPUs differs from other hosts of the cluster", "", _REQUIREMENTS),
        (
            "kernel_differs",
            "The kernel differs from other hosts of the cluster",
            "install the same updates on all hosts",
            _REQUIREMENTS,
        ),
    ),
    NOTE_SYSTEM,
)
found = KVM.found
