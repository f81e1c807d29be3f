# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""com.cloud.usage.UsageServer: keeps one open row of usage_job and says every now and then that it lives."""

from __future__ import annotations

import datetime
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pymysql

from . import properties
from .tables import Database

CONF = Path("/etc/cloudstack/usage")
LOG = Path("/var/log/cloudstack/usage/usage.log")


def log(level: str, text: str) -> None:
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    with LOG.open("a", encoding="utf-8") as file:
        file.write(f"{now} {level:<5} [cloud.usage.UsageManagerImpl] (main:null) (logid:) {text}\n")


def main() -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: ended.set())
    try:
        held = properties.database(CONF)
        settings, database = Database(held), Database(held, "cloud_usage")
        wanted = settings.rows(
            "SELECT name FROM configuration WHERE name IN ('usage.stats.job.exec.time', "
            "'usage.stats.job.aggregation.range') AND value IS NOT NULL"
        )
    except (properties.NoStart, OSError, pymysql.err.Error) as error:
        log("ERROR", f"Unable to start the usage server: {error}")
        sys.exit(1)
    if len(wanted) < 2:
        log(
            "ERROR",
            "Missing configuration values for usage job, usage.stats.job.exec.time and/or "
            "usage.stats.job.aggregation.range",
        )
        sys.exit(1)
    log("INFO", "Starting Usage Manager")
    name = socket.gethostname()
    host = f"{name}/{socket.gethostbyname(name)}"
    row = database.one("SELECT id FROM usage_job WHERE success IS NULL AND host = %s", host)
    if row is None:
        database.change(
            "INSERT INTO usage_job (host, pid, job_type, scheduled, heartbeat) VALUES (%s, %s, 0, 1, UTC_TIMESTAMP())",
            host,
            os.getpid(),
        )
    while not ended.is_set():
        database.change(
            "UPDATE usage_job SET heartbeat = UTC_TIMESTAMP(), pid = %s WHERE success IS NULL AND host = %s",
            os.getpid(),
            host,
        )
        once = database.rows("SELECT id FROM usage_job WHERE success IS NULL AND job_type = 1")
        for (number,) in once:
            log("INFO", "starting usage job...")
            database.change("UPDATE usage_job SET success = 1, exec_time = 1 WHERE id = %s", number)
            log("INFO", "usage job complete")
        ended.wait(float(properties.switches().get("usage_heartbeat", 60)))


if __name__ == "__main__":
    main()
