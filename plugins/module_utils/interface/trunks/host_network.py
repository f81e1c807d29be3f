# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_network_info``, and its answers as what another task is given."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ...adapters.linux.client import Linux
from ...adapters.linux.links import read_network
from ...core.change import plain
from ...core.errors import InvalidValue
from ...core.hypervisors.model import HypervisorNetwork, HypervisorNic
from ...core.trunks.bridges import HostNetwork
from ..fields import Params, Spec
from ..module import Module

OPTIONS: Spec = {"name": {"type": "str"}, "timeout": {"type": "float", "default": 10}}


def main() -> None:
    """The body of the module; it changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    linux = Linux(module.params["timeout"])
    seen = read_network(linux, module.params["name"] or linux.hostname())
    if seen is None:
        module.fail_json(msg="the command 'ip -details -json address' failed: install iproute2", code="unsupported")
    else:
        module.exit_json(changed=False, network=plain(seen))


def networks_of(answers: t.Iterable[Mapping[str, t.Any]]) -> tuple[HostNetwork, ...]:
    """Results of the module on several hosts, whole or their ``network`` alone; those of hosts that failed left out.

    Raises InvalidValue for what is something else.
    """
    return tuple(_network(answer) for answer in answers if not (answer.get("failed") or answer.get("unreachable")))


def _network(answer: Mapping[str, t.Any]) -> HostNetwork:
    given = answer.get("network", answer)
    try:
        return HostNetwork(
            name=given["name"],
            addresses=tuple(given["addresses"]),
            nics=tuple(HypervisorNic(**nic) for nic in given["nics"]),
            networks=tuple(HypervisorNetwork(**_tuples(one)) for one in given["networks"]),
            devices=dict(given["devices"]),
        )
    except (KeyError, TypeError) as error:
        raise InvalidValue("hosts", sorted(answer), "results of cs_host_network_info on the hosts") from error


def _tuples(network: Params) -> dict[str, t.Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in network.items()}
