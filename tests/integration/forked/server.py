# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook in forks for ``client.py``.

Usage: server.py COMMAND OWNER    (the path of ansible-playbook; a process to end with; socket 3 listens)
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import socket
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "hosts/interpreter"))
from ansible import constants
from ansible.cli.playbook import main
from ansible.plugins import loader
from forks import next_request, run

LISTENER = 3
# What nearly each run loads by its name.
PLUGINS = (
    *("action.normal", "action.set_fact", "action.include_vars", "action.assert", "action.command", "action.copy"),
    *("action.add_host", "action.debug", "action.fail", "action.gather_facts", "action.package", "action.service"),
    *("action.shell", "action.template", "action.uri", "action.wait_for_connection"),
    *("cache.memory", "filter.core", "filter.mathstuff", "filter.urls", "filter.urlsplit", "filter.encryption"),
    *("lookup.env", "strategy.linear", "test.core", "test.files", "test.mathstuff", "test.uri"),
)
OURS = (
    # One imports what all API tasks do.
    *("action.cs_api", "action.cs_host", "action.cs_zone_info", "action.cs_site", "action.cs_maintenance"),
    *("action.cs_management_server_info", "filter.variables", "lookup.misspelled"),
    *("lookup.not_boolean", "lookup.within_limit"),
)


def load() -> None:
    loader.init_plugin_loader()
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    for name in PLUGINS:
        importlib.import_module(f"ansible.plugins.{name}")
    for kind in (loader.connection_loader, loader.shell_loader, loader.become_loader, loader.callback_loader):
        list(kind.all(class_only=True))
    for name in ("host_list", "script", "auto", "yaml", "ini", "toml"):
        loader.inventory_loader.get(name, class_only=True)
    loader.callback_loader.get("archives")  # which keeps compiled code
    for name in OURS:
        importlib.import_module(f"ansible_collections.hostcraft.cloudstack.plugins.{name}")
    load_filters()
    # The environments of `make versions` have a process for each task.
    if Path(sys.prefix).name == ".venv":
        importlib.import_module("in_place")


def load_filters() -> None:
    """Each process of a task looks for each filter that it uses anew, in all files of the collection."""
    for kind in (loader.filter_loader, loader.test_loader):
        list(kind.all())
    (folder,) = importlib.import_module("ansible_collections.hostcraft.cloudstack.plugins.filter").__path__
    names = [f"hostcraft.cloudstack.{path.stem}" for path in Path(folder).glob("*.yml")]
    look = loader.filter_loader.get_with_context
    found = {name: look(name) for name in names}
    loader.filter_loader.get_with_context = lambda name, *rest, **named: found.get(name) or look(name, *rest, **named)


def leave_owned() -> None:
    """The folder of temporary files is each run's own, and removed at its end."""
    atexit._clear()
    constants.DEFAULT_LOCAL_TMP = constants.config.get_config_value("DEFAULT_LOCAL_TMP", variables=vars(constants))


command, owner = sys.argv[1:]
load()
sys.path[:2] = [os.path.dirname(command)]
gc.collect()
gc.freeze()
request = next_request(socket.socket(fileno=LISTENER), os.pidfd_open(int(owner)))
request.adopt()
leave_owned()
run([command, *map(os.fsdecode, request.arguments)], lambda _module: main())
