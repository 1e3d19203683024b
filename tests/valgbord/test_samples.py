"""The sample cards answer as their headings say: the rule itself is asked."""

import pytest
from sqlalchemy import Engine, insert

from domain.danish_samples import Situation
from domain.elections import ElectionKind, StationState, TableState
from domain.marks import Accepted, Circumstances, Decision, Refused, decide
from domain.poll_cards import ScanProblem, UnreadableScan, parse_scan
from printer.sample_sheet import Outcome, SampleCard
from server.db import poll_cards, snapshot
from server.queries.elections import find_election
from server.queries.marks import list_cards_with_marks
from tests.valgbord.small_register import SmallRegister, make_small_register
from valgbord.samples import LiveElectionError, is_kept, pick_samples


@pytest.fixture
def register(engine: Engine) -> SmallRegister:
    return make_small_register(engine)


def samples_of(engine: Engine, register: SmallRegister) -> dict[Situation, SampleCard]:
    with snapshot(engine) as conn:
        return {Situation(card.situation): card for card in pick_samples(conn, register.election_id, register.station_id)}


def what_the_table_says(engine: Engine, digits: str) -> Decision | ScanProblem:
    """The answer at station 1, found as the server finds it."""
    with snapshot(engine) as conn:
        election = find_election(conn, 1)
        assert election is not None
        number = parse_scan(digits, election)
        if isinstance(number, UnreadableScan):
            return number.problem
        found = list_cards_with_marks(conn, 1, [digits])
    _, finding, earlier = found[0] if found else (digits, None, None)
    here = Circumstances(1, StationState.OPEN, TableState.OPEN, signed_in=True, epoch=1, package_hash="0" * 64)
    return decide(finding, earlier, here, epoch=1, package_hash="0" * 64)


def test_there_is_a_card_for_every_situation(engine: Engine, register: SmallRegister) -> None:
    samples = samples_of(engine, register)
    assert set(samples) == set(Situation)
    assert len({card.digits for card in samples.values()}) == len(Situation)


def test_every_card_is_answered_as_its_heading_says(engine: Engine, register: SmallRegister) -> None:
    for situation, card in samples_of(engine, register).items():
        answer = what_the_table_says(engine, card.digits)
        if card.outcome is Outcome.BALLOTS:
            assert isinstance(answer, Accepted), situation
            assert card.heading.startswith(f"Udlevér {answer.contests.bit_count()} stemme"), situation
        else:
            assert str(answer.refusal if isinstance(answer, Refused) else answer) == situation


def test_ballot_samples_are_what_they_are_named(engine: Engine, register: SmallRegister) -> None:
    samples = samples_of(engine, register)
    assert samples[Situation.OK_ONE_CONTEST].digits == register.cards[2]
    assert samples[Situation.OK_PARTIAL_ADVANCE].digits == register.cards[3]
    assert samples[Situation.OK_LONG_NAME].digits == register.cards[6]
    assert samples[Situation.OK_OTHER_SCRIPT].digits == register.cards[9]
    assert samples[Situation.CARD_REPLACED].digits == register.cards[8]
    assert "Måløv Ny Hal" in samples[Situation.WRONG_STATION].note


def test_ordinary_samples_are_voters_whom_the_demo_leaves_alone(engine: Engine, register: SmallRegister) -> None:
    kept = {number for entry_id, number in register.cards.items() if entry_id <= 40 and is_kept(entry_id)}
    samples = samples_of(engine, register)
    assert {samples[situation].digits for situation in (Situation.OK, Situation.OK_2, Situation.OK_3)} <= kept


def test_a_print_suppliers_extra_number_does_not_make_a_voter_unknown(engine: Engine, register: SmallRegister) -> None:
    before = samples_of(engine, register)
    with engine.begin() as conn:
        conn.execute(insert(poll_cards).values(number="00012345678901", election_id=1, entry_id=30, kind="alias"))
    assert samples_of(engine, register).keys() == before.keys()


def test_no_samples_are_picked_from_a_live_election(engine: Engine) -> None:
    register = make_small_register(engine, ElectionKind.LIVE)
    with snapshot(engine) as conn, pytest.raises(LiveElectionError):
        pick_samples(conn, register.election_id, register.station_id)
