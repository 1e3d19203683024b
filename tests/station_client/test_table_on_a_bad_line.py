"""A table's program and its server with a bad line between them: what was asked is asked again, and counted once."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from domain.elections import StationState, TableState
from domain.screens import Screen
from tests.station_client.fake_server import CODE, OFFICIAL_CODE, SECRETARY_CODE, FakeServer
from tests.station_client.fake_wire import running
from tests.station_client.hall import FOREIGN_CARD, OTHER, PLAIN, THIRD, UNKNOWN_CARD, card_of
from tests.station_client.local_page import LocalPage, open_table, working_table


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with running(FakeServer()) as server:
        yield server


@pytest.fixture
def page(tmp_path: Path, server: FakeServer) -> Iterator[LocalPage]:
    with working_table(tmp_path / "table", server) as page:
        yield page


def asked_for_marks(server: FakeServer) -> list[object]:
    """The ids of marks in every call that arrived."""
    return [call[-1] for call in server.asked]


def test_a_voter_gets_ballots_and_the_server_hears_that_they_were_handed_out(page: LocalPage, server: FakeServer) -> None:
    assert page.scan(card_of(PLAIN)).state is Screen.FOUND
    assert page.confirm().state is Screen.REGISTERED
    assert page.confirm().state is Screen.READY
    page.until(lambda now: now.connection.unsettled == 0)
    assert server.handed_over == list(server.live.values())


@pytest.mark.parametrize("fault", ["cut", "slow", "garbled", "lost", "busy"])
def test_a_lost_answer_is_asked_for_again_under_the_same_id(page: LocalPage, server: FakeServer, fault: str) -> None:
    server.faults.next_calls.extend([fault, fault])
    page.scan(card_of(PLAIN))
    first = page.confirm()
    assert first.state in {Screen.OFFLINE, Screen.REGISTERED}
    now = page.until(lambda now: now.state is Screen.REGISTERED)
    assert now.verdict == "Udlevér 2 stemmesedler"
    assert len(server.live) == 1
    assert set(asked_for_marks(server)) == set(server.live.values())
    assert now.counts.marks == 1


def test_while_the_outcome_is_unknown_the_screen_says_so(page: LocalPage, server: FakeServer) -> None:
    server.faults.next_calls.extend(["slow"] * 2)
    page.scan(card_of(PLAIN))
    now = page.confirm()
    assert (now.state, now.ballots) == (Screen.OFFLINE, ())
    assert "er ikke afklaret" in now.details[0]
    assert page.scan(card_of(OTHER)).error == "Vent: den forrige vælger er ikke afklaret endnu."
    page.until(lambda now: now.state is Screen.REGISTERED)


def test_a_refusal_after_the_fact_shows_where_the_voter_was_marked(page: LocalPage, server: FakeServer) -> None:
    page.scan(card_of(PLAIN))
    server.live[PLAIN] = uuid4()
    now = page.confirm()
    assert (now.state, now.details) == (Screen.VOTED, ("Registreret ved bord 2 kl. 13.00",))


def test_without_a_server_a_card_gets_the_black_screen_and_later_the_blue_one(tmp_path: Path) -> None:
    server = FakeServer()
    with contextlib.ExitStack() as stack:
        with running(server):
            page = stack.enter_context(working_table(tmp_path / "table", server))
        assert page.until(lambda now: not now.connection.up).state is Screen.OFFLINE
        now = page.scan(card_of(PLAIN))
        assert (now.state, now.voter) == (Screen.OFFLINE, None)
        page.until(lambda now: (now.connection.lost_for_s or 0) >= 1)
        stack.enter_context(running(server))
        page.until(lambda now: now.state is Screen.READY)
        assert page.scan(card_of(PLAIN)).state is Screen.FOUND
        assert page.confirm().state is Screen.REGISTERED
    assert len(server.live) == 1


def test_after_a_restart_without_server_the_open_voter_is_settled_first(tmp_path: Path) -> None:
    server = FakeServer()
    with running(server), working_table(tmp_path / "table", server) as page:
        server.faults.next_calls.extend(["slow"] * 2)
        page.scan(card_of(PLAIN))
        page.confirm()
    server.faults.next_calls.clear()
    with open_table(tmp_path / "table", server, code=None) as page:
        now = page.view()
        assert (now.state, now.connection.unsettled) == (Screen.OFFLINE, 1)
        assert now.voter is not None
        assert page.scan(card_of(OTHER)).state is Screen.OFFLINE
        with running(server):
            now = page.until(lambda now: now.state is Screen.REGISTERED)
            assert now.voter is not None
            assert now.voter.name == "Vælger Ærø-1"
    assert set(asked_for_marks(server)) == set(server.live.values())


def test_another_tables_mark_is_refused_here_within_a_moment(page: LocalPage, server: FakeServer) -> None:
    server.say("mark_recorded", entry_id=THIRD, table_number=2, at="2025-11-18T12:00:00Z", contests=("KV", "RV"))
    number = server.last_event
    deadline = time.monotonic() + 5
    while server.heard[-1].last_event < number:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert page.scan(card_of(THIRD)).state is Screen.VOTED


def test_a_gap_in_the_events_is_closed_by_a_new_package(page: LocalPage, server: FakeServer) -> None:
    server.events = [event for event in (server.say("table_paused"), server.say("table_opened")) if event.number == 12]
    server.events.insert(0, server.events[0].model_copy(update={"number": 13}))
    page.until(lambda _: server.heard[-1].last_event == server.last_event)


def test_a_broken_package_is_fetched_again(tmp_path: Path, server: FakeServer) -> None:
    server.faults.package.extend(["cut", "cut"])
    with working_table(tmp_path / "table", server) as page:
        assert page.scan(card_of(PLAIN)).state is Screen.FOUND


def test_a_card_the_table_does_not_know_is_asked_for(page: LocalPage, server: FakeServer) -> None:
    assert page.scan(UNKNOWN_CARD).state is Screen.UNKNOWN
    assert page.scan(FOREIGN_CARD).state is Screen.WRONG_STATION
    server.faults.next_calls.append("slow")
    page.post("acknowledge")
    assert page.scan(FOREIGN_CARD).state is Screen.OFFLINE


def test_a_station_that_closes_closes_its_tables(page: LocalPage, server: FakeServer) -> None:
    server.station_state = StationState.CLOSED
    assert page.until(lambda now: now.state is Screen.CLOSED).verdict == "Valgstedet er lukket"


def test_the_table_is_paused_opened_and_closed_by_its_official(page: LocalPage, server: FakeServer) -> None:
    assert page.post("pause").state is Screen.PAUSED
    assert server.table_state is TableState.PAUSED
    assert page.scan(card_of(PLAIN)).state is Screen.PAUSED
    assert page.post("resume").state is Screen.READY
    page.scan(card_of(PLAIN))
    assert page.post("pause").error == "Gør først vælgeren færdig."
    page.post("reject")
    assert page.post("close").state is Screen.CLOSED


def test_another_official_takes_over_but_not_in_the_middle_of_a_voter(page: LocalPage) -> None:
    page.scan(card_of(PLAIN))
    assert page.post("sign-in", code=OFFICIAL_CODE).error == "Gør først vælgeren færdig."
    page.post("reject")
    now = page.post("sign-in", code=OFFICIAL_CODE)
    assert now.official is not None
    assert (now.state, now.official.name) == (Screen.READY, "Bodil Lund")
    assert page.post("sign-out").state is Screen.SIGN_IN


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("9999-999999", "Koden er forkert. Prøv igen."),
        ("0000-000000", "For mange forkerte koder. Vent lidt, og prøv igen. Vent 40 sekunder."),
    ],
)
def test_a_wrong_code_says_so(page: LocalPage, code: str, sentence: str) -> None:
    page.post("sign-out")
    now = page.post("sign-in", code=code)
    assert (now.state, now.error) == (Screen.SIGN_IN, sentence)


def test_help_is_called_for_at_once(page: LocalPage, server: FakeServer) -> None:
    assert page.post("help").calls_help
    page.until(lambda _: server.heard[-1].calls_help)
    assert not page.post("help").calls_help
    page.until(lambda _: not server.heard[-1].calls_help)


def test_a_mark_taken_back_by_two_leaves_its_card_as_a_difference(page: LocalPage, server: FakeServer, tmp_path: Path) -> None:
    page.scan(card_of(PLAIN))
    assert page.confirm().can_withdraw
    assert page.post("withdraw", second_code="1", reason="Fejl").error == "Koden er forkert. Prøv igen."
    assert page.post("withdraw", second_code=SECRETARY_CODE, reason=" ").error is not None
    assert server.live
    now = page.post("withdraw", second_code=SECRETARY_CODE, reason="Forkert vælger")
    assert (now.state, now.can_withdraw, server.live) == (Screen.READY, False, {})
    assert (now.counts.cards, now.counts.marks, now.counts.difference) == (1, 0, 1)
    assert now.recent[0].text == "Fortrudt"
    files = b"".join(path.read_bytes() for path in (tmp_path / "table").iterdir())
    assert SECRETARY_CODE.encode() not in files
    assert b"Forkert v" in files


@pytest.mark.parametrize("fault", ["cut", "lost", "busy"])
def test_a_withdrawal_without_answer_is_asked_again_under_the_same_id(page: LocalPage, server: FakeServer, fault: str) -> None:
    page.scan(card_of(PLAIN))
    page.confirm()
    server.faults.next_calls.append(fault)
    now = page.post("withdraw", second_code=SECRETARY_CODE, reason="Forkert vælger")
    assert now.error == "Det er uvist, om registreringen er fortrudt. Skriv koden igen, når der er forbindelse."
    assert now.connection.unsettled == 1
    assert page.post("withdraw", second_code="forkert", reason="Forkert vælger").connection.unsettled == 1
    now = page.post("withdraw", second_code=SECRETARY_CODE, reason="Forkert vælger")
    assert (now.connection.unsettled, now.counts.marks) == (0, 0)
    assert len({body.request_id for body in server.withdrawals}) == 1


def test_without_connection_no_withdrawal_is_begun(tmp_path: Path) -> None:
    server = FakeServer()
    with contextlib.ExitStack() as stack:
        with running(server):
            page = stack.enter_context(working_table(tmp_path / "table", server))
            page.scan(card_of(PLAIN))
            page.confirm()
        page.until(lambda now: not now.connection.up)
        now = page.post("withdraw", second_code=SECRETARY_CODE, reason="Forkert vælger")
        assert now.error == "Ingen forbindelse til serveren. Prøv igen om lidt."
        assert now.connection.unsettled == 0


def test_a_revoked_laptop_is_no_table_any_more_until_it_has_a_new_code(page: LocalPage, server: FakeServer) -> None:
    server.revoked = True
    now = page.until(lambda now: now.state is Screen.ENROL)
    assert now.error == "Serveren kender ikke dette bord. Tilslut bordet igen med en ny engangskode."
    assert page.scan(card_of(PLAIN)).state is Screen.ENROL
    assert page.post("enrol", server=server.address, code=CODE).state is Screen.SIGN_IN


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("WRONG", "Engangskoden findes ikke. Se efter, om den er skrevet rigtigt."),
        ("OLD", "Engangskoden er udløbet. Bed valgkontoret om en ny."),
    ],
)
def test_a_code_that_does_not_fit_says_why(tmp_path: Path, server: FakeServer, code: str, sentence: str) -> None:
    with open_table(tmp_path / "table", server, code=None) as page:
        now = page.post("enrol", server=server.address, code=code)
        assert (now.state, now.error) == (Screen.ENROL, sentence)


def test_another_version_is_told_before_anything_is_done(tmp_path: Path, server: FakeServer) -> None:
    server.wire_version = 2
    with open_table(tmp_path / "table", server, code=None) as page:
        now = page.post("enrol", server=server.address, code=CODE)
        assert now.error == "Bordet og serveren har ikke samme version. Kontakt valgkontoret."


@pytest.mark.parametrize(
    "address", ["http://valg.example:8700", "ftp://127.0.0.1", "http://a:b@127.0.0.1", "nonsense", "http://[::"]
)
def test_a_token_never_goes_over_an_open_line(tmp_path: Path, server: FakeServer, address: str) -> None:
    with open_table(tmp_path / "table", server, code=None) as page:
        assert page.post("enrol", server=address, code=CODE).error == "Serverens adresse skal begynde med https://"
    assert server.enrolled_with == []


def test_a_laptop_enrols_as_soon_as_its_server_answers(tmp_path: Path) -> None:
    server = FakeServer()
    with running(server):
        pass
    with open_table(tmp_path / "table", server) as page:
        assert page.view().state is Screen.ENROL
        with running(server):
            page.until(lambda now: now.state is Screen.SIGN_IN)


def test_a_second_start_needs_no_code_and_nobody_is_signed_out(tmp_path: Path, server: FakeServer) -> None:
    with working_table(tmp_path / "table", server):
        pass
    with open_table(tmp_path / "table", server, code="USED") as page:
        assert page.until(lambda now: now.state is Screen.READY).official is not None
    assert server.enrolled_with == [CODE]


def test_two_programs_in_one_folder_are_told_apart(tmp_path: Path, server: FakeServer) -> None:
    with working_table(tmp_path / "table", server), open_table(tmp_path / "table", server) as second:
        now = second.view()
        assert (now.state, now.details) == (Screen.STOPPED, ("Bordet kører allerede på denne computer.",))
