# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run pytest on the newest ansible-core: `python tools/newest.py VENV REQUIREMENTS ARGUMENTS_OF_PYTEST…`.

It needs a newer Python than Debian 12 has, so it runs in a small Debian 13, kept beside the images of the tests' hosts
and entered by systemd-nspawn. The directory of the checkout and the network are this machine's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hosts import images

ROOT = Path(__file__).resolve().parents[1]
# What pip is told by this machine.
SETTINGS = ("PIP_INDEX", "PIP_EXTRA", "PIP_CERT", "SSL_CERT_", "REQUESTS_CA_", "ANSIBLE_", "CI")
FILES = ("/etc/pip.conf", "/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")


def inside(tree: Path, command: list[str]) -> int:
    """The exit code of a command in a Debian tree."""
    options = [f"--setenv={name}={value}" for name, value in os.environ.items() if name.startswith(SETTINGS)]
    options += [f"--bind-ro={name}" for name in FILES if Path(name).exists()]
    entered = [
        *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2", "--console=pipe"),
        *(f"--directory={tree}", f"--bind={ROOT}", f"--chdir={ROOT}", "--resolv-conf=copy-host"),
    ]
    return subprocess.run([*entered, *options, *command], check=False).returncode


def main(folder: Path, requirements: Path, arguments: list[str]) -> int:
    tree = images.image("python", "trixie")
    python, stamp = str(folder / "bin/python"), folder / ".installed"
    made_of = f"{tree.name}\n{requirements.read_text(encoding='utf-8')}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--root-user-action=ignore")
        pip = [python, "-m", "pip", "install", "--no-compile", *quiet]
        failed = inside(tree, ["/usr/bin/python3", "-m", "venv", str(folder)]) or inside(
            tree, [*pip, "--require-hashes", "-r", str(requirements)]
        )
        if failed:
            return failed
        stamp.write_text(made_of, encoding="utf-8")
    return inside(tree, [python, "-m", "pytest", *arguments])


if __name__ == "__main__":
    sys.exit(main(ROOT / sys.argv[1], ROOT / sys.argv[2], sys.argv[3:]))
