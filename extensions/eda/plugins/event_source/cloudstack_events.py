# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source of Event-Driven Ansible: events, alerts and states of hosts of Apache CloudStack."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import sys
import time
import typing as t
from pathlib import Path

DOCUMENTATION = r"""
---
short_description: Events, alerts and states of hosts of Apache CloudStack
description:
  - Polls C(listEvents), C(listAlerts) and C(listHosts), and sends everything new to the rulebook, each exactly once
    across restarts. What has been sent is kept in the file O(cursor).
  - At the first start, existing events and alerts are skipped. Hosts that are not up are sent.
  - Only the times of the server are compared. Entries that appear late, and entries of the same second, are sent too.
  - If the server does not answer, the source tries again until it does, and then sends what has happened meanwhile.
  - If the file O(cursor) cannot be written, or another source uses it, the source ends with an error.
  - An entry that appears more than 15 minutes after later ones, with its earlier time, may be lost in a busy cloud.
  - The values of an event cannot be templates. Ids that do not look like ids are V(null), and C({{) becomes C({ {).
  - If the process is stopped, everything that the rulebook has taken counts as sent.
  - If the process is killed (not stopped), the last event before may be sent a second time. Nothing is lost.
  - "An event has the key C(source), which is V(events), V(alerts) or V(hosts), and the key C(event), C(alert) or
    C(host) with the values of M(hostcraft.cloudstack.cs_event_info), M(hostcraft.cloudstack.cs_alert_info) and
    M(hostcraft.cloudstack.cs_host_info). A host has C(previous_state) and C(previous_resource_state) too."
options:
  cursor:
    description:
      - Path of the file that remembers what has been sent. Its directory must exist and be persistent.
      - Use a different file for each source. A file with the same name and the ending C(.lock) prevents a second use.
    type: path
    required: true
  sources:
    description: What to poll.
    type: list
    elements: str
    choices: [events, alerts, hosts]
    default: [events, alerts, hosts]
  interval:
    description: Seconds between two polls of events and alerts.
    type: float
    default: 15
  host_interval:
    description: Seconds between two polls of hosts.
    type: float
    default: 60
notes:
  - The connection has the options of the API modules (C(api_url), C(api_key), C(api_secret) and so on). If they are
    not set, the environment variables C(CLOUDSTACK_ENDPOINT), C(CLOUDSTACK_KEY) and C(CLOUDSTACK_SECRET) are used.
  - Requires ansible-core and requests in the environment of C(ansible-rulebook).
"""

EXAMPLES = r"""
- name: Hosts that lose their connection
  hosts: localhost
  sources:
    - hostcraft.cloudstack.cloudstack_events:
        cursor: /var/lib/eda/cloudstack.cursor
        sources: [hosts]
  rules:
    - name: A host is disconnected
      condition: event.host.state == "Disconnected"
      action:
        debug:
"""

# ansible-rulebook runs this file without Ansible's loader of collections.
if "ansible_collections.hostcraft.cloudstack" not in sys.modules:
    sys.path.append(str(Path(__file__).absolute().parents[7]))

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.cursor import HOSTS, Happening
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.events.tasks import Source, source
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.events.watch import body

LOG = logging.getLogger(__name__)
MOMENT = 0.2  # seconds between two looks at whether the rulebook has taken an event
LONGEST_PAUSE = 60.0  # seconds between two attempts to reach a server that does not answer


class Queue(t.Protocol):
    """Where ansible-rulebook takes events from; it holds few, so that putting one waits for the one before."""

    async def put(self, item: dict[str, t.Any]) -> None: ...


async def main(queue: Queue, args: dict[str, t.Any]) -> None:
    """Poll until the rulebook ends."""
    # Ansible-rulebook adds its own entries to a source's.
    given = {name: value for name, value in args.items() if not name.startswith(("ansible_eda", "eda_"))}
    about = source(given)
    try:
        await _run(queue, about)
    finally:
        about.end()


async def _run(queue: Queue, about: Source) -> None:
    hosts_at, pause = 0.0, about.interval
    while True:
        now = time.monotonic()
        sources = [each for each in about.sources if each != HOSTS or now >= hosts_at]
        try:
            found = await _aside(functools.partial(about.watch.poll, sources))
            await _tell(queue, about, found)
            pause = about.interval
            hosts_at = now + about.host_interval if HOSTS in sources else hosts_at
        except HostcraftError as error:
            about.check(error)
            LOG.warning("CloudStack cannot be polled: %s; trying again in %.0f s", about.shown(error), pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, max(LONGEST_PAUSE, about.interval))
            continue
        await asyncio.sleep(pause)


async def _tell(queue: Queue, about: Source, found: list[Happening]) -> None:
    """Each is noted once it has left the queue: then the rulebook has it. Other sources use the same queue.

    If the rulebook ends before, what it has not taken out of the queue is sent again at the next start.
    """
    sent: list[tuple[Happening, t.Any]] = []  # and not noted, with what is in the queue

    def note() -> None:
        queued = {id(item) for item in _held(queue)}
        for each in [each for each in sent if id(each[1]) not in queued]:
            about.watch.told(each[0])
            sent.remove(each)

    try:
        for each in found:
            item = body(each)
            await queue.put(item)
            # Before the others are noted, which may be interrupted: all that is in the queue is in the list. No other
            # task ran since it was put there, so that it is the last; a filter may have made another object of it.
            sent.append((each, (_held(queue) or [item])[-1]))
            note()
        while sent:
            await asyncio.sleep(min(MOMENT, about.interval))
            note()
    except BaseException:
        with contextlib.suppress(HostcraftError):
            note()
        raise
    await _aside(about.watch.settle)


def _held(queue: Queue) -> t.Sequence[t.Any]:
    """What the rulebook has not taken yet; ansible-rulebook wraps the queue to filter what is put into it."""
    return getattr(getattr(queue, "queue", queue), "_queue", ())


async def _aside(work: t.Callable[[], t.Any]) -> t.Any:
    """Calls of the server block, and other sources of the rulebook must not wait for them."""
    return await asyncio.get_running_loop().run_in_executor(None, work)
