# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast frames are sent, for how long, and what is heard meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.probe import Arrival, key, packed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.probe import asked
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.trunks.probe import probe

RUN, MAC = key("one"), bytes(6)


class Cable:
    """Time passes only here: a wait takes as long as it may, each frame a millisecond."""

    def __init__(self, *others: bytes) -> None:
        self.now, self.others, self.sent = 1000.0, list(others), list[tuple[float, int]]()

    def clock(self) -> float:
        return self.now

    def send(self, frame: Callable[[bytes], bytes]) -> None:
        self.sent.append((self.now, int.from_bytes(frame(MAC)[14:16], "big")))
        self.now += 0.001

    def arrived(self, seconds: float) -> Iterator[tuple[bytes, int | None]]:
        self.now += max(seconds, 0.001)
        if self.others:
            yield self.others.pop(), None


@pytest.mark.parametrize(("vlans", "rate"), [(3, 500), (400, 100)])
def test_each_vlan_has_its_turn_and_no_second_more_than_its_frames(vlans: int, rate: int) -> None:
    cable = Cable()
    probe(cable, cable.clock, RUN, 0, range(1, vlans + 1), 10.0, rate)
    assert 1010 <= cable.now < 1010.1
    count = Counter(vlan for _when, vlan in cable.sent)
    assert set(count) == set(range(1, vlans + 1))
    assert max(count.values()) - min(count.values()) <= 1
    assert max(count.values()) <= 10
    assert max(Counter(int(when) for when, _vlan in cable.sent).values()) <= rate + 1


def test_what_others_sent_is_heard_and_what_it_sent_itself_is_not() -> None:
    cable = Cable(*(packed(MAC, RUN, sender, vlan) for sender in (0, 1) for vlan in (5, 6)))
    assert probe(cable, cable.clock, RUN, 0, [5], 5.0, 10) == {Arrival(1, 5, 5), Arrival(1, 6, 6)}


@pytest.mark.parametrize(("seconds", "rate"), [(8.0, 500), (30.0, 100), (0.0, 500), (float("inf"), 500)])
def test_too_little_time_for_all_vlans_is_refused(seconds: float, rate: int) -> None:
    """Those whose turn does not come would be called lost on every host."""
    with pytest.raises(InvalidValue, match="seconds"):
        asked({**ASKED, "seconds": seconds, "rate": rate}, Linux())


def test_vlans_that_had_no_turn_are_not_called_lost() -> None:
    """A machine that sends more slowly than asked."""
    cable = Cable()
    with pytest.raises(HostcraftError, match="2 of 5 VLANs; set seconds to a larger value"):
        probe(cable, cable.clock, RUN, 0, range(1, 6), 0.0035, 1e6)


ASKED = {"label": "cloudbr1", "vlan": "1-4094", "hosts": ["a", "b"], "name": "a", "run": ""}
