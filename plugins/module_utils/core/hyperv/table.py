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
        ("no_virtualization", "Hardware virtualisation is off or missing", "enable it in the firmware", _SYSTEM),
        (
            "role_missing",
            "The Hyper-V role is not installed",
            "run the role with the tag hyperv_host_feature, and reboot",
            _SYSTEM,
        ),
        (
            "no_domain",
            "The host is not in an Active Directory domain",
            "join the host to the domain of the SMB shares and the other hosts",
            _CHECKLIST,
        ),
        (
            "other_domain",
            "The host is in an unexpected domain",
            "use one domain for all hosts and the SMB shares",
            _CHECKLIST,
        ),
        (
            "switch_missing",
            "The host has no virtual switch",
            "create an external switch before the host is added",
            _NETWORK,
        ),
        (
            "label_missing",
            "The traffic label names a virtual switch that does not exist",
            "create the switch, or correct the Hyper-V traffic label",
            _NETWORK,
        ),
        (
            "switch_not_external",
            "The virtual switch is not external, so it cannot reach other hosts",
            "bind the switch to a physical adapter",
            _NETWORK,
        ),
        (
            "user_not_in_group",
            "The agent's user is not in a local group that it needs",
            "add the user to the group: CloudStack manages the host as this user",
            _CHECKLIST,
        ),
        (
            "agent_missing",
            "CloudStack's agent for Hyper-V is not installed",
            "set hyperv_host_agent_installer, or install it manually",
            _AGENT,
        ),
        (
            "agent_not_running",
            "The agent's service is not running",
            "start the service, and set its start type to automatic",
            _AGENT,
        ),
        (
            "certificate_missing",
            "No certificate is bound to the agent's port",
            "bind a certificate: the management server connects with HTTPS",
            _AGENT,
        ),
        (
            "port_closed",
            "The firewall blocks the agent's port",
            "allow the management servers to connect to the port",
            _AGENT,
        ),
    ),
    rows(
        HURTS,
        ("ram_low", "The host has too little memory", "use a larger machine", _SYSTEM),
        ("disk_low", "The host has too little disk space", "use a larger machine", _SYSTEM),
        ("cpu_slow", "The CPU is too slow", "use a larger machine", _SYSTEM),
        (
            "share_unreachable",
            "An SMB share cannot be opened",
            "grant the domain user full control of an SMB 3 share",
            _STORAGE,
        ),
        ("smb_too_old", "SMB 3 is not supported", "enable SMB 3 on the host and the file server", _STORAGE),
        (
            "certificate_expiring",
            "The agent's certificate expires soon",
            "renew the certificate and bind the new one",
            _AGENT,
        ),
        (
            "agent_other_account",
            "The agent's service does not run as CloudStack's domain user",
            "set hyperv_host_user_password, or set the account of the service manually",
            _CHECKLIST,
        ),
        (
            "delegation_missing",
            "The computer may not act for users on services of the other hosts",
            "set hyperv_host_partners, or delegate CIFS and the migration service in Active Directory manually",
            _CHECKLIST,
        ),
        ("migration_off", "Live migration is disabled", "run the role with the tag hyperv_host_migration", _CHECKLIST),
        (
            "migration_not_kerberos",
            "Live migration does not use Kerberos authentication",
            "use Kerberos, with delegation of CIFS and the migration service in Active Directory",
            _CHECKLIST,
        ),
    ),
    rows(NOTE, ("link_slow", "Adapters are slower than 1 Gbit/s", "use gigabit adapters", _NETWORK)),
)

found = HYPERV.found
