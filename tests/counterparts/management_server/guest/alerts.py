# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts as log4j 2 sends them: by each appender that the logger of alerts names.

Only its own Syslog appender sends something. AlertSyslogAppender and SnmpTrapAppender open no connection, as in 4.22.
"""

from __future__ import annotations

import contextlib
import socket
from xml.etree import ElementTree

from .properties import CONF

LOGGER = "org.apache.cloudstack.alerts"
WARNING = 4


def send(text: str) -> None:
    """A file that log4j cannot read leaves the server without alerts, and without an error."""
    with contextlib.suppress(OSError, ElementTree.ParseError, ValueError):
        root = ElementTree.parse(CONF / "log4j-cloud.xml").getroot()
        used = {
            reference.attrib["ref"]
            for logger in root.iter("Logger")
            if logger.attrib.get("name") == LOGGER
            for reference in logger.iter("AppenderRef")
        }
        for each in root.iter("Syslog"):
            if each.attrib.get("name") in used and each.attrib.get("protocol", "TCP") == "UDP":
                priority = (16 + int(each.attrib["facility"][len("LOCAL") :])) * 8 + WARNING
                place = (each.attrib["host"], int(each.attrib["port"]))
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.sendto(f"<{priority}>{text}".encode(), place)
