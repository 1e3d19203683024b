"""The practice day follows the real one."""

from datetime import time
from itertools import pairwise

import pytest

from valgbord.demo.day_curve import DAY_MINUTES, arrived_share, due_by, former_turnouts


def test_nobody_has_come_at_opening_and_all_at_the_end() -> None:
    assert arrived_share(-5) == arrived_share(0) == 0
    assert arrived_share(DAY_MINUTES) == arrived_share(DAY_MINUTES + 30) == 1


def test_voters_only_ever_come() -> None:
    shares = [arrived_share(minute / 2) for minute in range(2 * DAY_MINUTES + 1)]
    assert all(earlier < later for earlier, later in pairwise(shares))


def test_most_come_between_four_and_six_as_they_did_in_2026() -> None:
    per_hour = {8 + hour: arrived_share(60 * hour + 60) - arrived_share(60 * hour) for hour in range(12)}
    assert sorted(per_hour, key=per_hour.__getitem__)[-2:] == [17, 16]
    assert per_hour[16] == pytest.approx(0.124 / 0.878, abs=0.001)


def test_every_voter_of_the_day_comes_exactly_once() -> None:
    assert due_by(0, 2_998) == 0
    assert due_by(DAY_MINUTES, 2_998) == 2_998
    assert sum(due_by(minute + 1, 2_998) - due_by(minute, 2_998) for minute in range(DAY_MINUTES)) == 2_998


def test_ballerups_stations_have_the_turnout_they_reported() -> None:
    shares = {(former.municipality_code, former.number): dict(former.points) for former in former_turnouts()}
    assert sorted(number for _, number in shares) == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert shares[151, 1][time(20)] == 3_033 / 3_981
    assert shares[151, 2][time(17)] == 3_892 / 6_635
    assert shares[151, 5][time(10)] == 816 / 3_743


def test_hours_that_a_station_did_not_report_lie_between_their_neighbours() -> None:
    for former in former_turnouts():
        assert [clock.hour for clock, _ in former.points] == list(range(8, 21))
        assert all(earlier < later for (_, earlier), (_, later) in pairwise(former.points))
