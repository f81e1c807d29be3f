# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be done with each of many objects, and every reason against it, before anything is written."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.bmc.oobm import BY_HOST, NOT_CONFIGURED
from ...core.change import Outcome
from ...core.errors import (
    AuthenticationFailed,
    HostcraftError,
    InvalidValue,
    Reason,
    Refused,
    TransportError,
    Unsupported,
)
from ...core.site.pieces import CONTROLLER, HOST_HA, PROVIDERS, STATE, Key, Piece
from ...core.text import printable
from ...ports.cloud import Cloud

Act = t.Callable[[Piece, Cloud, bool], Outcome]
NEVER = (InvalidValue.code, Unsupported.code)  # errors that what is created before does not mend
TOLD = 20  # reasons that a message shows


class Decided(t.NamedTuple):
    """One object and what would be done with it; None where that is only known when its places are there."""

    piece: Piece
    outcome: t.Optional[Outcome]

    @property
    def due(self) -> bool:
        """Also of what would fail although nothing changes."""
        return self.outcome is None or self.outcome.changed or self.outcome.unproved

    @property
    def coming(self) -> bool:
        """Whether others may have to wait for it: providers are enabled, all else is created."""
        return self.outcome is None or (
            self.outcome.changed and (not self.outcome.before or self.piece.kind == PROVIDERS)
        )

    def switches(self, on: bool) -> bool:
        """Whether out-of-band management of a host is enabled, or disabled, by it."""
        its = self.outcome
        return self.piece.kind == CONTROLLER and its is not None and its.after.get("enabled") is on


def decided(
    cloud: Cloud, stages: t.Sequence[t.Sequence[Piece]], act: Act, check_mode: bool
) -> tuple[list[list[Decided]], list[Reason]]:
    """With the reasons against objects, which have the kind and name of theirs in facts."""
    coming: set[Key] = set()  # what is not there yet
    enabled: set[Key] = set()  # controllers that will be
    disabled: set[Key] = set()
    reasons: list[Reason] = []

    def decide(piece: Piece) -> Decided:
        waits = not coming.isdisjoint(piece.needs)
        if waits and piece.kind == STATE:
            # Of a zone that is not there yet the server has no state to compare, and the module would create one.
            return Decided(piece, Outcome(True, after={"allocation_state": str(piece.given["state"]).capitalize()}))
        try:
            outcome = act(piece, cloud, True)
        except (TransportError, AuthenticationFailed):
            raise
        except HostcraftError as error:
            if not enabled.isdisjoint(piece.needs) and _only_disabled(piece, error):
                return Decided(piece, Outcome(True, {"enabled": False}, {"enabled": True}))
            if not waits or check_mode or error.code in NEVER:
                reasons.append(_reason(piece, error))
            return Decided(piece, None)
        if outcome.missing is not None and not waits and not check_mode:
            reasons.append(_reason(piece, outcome.missing))
        if outcome.after.get("enabled") is True and not disabled.isdisjoint(piece.needs):
            told = f"{piece.label}: the same declaration disables the host's out-of-band management"
            told = f"{told}, so host HA could not reset or fence it"
            reasons.append(Reason("oobm_off", printable(told), "", {"kind": piece.kind, "name": piece.name}))
        # What is declared beside it is no reason for a warning.
        return Decided(piece, replace(outcome, warnings=()) if waits else outcome)

    found = []
    for stage in stages:
        found.append([decide(piece) for piece in stage])
        coming |= {each.piece.key for each in found[-1] if each.coming}
        enabled |= {each.piece.key for each in found[-1] if each.switches(True)}
        disabled |= {each.piece.key for each in found[-1] if each.switches(False)}
    return found, reasons


def refuse(reasons: t.Sequence[Reason]) -> None:
    """Raises Refused where there are any."""
    if reasons:
        more = [Reason("more", f"and {len(reasons) - TOLD} more")] if len(reasons) > TOLD else []
        raise Refused(f"nothing was changed, {len(reasons)} of the objects", [*reasons[:TOLD], *more])


def _only_disabled(piece: Piece, error: HostcraftError) -> bool:
    """Whether host HA lacks nothing but out-of-band management of the host itself, not of its cluster or zone."""
    return (
        piece.kind == HOST_HA
        and isinstance(error, Refused)
        and all(
            each.code == "oobm_off" and each.facts.get("decided_by") in (BY_HOST, NOT_CONFIGURED)
            for each in error.reasons
        )
    )


def _reason(piece: Piece, error: HostcraftError) -> Reason:
    message = error.message if error.message.startswith(piece.label) else f"{piece.label}: {error.message}"
    return Reason(error.code, printable(message), "", {"kind": piece.kind, "name": piece.name})
