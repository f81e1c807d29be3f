# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of checks of a Hyper-V host.

Source: Hypervisor installation, "Installing Hyper-V for CloudStack", by section.
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

_SYSTEM, _CHECKLIST = "Hyper-V: Minimum System Requirements", "Hyper-V: Preparation Checklist"
_NETWORK, _AGENT = "Hyper-V: Physical Network Configuration", "Hyper-V: Installing the CloudStack Agent"
_WINDOWS, _STORAGE = "Hyper-V: Supported Operating Systems", "Hyper-V: Supported Storage"

HYPERV = Table(
    "Hyper-V checks",
    rows(
        BLOCKS,
        ("os_too_old", "Windows is older than Windows Server 2012 R2 (6.3)", "install a supported release", _WINDOWS),
        ("not_64bit", "The processor is not 64-bit", "use another machine", _SYSTEM),
        ("no_virtualization", "Hardware virtualisation is off or missing", "switch it on in the firmware", _SYSTEM),
        (
            "role_missing",
            "The Hyper-V role is not installed",
            "run the role with tag hyperv_host_feature, and reboot",
            _SYSTEM,
        ),
        (
            "no_domain",
            "The host is in no Active Directory domain",
            "join it to the domain of the SMB shares and other hosts",
            _CHECKLIST,
        ),
        (
            "other_domain",
            "The host is in another domain than wanted",
            "all hosts and the SMB shares must be in one domain",
            _CHECKLIST,
        ),
        (
            "switch_missing",
            "There is no virtual switch",
            "make an external one before the host is added",
            _NETWORK,
        ),
        (
            "label_missing",
            "No virtual switch is named as the traffic label says",
            "make it, or correct the Hyper-V traffic label",
            _NETWORK,
        ),
        (
            "switch_not_external",
            "The virtual switch reaches no other host",
            "bind it to a physical adapter",
            _NETWORK,
        ),
        (
            "user_not_in_group",
            "The agent's user is not in a local group that it needs",
            "add it: CloudStack manages the host as this user",
            _CHECKLIST,
        ),
        (
            "agent_missing",
            "CloudStack's agent for Hyper-V is not installed",
            "set hyperv_host_agent_installer, or install it by hand",
            _AGENT,
        ),
        (
            "agent_not_running",
            "The agent's service does not run",
            "start it, and have it start by itself",
            _AGENT,
        ),
        (
            "certificate_missing",
            "No certificate is bound to the agent's port",
            "bind one: the management server speaks HTTPS to it",
            _AGENT,
        ),
        (
            "port_closed",
            "The firewall lets nothing in to the agent's port",
            "let the management servers in",
            _AGENT,
        ),
    ),
    rows(
        HURTS,
        ("ram_low", "Too little memory", "use a larger machine", _SYSTEM),
        ("disk_low", "Too little disk space", "use a larger machine", _SYSTEM),
        ("cpu_slow", "The CPU is too slow", "use a larger machine", _SYSTEM),
        (
            "share_unreachable",
            "An SMB share cannot be opened",
            "give the domain user full control of an SMB 3 share",
            _STORAGE,
        ),
        ("smb_too_old", "SMB 3 is not spoken", "enable SMB 3 on the host and the file server", _STORAGE),
        ("certificate_expiring", "The agent's certificate expires soon", "renew it and bind the new one", _AGENT),
        ("migration_off", "Live migration is off", "run the tag hyperv_host_migration", _CHECKLIST),
        (
            "migration_not_kerberos",
            "Live migration does not authenticate by Kerberos",
            "use Kerberos, with delegation of CIFS and the migration service in Active Directory",
            _CHECKLIST,
        ),
    ),
    rows(NOTE, ("link_slow", "Adapters are slower than 1 Gbit/s", "use gigabit adapters", _NETWORK)),
)

found = HYPERV.found
