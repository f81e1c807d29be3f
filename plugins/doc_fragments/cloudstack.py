# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that all API modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """How the management server is reached, and what every API module can do."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - URL of the API, such as V(https://cloud.example.net/client/api).
      - Else the environment variable E(CLOUDSTACK_ENDPOINT), else C(endpoint) in C(cloudstack.ini).
    type: str
  api_key:
    description:
      - API key of an administrator.
      - Else the environment variable E(CLOUDSTACK_KEY), else C(key) in C(cloudstack.ini).
    type: str
  api_secret:
    description:
      - Secret key that goes with O(api_key).
      - Else the environment variable E(CLOUDSTACK_SECRET), else C(secret) in C(cloudstack.ini).
    type: str
  api_http_method:
    description:
      - HTTP method of the calls; V(post) unless something else is said, because it keeps passwords out of
        the logs of proxies.
      - Else the environment variable E(CLOUDSTACK_METHOD), else C(method) in C(cloudstack.ini).
    type: str
    choices: [get, post]
  api_timeout:
    description:
      - Seconds that one answer may take; V(30) unless something else is said.
      - Else the environment variable E(CLOUDSTACK_TIMEOUT), else C(timeout) in C(cloudstack.ini).
    type: float
  api_job_timeout:
    description:
      - Seconds that one asynchronous job may take; V(3600) unless something else is said.
      - Else the environment variable E(CLOUDSTACK_JOB_TIMEOUT).
    type: float
  api_verify_ssl_cert:
    description:
      - Path of the CA certificate that the server's certificate is verified against, instead of the system's.
      - Else the environment variable E(CLOUDSTACK_VERIFY), else C(verify) in C(cloudstack.ini).
    type: str
  validate_certs:
    description:
      - Whether the server's certificate is verified; V(true) unless something else is said.
      - Else the opposite of the environment variable E(CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY), else of
        C(dangerous_no_tls_verify) in C(cloudstack.ini).
    type: bool
  api_region:
    description:
      - Section of C(cloudstack.ini) to read; V(cloudstack) unless something else is said.
      - The file is the one that E(CLOUDSTACK_CONFIG) names, else C(cloudstack.ini) in the working directory, else
        C(~/.cloudstack.ini).
      - Else the environment variable E(CLOUDSTACK_REGION).
    type: str
requirements:
  - requests, for the Python interpreter that runs the task
attributes:
  check_mode:
    description: Computes the same decision and writes nothing.
    support: full
  diff_mode:
    description: Shows what changes, before and after.
    support: full
  idempotent:
    description: Run again, nothing changes.
    support: full
notes:
  - With a local connection the task runs in the controller process, and all items of a loop share one session and its
    listings. With any other connection it runs as an ordinary module on the host of that connection.
  - In check mode a task whose zone, pod, cluster or network does not exist yet predicts the creation and warns, since a
    real run may create that place first.
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details: Reads only.
  idempotent:
    support: full
"""
