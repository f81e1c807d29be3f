# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a KVM host. Docs and modules take it from here.

Sources: "KVM: …" and "Hosts: …" are sections of CloudStack's "Host KVM Installation" and "Working with Hosts"; cs#N is
an issue or pull request of apache/cloudstack, docs#N of apache/cloudstack-documentation.
"""

from __future__ import annotations

from ...findings import BLOCKS, HURTS, NOTE, Table, rows

_REQUIREMENTS, _SYSTEM = "KVM: System Requirements", "KVM: Prepare the Operating System"
_SECURITY, _HOST_SECURITY = "KVM: Configure the Security Policies", "Hosts: Security"
_NETWORK, _FIREWALL, _LIBVIRT = "KVM: Configure the Network Bridges", "KVM: Open Ports", "KVM: Configure libvirt"

KVM = Table(
    "host checks",
    rows(
        BLOCKS,
        ("cpu_not_64bit", "The CPU is no 64-bit one that CloudStack knows", "use a 64-bit machine", _REQUIREMENTS),
        (
            "cpu_no_virtualisation",
            "The CPU offers no hardware virtualisation",
            "turn VT-x or AMD-V on in the firmware (nested: in the outer hypervisor)",
            _REQUIREMENTS,
        ),
        (
            "kvm_absent",
            "The CPU could, but there is no /dev/kvm",
            "load kvm_intel or kvm_amd; if that fails, the firmware has virtualisation locked off",
            _REQUIREMENTS,
        ),
        ("memory_small", "Too little memory", "add memory", _REQUIREMENTS),
        (
            "bridge_missing",
            "No interface is named as the traffic label says",
            "make the bridge, or correct the KVM traffic label of the physical network",
            _NETWORK + "; cs#9705",
        ),
        (
            "label_no_bridge",
            "The traffic label names an interface that is no bridge",
            "put the interface into a bridge and name the bridge as the label",
            "docs#214; cs#9777",
        ),
        ("bridge_empty", "The bridge has no network card", "add the card or bond to the bridge", "cs#6944"),
        (
            "nic_name",
            "No card of the bridge has a name that the agent recognises",
            "rename the card (systemd.link), for instance to eth0 or enp1s0",
            "cs#10727; docs#214",
        ),
        ("libvirt_absent", "libvirt is not installed", "install the cloudstack-agent package", _LIBVIRT),
        ("libvirt_unreachable", "libvirt does not answer", "see journalctl -u libvirtd -u virtqemud", _LIBVIRT),
        ("libvirt_old", "libvirt is older than CloudStack can use", "upgrade libvirt", _REQUIREMENTS),
        ("qemu_old", "QEMU is older than CloudStack can use", "upgrade QEMU", _REQUIREMENTS),
        (
            "sockets_not_masked",
            "libvirtd is to listen itself, but systemd holds its sockets",
            "systemctl mask the named units, then restart libvirtd",
            "cs#4754; cs#10667",
        ),
        ("agent_absent", "The CloudStack agent is not installed", "install cloudstack-agent", "KVM: Install the Agent"),
        (
            "keystore_left",
            "A keystore of an earlier life is there",
            "remove the named files, and set listen_tls back to 0, before the host is added again",
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
            "sshd does not let root in",
            "set PermitRootLogin, or add the host as another user",
            "cs#5684",
        ),
        (
            "ssh_algorithms",
            "sshd accepts nothing that the management server's SSH library speaks",
            "allow one of the named algorithms in sshd_config",
            "cs#3255; cs#5684",
        ),
        ("foreign_vms", "VMs are running that are not CloudStack's", "shut them down or move them", _REQUIREMENTS),
        (
            "management_unreachable",
            "No management server answers",
            "open its port 8250 towards this host, and see that it runs",
            "cs#6716; " + _HOST_SECURITY,
        ),
        (
            "certificate_expired",
            "A certificate has expired",
            "provisionCertificate for the host, then restart libvirtd and the agent",
            "cs#9562; cs#12982",
        ),
        (
            "certificate_not_yet_valid",
            "A certificate is not valid yet, or this clock is behind",
            "set the clock right, or provision again",
            "cs#8707",
        ),
        (
            "os_differs",
            "Another distribution or version than the rest of the cluster",
            "use one distribution version in a cluster",
            _REQUIREMENTS + "; cs#7616",
        ),
        (
            "guid_shared",
            "Another host's agent has the same guid",
            "remove guid from agent.properties of the copied host",
            "cs#12438",
        ),
        ("name_shared", "Another host has the same name", "give each host a name of its own", _SYSTEM),
    ),
    rows(
        HURTS,
        ("fqdn_missing", "The host has no fully qualified name", "set it in /etc/hosts or DNS", _SYSTEM),
        ("fqdn_unresolved", "The host's own name does not resolve", "add it to DNS or /etc/hosts", _SYSTEM),
        (
            "fqdn_loopback",
            "The host's own name resolves to the loopback only",
            "give the name its management address in /etc/hosts (Debian writes 127.0.1.1)",
            _SYSTEM + "; cs#11709",
        ),
        ("fqdn_elsewhere", "The host's own name is another machine's address", "correct DNS or /etc/hosts", "cs#11709"),
        ("clock_unsynchronised", "The clock is not synchronised", "configure and start chrony", _SYSTEM),
        ("clock_offset", "The clock is off", "see chronyc sources; step it by chronyc makestep", "cs#11286"),
        ("bridge_down", "The bridge has no link", "bring it and its card up", _NETWORK),
        (
            "libvirtd_args_twice",
            "LIBVIRTD_ARGS is set more than once; the last one wins",
            "leave exactly one line",
            "cs#9965",
        ),
        (
            "libvirt_open",
            "libvirt gives whoever connects to port 16509 a root shell",
            "use TLS (16514), or limit 16509 to the cluster by firewall",
            "cs#5834",
        ),
        (
            "libvirt_not_listening",
            "libvirt takes no migrations: neither 16514 nor 16509 listens",
            "run cloudstack-setup-agent, or set listen_tls and --listen",
            _HOST_SECURITY + "; cs#9965",
        ),
        (
            "identity_left",
            "The agent keeps the guid of an earlier life and would add itself back",
            "remove guid from agent.properties, unless this very host is to return",
            "cs#4218",
        ),
        ("port_taken", "Another program holds a port that CloudStack needs", "stop it or move it", _FIREWALL),
        (
            "selinux_enforcing",
            "SELinux is enforcing",
            "setenforce 0 and SELINUX=permissive, or a policy that allows the agent's work",
            _SECURITY,
        ),
        (
            "apparmor_enforced",
            "AppArmor confines libvirt",
            "disable the named profiles, or extend them by the agent's paths",
            _SECURITY,
        ),
        (
            "swap_used",
            "The host is swapping",
            "free memory before VMs come; raise host.reserved.mem.mb",
            "cs#12276",
        ),
        (
            "huge_pages",
            "Memory is set aside as huge pages, which CloudStack counts as free for VMs",
            "release them, or raise host.reserved.mem.mb by as much",
            "cs#12276",
        ),
        (
            "bridge_netfilter_off",
            "Security groups have no effect: bridged packets do not pass iptables",
            "load br_netfilter and set net.bridge.bridge-nf-call-iptables=1",
            "cs#3057; cs#4303",
        ),
        (
            "forward_dropped",
            "A firewall drops what the bridges of guests pass on",
            "let bridged packets through (ufw: DEFAULT_FORWARD_POLICY=ACCEPT; Docker: a rule for the bridge in "
            "DOCKER-USER), or set net.bridge.bridge-nf-call-iptables=0 where no security groups are used",
            "docs#190; docs#479; docs#510",
        ),
        (
            "igmp_memberships",
            "Too few multicast memberships for that many VXLANs",
            "raise net.ipv4.igmp_max_memberships",
            "docs#444",
        ),
        ("management_partly", "Some management servers do not answer", "open port 8250 of each", _HOST_SECURITY),
        ("storage_unreachable", "Secondary storage does not answer", "open the way to its port", "KVM: Storage"),
        ("storage_not_mountable", "Secondary storage cannot be mounted", "export it to this host", "KVM: Storage"),
        ("nfs_client_absent", "There is no NFS client", "install nfs-common or nfs-utils", "KVM: Storage"),
        ("certificate_expiring", "A certificate expires soon", "provisionCertificate for the host", "cs#9562; cs#4129"),
        ("peer_unreachable", "A host of the cluster takes no migrations from here", "open 16514 and 16509", "cs#11709"),
        (
            "uuid_shared",
            "Another host has the same machine UUID; libvirt refuses to migrate",
            "set host_uuid",
            "cs#12438",
        ),
        ("qemu_differs", "Another QEMU version than the rest of the cluster", "upgrade the older hosts", "cs#9768"),
        (
            "libvirt_differs",
            "Another libvirt version than the rest of the cluster",
            "upgrade the older hosts",
            "cs#9768",
        ),
        ("cgroup_differs", "Another cgroup version than the rest of the cluster", "boot all alike", "cs#9768; cs#8252"),
        (
            "cpu_vendor_differs",
            "Another CPU vendor than the rest of the cluster",
            "put the host into another cluster",
            _REQUIREMENTS + "; docs#48",
        ),
        (
            "cpu_features_missing",
            "The CPU lacks features that others of the cluster have",
            "set guest.cpu.mode=custom with a model that every host has",
            _REQUIREMENTS + "; docs#48",
        ),
        (
            "secured_differs",
            "Secured and unsecured hosts in one cluster cannot migrate to each other",
            "provision certificates on all hosts",
            "cs#8379; cs#2505",
        ),
    ),
    rows(
        NOTE,
        ("swap_absent", "There is no swap", "add some where memory is over-provisioned", "cs#12276"),
        ("cpu_model_differs", "Another CPU model than the rest of the cluster", "compare features", _REQUIREMENTS),
        ("cpu_count_differs", "Another number of CPUs than the rest of the cluster", "", _REQUIREMENTS),
        ("kernel_differs", "Another kernel than the rest of the cluster", "update all hosts alike", _REQUIREMENTS),
    ),
)
found = KVM.found
