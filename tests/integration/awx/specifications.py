# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs of the modules of awx.awx, read from the modules themselves."""

from __future__ import annotations

import functools
import importlib
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator


class Called(Exception):
    """The module's argument spec, instead of a connection to AWX."""


@functools.cache
def specification(module: str) -> dict[str, Any]:
    """Raises nothing that is the module's: it is stopped before it speaks."""
    its = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{module}")
    shared = importlib.import_module("ansible_collections.awx.awx.plugins.module_utils.controller_api")

    def caught(argument_spec: dict[str, Any], **_more: Any) -> None:
        raise Called(argument_spec)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(its, "ControllerAPIModule", caught)
        with pytest.raises(Called) as found:
            its.main()
    return {**shared.ControllerAPIModule.AUTH_ARGSPEC, **found.value.args[0]}


def wrong(module: str, **arguments: Any) -> list[str]:
    return list(ArgumentSpecValidator(specification(module)).validate(arguments).error_messages)
