# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in of AWX's REST API, see README.md."""

from .objects import Refusal, StandIn
from .server import serving
from .surveys import survey_faults

__all__ = ["Refusal", "StandIn", "serving", "survey_faults"]
