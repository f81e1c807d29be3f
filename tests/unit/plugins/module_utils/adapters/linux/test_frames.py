# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces that are busy, flooded, or go down meanwhile. Real ones are in tests/integration/trunks."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux import frames
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

Message = tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int, int, int, bytes]]


class Card:
    """A socket that always has a frame, or an error. Its file is always ready to be read."""

    def __init__(self, wrong: int = 0) -> None:
        self.wrong, self.read, self.sent = wrong, 0, 0

    def fileno(self) -> int:
        return READY

    def recvmsg(self, _most: int, _room: int) -> Message:
        self.read += 1
        self._fail()
        return b"frame", [], 0, ("eth1", 3, 1, 1, bytes(6))

    def send(self, _frame: bytes) -> None:
        self.sent += 1
        self._fail()

    def getsockname(self) -> tuple[str, int, int, int, bytes]:
        return "eth1", 3, 0, 1, bytes(6)

    def close(self) -> None:
        pass

    def _fail(self) -> None:
        if self.wrong:
            raise OSError(self.wrong, os.strerror(self.wrong))


READY = os.open(os.devnull, os.O_RDONLY)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> dict[str, Card]:
    found: dict[str, Card] = {}
    monkeypatch.setattr(frames, "_opened", lambda name: found.setdefault(name, Card()))
    return found


def test_a_flood_does_not_hold_up_the_probe_and_the_other_card(cards: dict[str, Card]) -> None:
    with frames.Wire(["eth1", "eth2"]) as wire:
        heard = sum(1 for _frame in wire.arrived(0.0))
    assert cards["eth1"].read == cards["eth2"].read < 1000
    assert heard == 2 * cards["eth1"].read


def test_a_card_without_room_loses_a_frame_and_no_more(cards: dict[str, Card]) -> None:
    with frames.Wire(["eth1", "eth2"]) as wire:
        cards["eth1"].wrong = errno.ENOBUFS
        wire.send(lambda source: source)
    assert cards["eth2"].sent == 1


def test_a_card_that_goes_down_is_named(cards: dict[str, Card]) -> None:
    with frames.Wire(["eth1", "eth2"]) as wire:
        cards["eth2"].wrong = errno.ENETDOWN
        with pytest.raises(HostcraftError, match="interface eth2: Network is down; activate it"):
            list(wire.arrived(0.0))
        with pytest.raises(HostcraftError, match="interface eth2: Network is down; activate it"):
            wire.send(lambda source: source)
