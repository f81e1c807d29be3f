# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of the loopback for ports whose number is fixed."""

import os


def free_loopback() -> str:
    """A network 127.x.y of this process: two runs of the tests at once do not meet."""
    pid = os.getpid()
    return f"127.{100 + pid // 250 % 100}.{pid % 250 + 1}"
