# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that all API modules share; the spec is in ``interface/connection.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """How the management server is reached, and what every API module can do."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - URL of the API, such as V(https://cloud.example.net/client/api).
      - If not set, the environment variable E(CLOUDSTACK_ENDPOINT) is used, or else C(endpoint) in C(cloudstack.ini).
    type: str
  api_key:
    description:
      - API key of an administrator.
      - If not set, the environment variable E(CLOUDSTACK_KEY) is used, or else C(key) in C(cloudstack.ini).
    type: str
  api_secret:
    description:
      - Secret key that goes with O(api_key).
      - If not set, the environment variable E(CLOUDSTACK_SECRET) is used, or else C(secret) in C(cloudstack.ini).
    type: str
  api_http_method:
    description:
      - HTTP method of the calls. Defaults to V(post), which keeps passwords out of the logs of proxies.
      - If not set, the environment variable E(CLOUDSTACK_METHOD) is used, or else C(method) in C(cloudstack.ini).
    type: str
    choices: [get, post]
  api_timeout:
    description:
      - Maximum number of seconds for one answer. Defaults to V(30).
      - If not set, the environment variable E(CLOUDSTACK_TIMEOUT) is used, or else C(timeout) in C(cloudstack.ini).
    type: float
  api_job_timeout:
    description:
      - Maximum number of seconds for one asynchronous job. Defaults to V(3600).
      - If not set, the environment variable E(CLOUDSTACK_JOB_TIMEOUT) is used.
    type: float
  api_verify_ssl_cert:
    description:
      - Path of the CA certificates that are used to verify the server's certificate, instead of the system's.
      - If not set, the environment variable E(CLOUDSTACK_VERIFY) is used, or else C(verify) in C(cloudstack.ini).
    type: str
  validate_certs:
    description:
      - Whether the server's certificate is verified. Defaults to V(true).
      - If not set, the opposite of the environment variable E(CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY) is used, or else the
        opposite of C(dangerous_no_tls_verify) in C(cloudstack.ini).
    type: bool
  api_region:
    description:
      - Section of C(cloudstack.ini) to read. Defaults to V(cloudstack).
      - The file is the one named by E(CLOUDSTACK_CONFIG), or else C(cloudstack.ini) in the working directory, or else
        C(~/.cloudstack.ini).
      - If not set, the environment variable E(CLOUDSTACK_REGION) is used.
    type: str
requirements:
  - requests, for the Python interpreter that runs the task
attributes:
  check_mode:
    description: Makes the same decision and writes nothing.
    support: full
  diff_mode:
    description: Shows the values before and after the change.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
notes:
  - With a local connection, the task runs in the controller process, and all items of a loop share one session and its
    listings. With any other connection, it runs as an ordinary module on the host of that connection.
  - In check mode, if the zone, pod, cluster or network of the task does not exist yet, the task predicts the creation
    and adds a warning, because an earlier task of a real run may create it.
"""

    # Annotated, because the sanity test yamllint takes each plain assignment of this class for a text.
    CONNECTION: str = DOCUMENTATION.partition("attributes:\n")[0]

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
