# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_xenserver_*``: they speak to a pool by XAPI alone, not to CloudStack."""

from __future__ import annotations

import contextlib
import typing as t

from ...adapters.xenserver.pool import open_xen_pool
from ...core.change import Outcome
from ...core.errors import HostcraftError
from ...core.xenserver.check import DOM0, MIB
from ...core.xenserver.guests import WAYS
from ...core.xenserver.networks import MODES, NetworkWish, valid
from ...core.xenserver.settings import SettingsWish, valid_settings
from ...core.xenserver.storage import DRIVERS, wish
from ...operations.xenserver import pools as xen_pools
from ...ports.xenserver import XenPool
from ..fields import Params, Spec
from ..findings import ASKED, answer
from ..hypervisors.access import ALONE, HOSTS, OPTIONS, access_alone, required_access
from ..machine.options import LABELS
from ..module import Module, carry_out, failure

TIMEOUT: Spec = {"timeout": {"type": "float", "default": 900.0}}
NETWORK: Spec = {
    **ALONE,
    **TIMEOUT,
    "name": {"type": "str", "required": True},
    "interface": {"type": "str"},
    "bond": {"type": "list", "elements": "str", "default": []},
    "mode": {"type": "str", "choices": list(MODES), "default": MODES[0]},
    "vlan": {"type": "int"},
    "addresses": {"type": "dict", "default": {}},
}
STORAGE: Spec = {
    **ALONE,
    **TIMEOUT,
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": list(DRIVERS), "required": True},
    "description": {"type": "str"},
    "server": {"type": "str"},
    "path": {"type": "str"},
    "options": {"type": "str"},
    "target": {"type": "str"},
    "iqn": {"type": "str"},
    "scsi_id": {"type": "str"},
    "chap_user": {"type": "str"},
    "chap_password": {"type": "str", "no_log": True},
}
MEMBER: Spec = {
    name: OPTIONS[name] if name != "url" else {"type": "str", "required": True}
    for name in ("url", "username", "password", "validate_certs", "ca_path", "timeout")
}
POOL: Spec = {
    **ALONE,
    **TIMEOUT,
    "join": {"type": "dict", "options": MEMBER},
    **HOSTS,
    "clear_tags": {"type": "bool", "default": False},
    "plug_storage": {"type": "bool", "default": False},
    "guest_vlans": {"type": "str", "choices": list(WAYS)},
    "eject_discs": {"type": "bool", "default": False},
    "dom0_memory": {"type": "int"},
    "ntp_servers": {"type": "list", "elements": "str", "default": []},
    "multipath": {"type": "bool"},
    "ha": {"type": "bool"},
    "ha_storage": {"type": "list", "elements": "str", "default": []},
    "ha_timeout": {"type": "int", "default": 180},
}
SETTINGS = ("dom0_memory", "ntp_servers", "multipath", "ha")
HOST: Spec = {
    **ALONE,
    **TIMEOUT,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["evacuated", "enabled"], "required": True},
}
CHECK: Spec = {
    **ALONE,
    **LABELS,
    "minimum_dom0_memory": {"type": "int", "default": DOM0 // MIB},
    "joined": {"type": "bool", "default": True},
    **ASKED,
}

Work = t.Callable[[XenPool, Params, bool], Outcome]


def network_main() -> None:
    _run(NETWORK, _network)


def storage_main() -> None:
    _run(STORAGE, _storage)


def host_main() -> None:
    _run(HOST, _host)


def pool_main() -> None:
    # Joining ends one pool's session and makes another's wait: tidying is a task of its own.
    alone = ("clear_tags", "plug_storage", "guest_vlans", "eject_discs", *SETTINGS)
    _run(POOL, _pool, mutually_exclusive=[("join", name) for name in alone])


def check_main() -> None:
    """The body of ``cs_xenserver_check``. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=CHECK, supports_check_mode=True)
    params = module.params
    try:
        with opened(params) as pool:
            asked = (params["traffic_labels"], params["minimum_dom0_memory"] * MIB, params["ignore"], params["joined"])
            layout, judgement = xen_pools.check(pool, *asked)
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        hosts = [xen_pools.shown(each) for each in layout.ordered]
        lead = "the pool does not meet CloudStack's requirements"
        answer(module, judgement, lambda _bad: lead, "pool_not_fit", hosts=hosts, ha=layout.ha)


def _run(spec: Spec, work: Work, **constraints: t.Any) -> None:
    module = Module(argument_spec=spec, supports_check_mode=True, **constraints)

    def worked() -> Outcome:
        with opened(module.params) as pool:
            return work(pool, module.params, module.check_mode)

    carry_out(module, worked)


@contextlib.contextmanager
def opened(params: Params) -> t.Iterator[XenPool]:
    """Raises InvalidValue, MissingValue, MissingLibrary."""
    with contextlib.closing(open_xen_pool(access_alone(params, "the pool"))) as pool:
        yield pool


def _network(pool: XenPool, params: Params, check_mode: bool) -> Outcome:
    wanted = valid(
        NetworkWish(params["name"], params["interface"] or "", tuple(params["bond"]), params["mode"], params["vlan"])
    )
    return xen_pools.ensure_network(pool, wanted, params["timeout"], check_mode, params["addresses"])


def _storage(pool: XenPool, params: Params, check_mode: bool) -> Outcome:
    wanted = wish(params["name"], params["type"], params, params["description"])
    return xen_pools.ensure_storage(pool, wanted, params["timeout"], check_mode)


def _pool(pool: XenPool, params: Params, check_mode: bool) -> Outcome:
    if params["join"]:
        given, master = dict(params["join"]), params["hypervisor"]
        # A member has the pool's user and password; one that has not joined yet may have others.
        for name in ("username", "password"):
            if given[name] is None:
                given[name] = master[name] or ""
        with contextlib.closing(open_xen_pool(required_access({"hypervisor": given}))) as alone:
            how = (master["username"] or "", master["password"] or "", params["timeout"], check_mode)
            return xen_pools.join(pool, alone, *how)
    tags, plug = params["clear_tags"], params["plug_storage"]
    wanted = _settings(params)
    tidied = xen_pools.tidy(pool, params["hosts"], tags, plug, params["timeout"], check_mode)
    limit = params["timeout"]
    if params["guest_vlans"]:
        tidied = xen_pools.both(tidied, xen_pools.ensure_guest_vlans(pool, params["guest_vlans"], limit, check_mode))
    if params["eject_discs"]:
        tidied = xen_pools.both(tidied, xen_pools.eject_discs(pool, limit, check_mode))
    if all(params[name] in (None, []) for name in SETTINGS):
        return tidied
    return xen_pools.both(tidied, xen_pools.ensure_settings(pool, wanted, params["timeout"], check_mode))


def _settings(params: Params) -> SettingsWish:
    """Raises InvalidValue."""
    return valid_settings(
        SettingsWish(
            tuple(params["hosts"]),
            None if params["dom0_memory"] is None else params["dom0_memory"] * MIB,
            tuple(params["ntp_servers"]),
            params["multipath"],
            params["ha"],
            tuple(params["ha_storage"]),
            params["ha_timeout"],
        )
    )


def _host(pool: XenPool, params: Params, check_mode: bool) -> Outcome:
    out = params["state"] == "evacuated"
    return xen_pools.ensure_host(pool, params["name"], out, params["timeout"], check_mode)
