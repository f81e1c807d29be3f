# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the agent of a host, and what an earlier life of it left there."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found


def judge_agent(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The agent is there, and carries no identity of an earlier life into a new one."""
    agent = host.agent
    if agent.installed is None:
        yield Unseen("agent_absent", "the agent's files")
    elif not agent.installed:
        yield found("agent_absent", "cloudstack-setup-agent is not installed")
    if expected.joined:
        return
    if agent.keystores is None:
        yield Unseen("keystore_left", "the agent's configuration")
    elif agent.keystores:
        yield found("keystore_left", ", ".join(agent.keystores), files=list(agent.keystores))
    if agent.guid:
        yield found("identity_left", f"guid={agent.guid}, management server {agent.management}", guid=agent.guid)
