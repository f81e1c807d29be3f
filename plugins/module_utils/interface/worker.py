# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task inside the controller process ends with its playbook.

Ansible forks a process for each task, and since 2.19 each has a session of its own. So one outlives an ansible-playbook
that is killed, and would go on changing the cloud beside the next run, which finds the lock of a process that is gone.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys

# prctl(2)
PR_SET_PDEATHSIG = 1


def end_with_playbook() -> None:
    """Of this process, where Ansible forked it. Only Linux tells a process of its parent's end."""
    parent = multiprocessing.parent_process()
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have ended before that. Its sentinel would not tell while another forked process has it open.
    if os.getppid() != parent.pid:
        os.kill(os.getpid(), signal.SIGTERM)


def spare_inherited() -> None:
    """Have Python's collector leave alone what this process of a task inherited: with a large inventory, it would go
    through hundreds of thousands of objects again and again, and so copy their memory.
    """
    if multiprocessing.parent_process() is not None:
        gc.freeze()
