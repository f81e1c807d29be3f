# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook for tests, which does not import again what each run of it imports: half a second of CPU time.

``install`` makes a command of that name. It gives its arguments, files, folder and environment to a server that has
imported ansible-playbook, and ends with the status of the fork that runs it. Ansible reads its settings when it is
imported, so there is a server for each set of them. Some tasks have no process of their own there, see ``in_place``.
The command of ``.venv/bin`` is as it was, and what is killed in tests is run by that one: tasks of a fork are not below
the command.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
COLD = str(Path(sys.executable).with_name("ansible-playbook"))
MODULES = "FORKED_PYTHON"


def python() -> str:
    """The interpreter for modules on this machine, which does not import again what each of them imports either."""
    return os.environ.get(MODULES, sys.executable)


def install(folder: Path, owner: int) -> None:
    """Let the name ``ansible-playbook`` lead to it, for this process and what it starts.

    folder: of the command and of its servers' sockets; owner: the process that they end with.
    """
    command = folder / "bin" / "ansible-playbook"
    os.environ.update(FORKED=str(folder), FORKED_OWNER=str(owner), PATH=f"{command.parent}:{os.environ['PATH']}")
    text = f"#!{sys.executable} -IS\n{(HERE / 'client.py').read_text(encoding='utf-8')}"
    if not command.exists():  # by another worker
        command.parent.mkdir(parents=True, exist_ok=True)
        written = command.with_name(str(os.getpid()))
        written.write_text(text.replace("@COLD@", COLD).replace("@SERVER@", str(HERE / "server.py")), encoding="utf-8")
        written.chmod(0o755)
        written.replace(command)
