"""The rule of the mark as a grid: every situation, and what is said first when several things are wrong at once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.elections import NO_CONTESTS, ContestSet, Station, StationKey, StationState, TableState
from domain.marks import (
    Accepted,
    CardFinding,
    Circumstances,
    Decision,
    LiveMark,
    Refusal,
    Refused,
    WithdrawalRequest,
    decide,
    decide_withdrawal,
)
from domain.officials import Role
from domain.register import EntryStatus, RegisterEntry, Sex

KV, RV, BOTH = ContestSet(1), ContestSet(2), ContestSet(3)
NOON = datetime(2025, 11, 18, 12, tzinfo=UTC)
HERE, ELSEWHERE = 2, 6
PACKAGE = "ab" * 32

ENTRY = RegisterEntry(7, HERE, 112, "Kirsten Østergård", date(1968, 3, 14), Sex.FEMALE, BOTH)
MARK = LiveMark(UUID(int=1), 7, 31, 4, BOTH, NOON)
OPEN = Circumstances(HERE, StationState.OPEN, TableState.OPEN, signed_in=True, epoch=3, package_hash=PACKAGE)
RIGHT_STATION = Station(StationKey(151, 6), "Skovlunde Skole", "Skovlunde Skole", "Lundebjergvej 78")


def ask(
    entry: RegisterEntry | None = ENTRY,
    *,
    earlier: LiveMark | None = None,
    replaced: bool = False,
    here: Circumstances = OPEN,
    epoch: int = 3,
    package_hash: str = PACKAGE,
) -> Decision:
    finding = CardFinding(entry, NOON if replaced else None, "2871" if replaced else None) if entry else None
    return decide(finding, earlier, here, epoch=epoch, package_hash=package_hash, right_station=RIGHT_STATION)


def refusal(decision: Decision) -> Refusal | None:
    return decision.refusal if isinstance(decision, Refused) else None


@pytest.mark.parametrize(
    ("contests", "advance", "ballots"),
    [
        (BOTH, NO_CONTESTS, BOTH),
        (RV, NO_CONTESTS, RV),
        (BOTH, KV, RV),
        (BOTH, RV, KV),
        (BOTH, BOTH, None),
        (RV, RV, None),
        (RV, BOTH, None),
        (RV, KV, RV),
    ],
)
def test_ballots_are_the_voters_contests_less_accepted_advance_votes(
    contests: ContestSet, advance: ContestSet, ballots: ContestSet | None
) -> None:
    decision = ask(replace(ENTRY, contests=contests, advance_contests=advance, advance_received_on=date(2025, 11, 3)))
    if ballots is None:
        assert refusal(decision) is Refusal.ADVANCE_VOTED
    else:
        assert decision == Accepted(ballots)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (ask(None), Refusal.UNKNOWN_CARD),
        (ask(replace(ENTRY, station_id=ELSEWHERE)), Refusal.WRONG_STATION),
        (ask(earlier=MARK), Refusal.ALREADY_MARKED),
        (ask(replaced=True), Refusal.CARD_REPLACED),
        (ask(replace(ENTRY, status=EntryStatus.REMOVED)), Refusal.NOT_ENTITLED),
        (ask(replace(ENTRY, contests=NO_CONTESTS)), Refusal.NOT_ENTITLED),
        (ask(here=replace(OPEN, station_state=StationState.PREPARED)), Refusal.STATION_NOT_OPEN),
        (ask(here=replace(OPEN, station_state=StationState.CLOSED)), Refusal.STATION_CLOSED),
        (ask(here=replace(OPEN, table_state=TableState.PAUSED)), Refusal.TABLE_PAUSED),
        (ask(here=replace(OPEN, table_state=TableState.CLOSED)), Refusal.TABLE_CLOSED),
        (ask(here=replace(OPEN, signed_in=False)), Refusal.NOT_SIGNED_IN),
        (ask(epoch=2), Refusal.STALE_EPOCH),
        (ask(epoch=4), Refusal.STALE_EPOCH),
        (ask(package_hash="cd" * 32), Refusal.OTHER_PACKAGE),
    ],
)
def test_each_thing_that_is_wrong_has_its_own_no(decision: Decision, expected: Refusal) -> None:
    assert refusal(decision) is expected


def test_voter_of_another_station_is_told_the_right_one_whatever_else_is_wrong() -> None:
    for replaced, earlier in product((False, True), (None, MARK)):
        decision = ask(replace(ENTRY, station_id=ELSEWHERE), replaced=replaced, earlier=earlier)
        assert isinstance(decision, Refused)
        assert (decision.refusal, decision.right_station) == (Refusal.WRONG_STATION, RIGHT_STATION)


def test_a_mark_is_never_hidden_by_an_old_card_or_a_removed_row() -> None:
    removed = replace(ENTRY, status=EntryStatus.REMOVED)
    assert refusal(ask(removed, earlier=MARK, replaced=True)) is Refusal.ALREADY_MARKED


def test_a_closed_place_says_so_before_it_looks_at_anybody() -> None:
    closed = replace(OPEN, station_state=StationState.CLOSED)
    assert ask(earlier=MARK, here=closed) == Refused(Refusal.STATION_CLOSED)


@given(
    contests=st.integers(0, 3),
    advance=st.integers(0, 3),
    status=st.sampled_from(EntryStatus),
    earlier=st.sampled_from((None, MARK)),
    station=st.sampled_from(StationState),
    table=st.sampled_from(TableState),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_a_yes_means_that_everything_is_right(
    contests: int,
    advance: int,
    status: EntryStatus,
    earlier: LiveMark | None,
    station: StationState,
    table: TableState,
    flags: tuple[bool, bool],
) -> None:
    replaced, signed_in = flags
    entry = replace(ENTRY, contests=ContestSet(contests), advance_contests=ContestSet(advance), status=status)
    here = Circumstances(HERE, station, table, signed_in=signed_in, epoch=3, package_hash=PACKAGE)
    decision = ask(entry, earlier=earlier, replaced=replaced, here=here)
    right = (
        contests & ~advance
        and status is EntryStatus.ACTIVE
        and earlier is None
        and not replaced
        and station is StationState.OPEN
        and table is TableState.OPEN
        and signed_in
    )
    assert isinstance(decision, Accepted) == bool(right)
    if isinstance(decision, Accepted):
        assert decision.contests == contests & ~advance


@pytest.mark.parametrize(
    ("second", "roles", "reason", "mark", "expected"),
    [
        (12, {Role.STATION_SECRETARY}, "Forkert vælger", MARK, None),
        (12, {Role.REGISTER_KEEPER, Role.CHAIR}, "Forkert vælger", MARK, None),
        (12, {Role.REGISTER_KEEPER}, "Forkert vælger", MARK, Refusal.SECOND_OFFICIAL_NEEDED),
        (11, {Role.STATION_SECRETARY}, "Forkert vælger", MARK, Refusal.SECOND_OFFICIAL_NEEDED),
        (None, {Role.STATION_SECRETARY}, "Forkert vælger", MARK, Refusal.SECOND_OFFICIAL_NEEDED),
        (12, {Role.STATION_SECRETARY}, " ab ", MARK, Refusal.REASON_NEEDED),
        (12, {Role.STATION_SECRETARY}, "a" * 201, MARK, Refusal.REASON_NEEDED),
        (12, {Role.STATION_SECRETARY}, "Forkert vælger", None, Refusal.NO_SUCH_MARK),
    ],
)
def test_withdrawal_needs_a_mark_two_people_and_a_reason(
    second: int | None, roles: set[Role], reason: str, mark: LiveMark | None, expected: Refusal | None
) -> None:
    assert decide_withdrawal(WithdrawalRequest(11, second, frozenset(roles), reason), mark) is expected
