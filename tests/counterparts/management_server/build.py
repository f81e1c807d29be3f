# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays the stand-in packages out as those of 4.22 are, and packs them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PLUGINS = "plugins/module_utils"
# The collection's own code for CloudStack's encryption, and what it needs.
SHARED = ("adapters/database/encryption.py", "core/errors.py", "core/database/forms.py")
INSIDE = "usr/share/cloudstack-common/lib/ansible_collections/hostcraft/cloudstack/plugins/module_utils"
LIB, MS = "usr/share/cloudstack-common/lib", "usr/share/cloudstack-management"
SECONDARY = "usr/share/cloudstack-common/scripts/storage/secondary"
CONF = "etc/cloudstack/management"
ENVIRONMENT = "# Stand-in.\npaths.script=/usr/share/cloudstack-common\nmount.parent=/var/lib/cloudstack/mnt\n"
CIPHERS = "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1\n"
HYPERVISORS = {
    "kvm-x86_64": ("kvm-%s-x86_64", "x86_64-kvm.qcow2.bz2"),
    "kvm-aarch64": ("kvm-%s-aarch64", "aarch64-kvm.qcow2.bz2"),
    "vmware": ("vmware-%s-x86_64", "x86_64-vmware.ova"),
    "xenserver": ("xenserver-%s-x86_64", "x86_64-xen.vhd.bz2"),
    "hyperv": ("hyperv-%s-x86_64", "x86_64-hyperv.vhd.zip"),
    "lxc": ("lxc-%s-x86_64", "x86_64-kvm.qcow2.bz2"),
    "ovm3": ("ovm3-%s-x86_64", "x86_64-ovm.raw.bz2"),
}


@dataclass
class Deb:
    """files: place → source or text, mode. links: place → what it points to. scripts: of DEBIAN."""

    name: str
    version: str
    depends: str
    files: dict[str, tuple[Path | str | bytes, int]]
    links: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    scripts: dict[str, str] = field(default_factory=dict)
    provides: str = ""

    def build(self, work: Path, into: Path) -> Path:
        tree = work / self.name
        for place in self.folders:
            (tree / place).mkdir(parents=True, exist_ok=True)
        for place, (source, mode) in self.files.items():
            target = tree / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, Path):
                shutil.copyfile(source, target)
            else:
                target.write_bytes(source.encode() if isinstance(source, str) else source)
            target.chmod(mode)
        for place, aim in self.links.items():
            (tree / place).parent.mkdir(parents=True, exist_ok=True)
            (tree / place).symlink_to(aim)
        control = tree / "DEBIAN"
        control.mkdir(parents=True)
        fields = {
            "Package": self.name,
            "Version": self.version,
            "Architecture": "all",
            "Depends": self.depends,
            "Provides": self.provides,
            "Maintainer": "nobody <nobody@example.net>",
            "Description": f"stand-in of hostcraft.cloudstack's tests, not the real {self.name}",
        }
        (control / "control").write_text("".join(f"{k}: {v}\n" for k, v in fields.items() if v), encoding="utf-8")
        kept = [f"/{place}\n" for place in self.files if place.startswith("etc/")]
        if kept:
            (control / "conffiles").write_text("".join(kept), encoding="utf-8")
        for name, text in self.scripts.items():
            (control / name).write_text("#!/bin/sh\nset -e\n" + textwrap.dedent(text), encoding="utf-8")
            (control / name).chmod(0o755)
        made = into / f"{self.name}_{self.version}_all.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(made)]
        subprocess.run(command, check=True, capture_output=True)
        return made


def common(version: str) -> Deb:
    shims = {f"{LIB}/standin/{path.name}": (path, 0o644) for path in sorted((HERE / "guest").glob("*.py"))}
    shared = {f"{INSIDE}/{name}": (ROOT / PLUGINS / name, 0o644) for name in SHARED}
    patches = ("agent.zip", "cloud-scripts.tgz", "patch-sysvms.sh")
    return Deb(
        "cloudstack-common",
        version,
        "python3, python3-pymysql, python3-cryptography, python3-netaddr, nfs-common, genisoimage, uuid-runtime",
        {
            **shims,
            **shared,
            f"{LIB}/cloudstack-utils.jar": (b"PK\x05\x06" + bytes(18), 0o644),
            f"{LIB}/jasypt-1.9.3.jar": (b"PK\x05\x06" + bytes(18), 0o644),
            f"{SECONDARY}/cloud-install-sys-tmplt": (HERE / "bin/install_sys_template.sh", 0o755),
            f"{SECONDARY}/createtmplt.sh": ("#!/bin/bash\n# Stand-in.\nexit 0\n", 0o755),
            f"{SECONDARY}/setup-sysvm-tmplt": ("#!/bin/bash\n# Stand-in.\nexit 0\n", 0o755),
            "usr/share/cloudstack-common/scripts/installer/pre-check.sh": (HERE / "bin/pre_check.sh", 0o755),
            **{f"usr/share/cloudstack-common/vms/{name}": ("stand-in\n", 0o755) for name in patches},
            **{
                f"usr/bin/cloudstack-set-guest-{name}": ("#!/bin/bash\nexit 0\n", 0o755)
                for name in ("password", "sshkey")
            },
        },
        folders=("usr/share/cloudstack-common/scripts/vm/hypervisor/xenserver",),
    )


def metadata(version: str, templates: Mapping[str, bytes]) -> str:
    """templates: section → the file's content, of those that the package has."""
    short, minor = ".".join(version.split(".")[:3]), ".".join(version.split(".")[:2])
    # templateConfig.sh takes md5sum.txt before 4.22, and sha512sum.txt since.
    algorithm = hashlib.sha512 if tuple(int(part) for part in version.split(".")[:2]) >= (4, 22) else hashlib.md5
    lines = ["[default]", f"version = {version}.0" if version.count(".") == 2 else f"version = {version}", ""]
    for section, (name, tail) in HYPERVISORS.items():
        file = f"systemvmtemplate-{short}-{tail}"
        digest = algorithm(templates.get(section, section.encode())).hexdigest()
        lines += [
            f"[{section}]",
            f"templatename = systemvm-{name % short}",
            f"checksum = {digest}",
            f"downloadurl = https://download.example.net/systemvm/{minor}/{file}",
            f"filename = {file}",
            f"arch = {'aarch64' if 'aarch64' in section else 'x86_64'}",
            "guestos = Debian GNU/Linux 12 (64-bit)",
            "",
        ]
    return "\n".join(lines)


MANAGEMENT_POSTINST = """\
if [ "$1" = configure ]; then
    getent passwd cloud >/dev/null || \\
        adduser --quiet --system --group --no-create-home --home /var/lib/cloudstack/management cloud
    for folder in /var/cache/cloudstack/management /var/lib/cloudstack/management /var/log/cloudstack/management; do
        chmod 0770 $folder
        chgrp cloud $folder
    done
    chown -R cloud:cloud /var/log/cloudstack/management /usr/share/cloudstack-management/templates
    chmod 0640 /etc/cloudstack/management/db.properties
    chgrp cloud /etc/cloudstack/management/db.properties
    properties=/etc/cloudstack/management/db.properties
    for side in cloud usage simulator; do
        grep -q "db.$side.driver=jdbc:mysql" $properties || sed -i "\\$adb.$side.driver=jdbc:mysql" $properties
    done
    for side in cloud usage; do
        sed -i -e "s/^db.$side.slaves=/db.$side.replicas=/" \\
            -e "s/^db.$side.\\(seconds\\|queries\\)BeforeRetryMaster=/db.$side.\\1BeforeRetrySource=/" $properties
    done
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --quiet cloudstack-management.service
        # As dh_systemd does it unless the packager forbids it.
        [ -z "$2" ] || ! systemctl is-active --quiet cloudstack-management || systemctl restart cloudstack-management
    fi
fi
"""
MANAGEMENT_PRERM = """\
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl stop cloudstack-management || true; fi
"""
USAGE_POSTINST = """\
if [ "$1" = configure ]; then
    for name in db.properties key; do
        if [ -f /etc/cloudstack/management/$name ]; then
            rm -f /etc/cloudstack/usage/$name
            ln -s /etc/cloudstack/management/$name /etc/cloudstack/usage/$name
        fi
    done
    if [ ! -f /usr/local/libexec/sanity-check-last-id ]; then
        mkdir -p /usr/local/libexec
        echo 1 >/usr/local/libexec/sanity-check-last-id
    fi
    chown cloud:cloud /usr/local/libexec/sanity-check-last-id
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --quiet cloudstack-usage.service
        [ -z "$2" ] || ! systemctl is-active --quiet cloudstack-usage || systemctl restart cloudstack-usage
    fi
fi
"""
USAGE_PREINST = """\
if [ "$1" = upgrade ]; then rm -f /usr/share/cloudstack-usage/lib/*.jar; fi
"""


def management(version: str, templates: Mapping[str, bytes]) -> Deb:
    etc, sql, bin = HERE / "etc", HERE / "sql", HERE / "bin"
    needs = (
        f"cloudstack-common (= {version}), openjdk-17-jre-headless, net-tools, sudo, "
        "python3-mysql.connector | mysql-connector-python-py3, augeas-tools, mysql-client | mariadb-client, adduser, "
        "bzip2, ipmitool, file, gawk, iproute2, qemu-utils, rng-tools, python3-dnspython, lsb-release, "
        "init-system-helpers (>= 1.14~), python3-setuptools, wget"
    )
    names = {
        section: f"systemvmtemplate-{'.'.join(version.split('.')[:3])}-{HYPERVISORS[section][1]}"
        for section in templates
    }
    files: dict[str, tuple[Path | str | bytes, int]] = {
        f"{CONF}/db.properties": (etc / "db.properties", 0o640),
        f"{CONF}/server.properties": (etc / "server.properties", 0o644),
        f"{CONF}/environment.properties": (ENVIRONMENT, 0o644),
        f"{CONF}/ehcache.xml": ("<ehcache/>\n", 0o644),
        f"{CONF}/java.security.ciphers": (CIPHERS, 0o644),
        f"{CONF}/log4j-cloud.xml": (etc / "log4j-cloud.xml", 0o644),
        f"{CONF}/config.json": ("{}\n", 0o644),
        "etc/default/cloudstack-management": (etc / "management.default", 0o644),
        "etc/sudoers.d/cloudstack": (etc / "sudoers", 0o440),
        "etc/security/limits.d/cloudstack-limits.conf": (etc / "limits.conf", 0o644),
        "etc/logrotate.d/cloudstack-management": (etc / "logrotate", 0o644),
        "lib/systemd/system/cloudstack-management.service": (etc / "cloudstack-management.service", 0o644),
        f"{MS}/lib/VERSION": (f"{version}\n", 0o644),
        f"{MS}/lib/cloudstack-{version}.jar": (b"PK\x05\x06" + bytes(18), 0o644),
        f"{MS}/webapp/index.html": ("<!DOCTYPE html>\n", 0o644),
        f"{MS}/templates/systemvm/metadata.ini": (metadata(version, templates), 0o644),
        f"{MS}/setup/db/first-upgrade.sql": (sql / "first-upgrade.sql", 0o644),
        "usr/bin/cloudstack-setup-databases": (bin / "setup_databases.py", 0o755),
        "usr/bin/cloudstack-setup-management": (bin / "setup_management.py", 0o755),
        "usr/bin/cloudstack-setup-encryption": (bin / "setup_encryption.py", 0o755),
        "usr/bin/cloudstack-migrate-databases": (bin / "migrate_databases.sh", 0o755),
        "usr/bin/cloudstack-sysvmadm": (bin / "sysvmadm.sh", 0o755),
        "usr/bin/cloudstack-update-xenserver-licenses": ("#!/bin/bash\nexit 0\n", 0o755),
        "usr/bin/cmk": ("#!/bin/bash\nexit 0\n", 0o755),
    }
    for path in sorted(sql.glob("*.sql")):
        if path.name != "first-upgrade.sql":
            files[f"{MS}/setup/{path.name}"] = (path, 0o644)
    for section, content in templates.items():
        files[f"{MS}/templates/systemvm/{names[section]}"] = (content, 0o644)
    folders = tuple(f"var/{kind}/cloudstack/management" for kind in ("cache", "lib", "log"))
    folders += ("var/lib/cloudstack/mnt", "etc/cloudstack/extensions", f"{MS}/cks/conf")
    links = {
        f"{MS}/conf": f"/{CONF}",
        f"{MS}/logs": "/var/log/cloudstack/management",
        f"{MS}/extensions": "/etc/cloudstack/extensions",
        f"{CONF}/log4j2.xml": "log4j-cloud.xml",
    }
    scripts = {"postinst": MANAGEMENT_POSTINST, "prerm": MANAGEMENT_PRERM}
    return Deb("cloudstack-management", version, needs, files, links, folders, scripts)


def usage(version: str) -> Deb:
    etc = HERE / "etc"
    return Deb(
        "cloudstack-usage",
        version,
        f"cloudstack-management (= {version}), cloudstack-common (= {version}), openjdk-17-jre-headless, "
        "init-system-helpers",
        {
            # db.properties is not a conffile: the postinst puts a link in its place.
            "etc/cloudstack/usage/log4j-cloud.xml": (etc / "log4j-cloud.xml", 0o644),
            "etc/default/cloudstack-usage": (etc / "usage.default", 0o644),
            "lib/systemd/system/cloudstack-usage.service": (etc / "cloudstack-usage.service", 0o644),
            "usr/share/cloudstack-usage/lib/cloudstack-usage.jar": (b"PK\x05\x06" + bytes(18), 0o644),
        },
        folders=("var/log/cloudstack/usage",),
        scripts={"postinst": USAGE_POSTINST, "preinst": USAGE_PREINST},
    )


def java() -> Deb:
    """The packages' dependency, whose programs run the stand-ins of CloudStack's classes."""
    real = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java"
    return Deb(
        "openjdk-17-jre-headless",
        "17.0.15+6-1~deb12u1~standin",
        "python3",
        {real.lstrip("/"): (HERE / "bin/java.sh", 0o755)},
        {"usr/bin/java": real},
        provides="java17-runtime-headless, java-runtime-headless",
    )


def connector() -> Deb:
    """What MySQL's own repository offers; Debian 12 has no such package."""
    place = "usr/lib/python3/dist-packages/mysql"
    return Deb(
        "mysql-connector-python-py3",
        "8.0.33-1debian12~standin",
        "python3",
        {f"{place}/__init__.py": ("", 0o644), f"{place}/connector/__init__.py": ("", 0o644)},
    )
