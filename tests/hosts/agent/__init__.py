# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the package cloudstack-agent, which no mirror within reach has: its names and paths, not its work."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FILES = Path(__file__).resolve().parent / "files"
PLACES = {
    "agent.properties": ("etc/cloudstack/agent/agent.properties", 0o640),
    "cloudstack-agent.service": ("lib/systemd/system/cloudstack-agent.service", 0o644),
    "agent.py": ("usr/share/cloudstack-agent/agent.py", 0o755),
    "setup_agent.py": ("usr/bin/cloudstack-setup-agent", 0o755),
    "keystore-setup.sh": ("usr/share/cloudstack-common/scripts/util/keystore-setup", 0o755),
    "keystore-cert-import.sh": ("usr/share/cloudstack-common/scripts/util/keystore-cert-import", 0o755),
}
ENVIRONMENT = "paths.script=/usr/share/cloudstack-common\npaths.pid=/var/run\n"
# libvirt's hook, which the real package writes anew whenever it is configured.
HOOK = "#!/usr/bin/python3\ntimeoutSeconds = 10 * 60\n"
CONFIGURED = """#!/bin/sh
set -e
mkdir -p /etc/libvirt/hooks
cp -a /usr/share/cloudstack-agent/lib/libvirtqemuhook /etc/libvirt/hooks/qemu
"""
CONTROL = """Package: cloudstack-agent
Version: {version}
Architecture: all
Maintainer: nobody <nobody@example.net>
Depends: python3, iproute2, openssl
Description: stand-in of hostcraft.cloudstack's tests, not the CloudStack agent
"""


def package(folder: Path, version: str = "4.22.0.0~standin") -> Path:
    """Build the .deb into a folder."""
    tree = folder / f"cloudstack-agent-{version}"
    for name, (place, mode) in PLACES.items():
        target = tree / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FILES / name, target)
        target.chmod(mode)
    texts = {"etc/cloudstack/agent/environment.properties": ENVIRONMENT}
    texts["usr/share/cloudstack-agent/VERSION"] = version.partition("~")[0] + "\n"
    texts["usr/share/cloudstack-agent/lib/libvirtqemuhook"] = HOOK
    texts["DEBIAN/postinst"] = CONFIGURED
    for place, text in texts.items():
        (tree / place).parent.mkdir(exist_ok=True)
        (tree / place).write_text(text, encoding="utf-8")
    for place in ("usr/share/cloudstack-agent/lib/libvirtqemuhook", "DEBIAN/postinst"):
        (tree / place).chmod(0o755)
    control = tree / "DEBIAN"
    (control / "control").write_text(CONTROL.format(version=version), encoding="utf-8")
    kept = "".join(f"/etc/cloudstack/agent/{name}.properties\n" for name in ("agent", "environment"))
    (control / "conffiles").write_text(kept, encoding="utf-8")
    made = folder / f"cloudstack-agent_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(made)], check=True, capture_output=True)
    return made
