#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_admin_password
short_description: Change the default password of a new Apache CloudStack and write its API keys to a file
description:
  - Logs in with user and password, so that it can run before there are API keys.
  - Changes the password, and verifies the new one by another login.
  - Makes API keys if the user has none, verifies them by a signed call, and writes them to a file that all other
    modules can read. Neither passwords nor keys are returned.
  - Tries the new password first, then the old one, each once. Therefore a second run changes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  username:
    description: User that logs in.
    type: str
    default: admin
  domain:
    description: Path of the user's domain. The default is the domain ROOT.
    type: str
  password:
    description: Present password of the user. The default is the one of a new installation.
    type: str
    default: password
  new_password:
    description:
      - New password of the user, with at least 8 characters. The default password is refused.
      - If it is not set, the password is not changed.
    type: str
  keys_file:
    description:
      - Path of a file in the format of C(cloudstack.ini) that gets URL, API key and secret key. Its mode becomes 0600.
      - Other sections, lines and comments of the file are kept.
      - Set the environment variable E(CLOUDSTACK_CONFIG) to this path, and all modules use the keys.
    type: path
  keys_section:
    description: Section of O(keys_file). Other modules select another section than the default with C(api_region).
    type: str
    default: cloudstack
  rotate_keys:
    description: Make new API keys in every run. The server no longer accepts the old ones.
    type: bool
    default: false
  api_url:
    description:
      - URL of the API of one management server or of the load balancer.
      - If not set, the environment variable E(CLOUDSTACK_ENDPOINT) is used.
    type: str
  api_timeout:
    description: Seconds to wait for each answer. Defaults to V(30).
    type: float
  api_verify_ssl_cert:
    description: Path of the CA certificates for the server's certificate.
    type: str
  validate_certs:
    description: Whether the certificate of O(api_url) is verified. The default is yes.
    type: bool
requirements:
  - requests, for the Python interpreter that runs the task
attributes:
  check_mode:
    description: Logs in, reads, and changes nothing.
    support: full
  diff_mode:
    description: Shows what is replaced, without the values.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: partial
    details: O(rotate_keys=true) makes keys in every run.
notes:
  - CloudStack disables a user after several wrong passwords, except the user V(admin). Each password is tried once.
  - With HTTP instead of HTTPS, the passwords and keys cross the network unencrypted.
seealso:
  - module: hostcraft.cloudstack.cs_host_password
"""

EXAMPLES = r"""
- name: Secure a new installation and keep the API keys on the controller
  hosts: localhost
  connection: local
  tasks:
    - name: Change the default password and write the keys
      hostcraft.cloudstack.cs_admin_password:
        api_url: https://cloud.example.net/client/api
        new_password: "{{ vault_admin_password }}"
        keys_file: ~/.cloudstack.ini
"""

RETURN = r"""
password_changed:
  description: Whether the password was changed, or would be in check mode.
  returned: success
  type: bool
  sample: true
keys_made:
  description: Whether API keys were made.
  returned: success
  type: bool
  sample: true
keys_written:
  description: Whether O(keys_file) was written.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.admin import main

if __name__ == "__main__":
    main()
