# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the agent's hook of libvirt: runs custom hooks as CloudStack's documents say."""

import pathlib
import subprocess
import sys

timeoutSeconds = 10 * 60

action, domain = sys.argv[2], sys.stdin.read()
scripts = [path for path in pathlib.Path("/etc/libvirt/hooks/custom").iterdir() if "_" in path.name]
with open("/var/log/libvirt/qemu-hook.log", "a") as log:
    for script in sorted(scripts, key=lambda path: path.name.partition("_")[2]):
        if script.name.partition("_")[0] in (action, "all"):
            command = [str(script), *sys.argv[1:]]
            subprocess.run(
                command, input=domain, text=True, stdout=log, stderr=log, timeout=timeoutSeconds, check=False
            )
