# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every thing that can be in the way of an upgrade, and what helps.

Sources: management server facts measured on 4.22 (8.1 to 8.6); 4.11.1 documentation, "Upgrade Instructions".
"""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

DOC = "Upgrade Instructions"
CHECKER = "DatabaseUpgradeChecker"
TEMPLATES = "SystemVmTemplateRegistration"

UPGRADE = Table(
    "upgrades",
    rows(
        BLOCKS,
        ("version_unknown", "The table version has no complete version", "restore a backup of the database", CHECKER),
        ("downgrade", "The database is newer than the wanted version", "choose a newer version", CHECKER),
        (
            "upgrade_interrupted",
            "An upgrade of the schema was interrupted",
            "restore the backup made before it, then upgrade again",
            CHECKER,
        ),
        (
            "not_upgraded",
            "The database does not have the wanted version yet",
            "look for the reason in management-server.log of the first server",
            CHECKER,
        ),
        (
            "lock_held",
            "A management server is checking or upgrading the schema",
            "wait until it serves, or stop it",
            CHECKER,
        ),
        (
            "package_not_offered",
            "The package repository does not have the wanted version",
            "set the repository of the wanted version, and refresh the package lists",
            DOC,
        ),
        (
            "package_not_installable",
            "The package manager refuses the wanted version",
            "make its dependencies available; Debian 12 has no python3-mysql.connector",
            "facts 2",
        ),
        (
            "package_back_not_offered",
            "The package repository no longer has the present version, so a failed upgrade cannot be undone",
            "keep the repository of the present version in addition to that of the wanted version until the upgrade is "
            "complete",
            DOC,
        ),
        ("package_held", "The package is held and would not be upgraded", "release it: apt-mark unhold", DOC),
        (
            "packages_differ",
            "Management servers have packages of different versions",
            "install the version of the database on all of them",
            DOC,
        ),
        (
            "server_versions_differ",
            "Running management servers have different versions",
            "stop those that do not have the version of the database",
            "cs#11973",
        ),
        (
            "server_unknown",
            "A running management server is not part of the upgrade",
            "add it to the group of management servers, or stop it",
            "cs#11973",
        ),
        ("server_alive", "A management server is still running", "stop it: the upgrade is not rolling", DOC),
        ("jobs_running", "Jobs are running", "wait for them, or cancel them", DOC),
        ("node_unreachable", "A management server cannot be reached", "repair its connection", DOC),
        (
            "host_not_up",
            "A host is not Up, so its agent cannot be upgraded and checked",
            "repair its agent, or remove the host",
            DOC,
        ),
        (
            "host_in_transition",
            "A host is entering maintenance, or failed to enter it",
            "end or cancel its maintenance",
            DOC,
        ),
        (
            "agent_newer",
            "An agent is newer than the wanted version",
            "choose a newer version, or install the older agent",
            DOC,
        ),
        (
            "hypervisor_removed",
            "The wanted version does not support a hypervisor version",
            "upgrade the hypervisor first",
            "Release Notes, 8.3.5",
        ),
        (
            "template_missing",
            "The system VM template of the wanted version is not registered",
            "register it under exactly this name, and wait until it is ready (cs_system_vm_template)",
            DOC,
        ),
        (
            "template_not_ready",
            "The system VM template of the wanted version is not ready in a zone",
            "wait until it is ready in each zone with this hypervisor",
            DOC,
        ),
        (
            "metadata_missing",
            "The new package has no metadata.ini of system VM templates, without which no server starts",
            "install a complete package cloudstack-management",
            TEMPLATES,
        ),
        (
            "template_file_missing",
            "The new package has no file of a system VM template that is needed",
            "put the file named in metadata.ini there before the first start",
            TEMPLATES,
        ),
        (
            "template_file_corrupt",
            "The file of a system VM template does not have the checksum of metadata.ini",
            "download it again",
            TEMPLATES,
        ),
        (
            "template_lost",
            "The version is complete, but its system VM template was not registered",
            "put the template file in place, restore the backup, and start the first server again",
            "cs#6166",
        ),
        (
            "store_full",
            "An image store has no room for the new system VM template",
            "free 2.2 GB, or add a store",
            TEMPLATES,
        ),
        (
            "rights_missing",
            "The database account does not have the rights that the schema upgrade needs",
            "GRANT ALL on cloud.* and cloud_usage.* to it",
            CHECKER,
        ),
        (
            "java_wrong",
            "The wanted version does not support this version of Java",
            "install Java 17 and make it the default",
            DOC,
        ),
        (
            "local_path_slash",
            "The path of local storage ends with a slash, which releases before 4.14 refuse",
            "remove the slash from path in the table storage_pool",
            DOC,
        ),
        (
            "dump_space",
            "There is not enough room for the dump of the databases",
            "free space, or set another path",
            DOC,
        ),
        (
            "replica_broken",
            "Replication is broken",
            "repair it: NULL in the lag means that a thread is stopped",
            "facts 7.2",
        ),
        (
            "encryption_differs",
            "Management servers have different encryption types, versions or keys",
            "copy key and encryption settings of db.properties from the server that starts",
            "CloudStackEncryptor",
        ),
        (
            "encryptor_wrong",
            "db.properties has another encryptor version than the values of the database",
            "set db.cloud.encryptor.version to the one of the database",
            "CloudStackEncryptor",
        ),
        (
            "sql_mode_groups",
            "4.11 does not work with ONLY_FULL_GROUP_BY",
            "remove it from sql_mode in the configuration of the database",
            DOC,
        ),
    ),
    rows(
        HURTS,
        (
            "no_nfs_store",
            "A zone has no writable NFS image store, so the server does not install the new system VM template there",
            "add one (cs_image_store), or register the template yourself (cs_system_vm_template)",
            TEMPLATES,
        ),
        (
            "host_in_maintenance",
            "A host is in maintenance, so VMs have less capacity during the upgrade of the agents",
            "end its maintenance",
            DOC,
        ),
        (
            "agent_old",
            "An agent is older than the version of the database",
            "upgrade the agents of the present version first",
            "cs#8406",
        ),
        (
            "jobs_orphaned",
            "Jobs of a management server that is down count as running until it starts",
            "start that server, or correct the rows manually if it no longer exists",
            "AsyncJobManagerImpl",
        ),
        (
            "system_vm_small",
            "System VMs have less than the 512 MiB that the wanted version needs",
            "give them a larger system offering (cs_system_vm, cs_router)",
            "facts 8.1",
        ),
        ("system_vm_not_running", "A system VM does not run", "start it (cs_system_vm)", DOC),
        (
            "router_old",
            "Virtual routers are older than the version of the database",
            "upgrade them first (playbook upgrade_routers), or with the rest afterwards",
            DOC,
        ),
        ("replica_lagging", "A replica is behind", "wait until it has caught up", "facts 7.2"),
        (
            "connections_few",
            "max_connections is below 350 for each management server",
            "raise it in the configuration of the database",
            DOC,
        ),
        (
            "functions_not_trusted",
            "MySQL with binary logs does not let this account create procedures",
            "SET GLOBAL log_bin_trust_function_creators=1",
            "facts 7.1",
        ),
        (
            "java_back",
            "The present version does not support this version of Java, so a rollback may end without a running server",
            "keep a Java of the present version installed, and make it the default (update-alternatives) before a "
            "rollback",
            DOC,
        ),
        (
            "node_space",
            "A management server has little room for the new packages",
            "free 5 GB below /usr",
            "facts 3.1",
        ),
    ),
    rows(
        NOTE,
        ("up_to_date", "The database has the wanted version", "", CHECKER),
        ("setting_unknown", "Settings that the present version no longer has", "", "configuration.updated"),
        (
            "server_retired",
            "The database has a management server that is neither running nor in the inventory",
            "remove its row (removeManagementServer, 4.21 and newer)",
            "facts 6.1",
        ),
        (
            "template_downloaded",
            "The first server downloads a system VM template that the package does not have, and needs the internet",
            "put the file named in metadata.ini there if it cannot reach the address",
            TEMPLATES,
        ),
        ("host_disabled", "A host is disabled", "", DOC),
        ("server_closed", "A management server is in maintenance, which its restart ends", "", "facts 6.5"),
    ),
)
