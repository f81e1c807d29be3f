# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real systems that adapters speak to in tests, each with a planted truth, and the contract that all adapters keep."""

import pytest

# Its assertions are to tell what they compared, as those of a test file do.
pytest.register_assert_rewrite("counterparts.contract")
