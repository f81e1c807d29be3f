# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_certificate_info``: the certificates of the host that it runs on."""

from __future__ import annotations

import time

from ...adapters.certificates.host import HostFiles
from ...adapters.linux.client import Linux
from ...core.certificates.check import Limits, judge_sighting, judge_together, judged, shown
from ...core.certificates.unseen import unseen_on_host
from ...core.errors import HostcraftError
from ..fields import Spec, days_checked
from ..findings import ASKED, answer
from ..module import Module, failure

OPTIONS: Spec = {
    "name": {"type": "str"},
    "ca_certificates": {"type": "str", "default": ""},
    "expected_names": {"type": "list", "elements": "str", "default": []},
    "days": {"type": "int", "default": 30},
    **ASKED,
    "fail": {**ASKED["fail"], "default": "never"},
}


def main() -> None:
    """The body of the module. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    params = module.params
    try:
        limits = Limits(time.time(), days_checked(params["days"]))
        host = params["name"] or Linux().hostname()
        files = HostFiles(host, params["ca_certificates"], params["expected_names"])
        seen = files.sightings()
        found = [finding for each in seen for finding in judge_sighting(each, limits)]
        unseen = unseen_on_host(files.absent(), bool(params["ca_certificates"]), bool(params["expected_names"]))
        judgement = judged([*found, *judge_together(seen), *unseen], params["ignore"])
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        answer(
            module,
            judgement,
            lambda _bad: f"certificates of {host}",
            "certificates_not_fit",
            host=host,
            certificates=[shown(each, limits.seen_at) for each in seen],
        )
