"""One station in a nutshell: the real server's recording, three real tables with real journals, and a line that misbehaves.

Messages are lost, repeated and overtaken; tables and the server start anew; cards are replaced; marks are withdrawn. After
every step the promises of the design are asked for. The officials behave as officials do: they hand out ballots when, and only
when, the screen says so.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, func, select

from domain.elections import ElectionKind, StationState
from domain.events import first_broken_link
from domain.marks import MarkSource, WithdrawalRequest
from domain.officials import Role
from domain.wire import (
    Answer,
    ContestOut,
    ElectionOut,
    EnrolledOut,
    HandedOverRequest,
    MarkRequest,
    OfficialOut,
    StationNews,
    StationOut,
)
from server.actions.mark_batch import Submitted, Withdrawal
from server.actions.marks import record_marks
from server.actions.news import read_news
from server.actions.replacement_cards import replace_card
from server.db import marks, open_engine, poll_cards, quarter_tallies, snapshot, station_heads
from server.migrate import upgrade
from server.queries.events import stream_log
from server.queries.tables import TableCaller
from server.routes.package import package_lines
from station_client.changes import Changes
from station_client.enrolment import Enrolment
from station_client.journal_store import open_journal
from station_client.ledger import Ledger
from station_client.package import build_copy
from station_client.register_copy import open_copy
from station_client.showing import Found, HandingOut
from station_client.table import Table
from tests.station_client.hall import HandClock
from tests.world import SERIES, World, make_world

TABLES = range(3)
VOTERS = (1, 3, 6)
SOME_TABLE = st.sampled_from(TABLES)
SOME_VOTER = st.sampled_from(VOTERS)
ANY_MESSAGE = st.integers(0, 7)


class Fate(Enum):
    """What becomes of a request and its answer."""

    ANSWERED = auto()
    REQUEST_LOST = auto()
    ANSWER_LOST = auto()
    REQUEST_LATE = auto()
    ANSWER_LATE = auto()


SELDOM = st.sampled_from((False, False, False, True))
SOME_FATE = st.sampled_from((Fate.ANSWERED,) * 4 + tuple(Fate))

Request = MarkRequest | HandedOverRequest
Record = Callable[[Engine, list[Submitted], HandClock], list[str]]


def record(engine: Engine, submitted: list[Submitted], clock: HandClock) -> list[str]:
    """What the recorder does: one transaction, answers after it."""
    with engine.begin() as conn:
        return record_marks(conn, submitted, clock.now())


@dataclass
class Laptop:
    """One table's laptop: its folder outlives its program."""

    number: int
    caller: TableCaller
    folder: Path
    official_id: int
    clock: HandClock
    table: Table = field(init=False)

    def start(self) -> None:
        """Start the program on the files that are there."""
        self.table = Table(
            clock=self.clock,
            ledger=Ledger(open_journal(self.folder / "journal.sqlite3")),
            enrolment=self._enrolment(),
            copy=open_copy(self.folder / "register.sqlite3"),
            changes=Changes(),
        )
        self.table.connection_is(stream_up=True)

    def end(self) -> None:
        """The program ends without a word."""
        self.table.ledger.close()
        if self.table.copy is not None:
            self.table.copy.close()

    def _enrolment(self) -> Enrolment:
        return Enrolment(
            server="http://127.0.0.1:1",
            enrolled=EnrolledOut(
                token="t" * 43,
                table_id=self.caller.table_id,
                table_number=self.caller.table_number,
                station_id=self.caller.station_id,
                station=StationOut(municipality_code=151, number=2, name="Hal 2", venue="Hal 2", address="Skolevej 2"),
                election=ElectionOut(
                    election_id=self.caller.election_id,
                    name="Kommunalvalg",
                    day=self.clock.at.date(),
                    opens_at="08:00",
                    closes_at="20:00",
                    kind=ElectionKind.PRACTICE,
                    card_series=SERIES,
                    contests=(ContestOut(code="KV", name="Kommunalvalg", ballot_colour="#ffffff"),),
                    card_aliases=(),
                ),
            ),
            official=OfficialOut(official_id=self.official_id, name="Bodil Lund", role=Role.REGISTER_KEEPER),
        )


class Station(RuleBasedStateMachine):
    """The machine. Planted bugs change ``record`` or one of the methods; see ``test_agreement.py``."""

    template: Path
    """A folder with a migrated database and a made municipality, copied for each run."""
    made: World
    record: Record = staticmethod(record)

    @initialize()
    def open_station(self) -> None:
        """A fresh municipality and three laptops with the station's package."""
        self.folder = Path(tempfile.mkdtemp(dir=self.template))
        shutil.copyfile(self.template / "made.sqlite3", self.folder / "server.sqlite3")
        self.engine = open_engine(f"sqlite:///{self.folder / 'server.sqlite3'}")
        self.world: World = self.made
        self.clock = HandClock()
        self.to_server: list[tuple[int, tuple[Request, ...]]] = []
        self.to_tables: list[tuple[int, tuple[Answer, ...]]] = []
        self.news: list[tuple[int, StationNews]] = []
        self.told: dict[UUID, str] = {}
        self.handed_out: dict[int, set[UUID]] = {}
        self.withdrawn: set[UUID] = set()
        self.replaced_at_record: list[str] = []
        self.random = Random(1)
        self.laptops = [self._make_laptop(number) for number in TABLES]

    def _make_laptop(self, number: int) -> Laptop:
        at = self.world.tables[number]
        caller = TableCaller(at.table_id, at.number, at.station_id, self.world.election_id)
        folder = self.folder / f"table-{number}"
        folder.mkdir()
        with snapshot(self.engine) as conn:
            build_copy((line.rstrip(b"\n") for line in package_lines(conn, caller)), folder / "register.sqlite3")
        laptop = Laptop(number, caller, folder, at.official_id, self.clock)
        laptop.start()
        return laptop

    # What officials do.

    @rule(at=SOME_TABLE, voter=SOME_VOTER, old=SELDOM, wrong=SELDOM, fate=SOME_FATE)
    def come(self, at: int, voter: int, fate: Fate, *, old: bool, wrong: bool) -> None:
        """A voter gives a card, an old one perhaps; the official compares and, when all is right, confirms."""
        self.clock.forward(4)
        card = self.world.card(voter) if old else self._newest_card(voter)
        self.laptops[at].table.scan(card, MarkSource.SCANNED)
        self._look(at)
        if not wrong:
            self.confirm(at)
            self.exchange(at, fate)

    @rule(at=SOME_TABLE)
    def confirm(self, at: int) -> None:
        """Space: the voter is right, or the ballots are handed over."""
        self.clock.forward(0.5)
        table = self.laptops[at].table
        table.confirm(table.serial)
        self._look(at)

    @rule(at=SOME_TABLE)
    def turn_away(self, at: int) -> None:
        """Esc: not this voter; or a refusal has been seen."""
        table = self.laptops[at].table
        table.reject()
        table.acknowledge()

    @rule(voter=SOME_VOTER)
    def replace_card(self, voter: int) -> None:
        """The secretary prints a new card."""
        with self.engine.begin() as conn:
            replace_card(
                conn,
                self.world.election_id,
                SERIES,
                self.world.card(voter),
                self.clock.now(),
                official_id=None,
                draw=self.random.randrange,
            )

    @rule(at=SOME_TABLE)
    def withdraw_last(self, at: int) -> None:
        """Two officials take the table's last mark back; the ballots come back unused."""
        laptop = next((one for one in (*self.laptops[at:], *self.laptops[:at]) if one.table.ledger.last_mark), None)
        last = laptop.table.ledger.last_mark if laptop else None
        if laptop is None or last is None or laptop.table.voter_in_flight:
            return
        secretary = self.world.officials[Role.STATION_SECRETARY][0]
        asked = WithdrawalRequest(laptop.official_id, secretary, frozenset({Role.STATION_SECRETARY}), "forkert vælger")
        submitted = self._submitted(laptop, Withdrawal(uuid4(), last.request.request_id, asked))
        answer = Answer.model_validate_json(self.record(self.engine, [submitted], self.clock)[0])
        if answer.accepted:
            self.withdrawn.add(last.request.request_id)

    # What the line does.

    @rule(at=SOME_TABLE, fate=SOME_FATE)
    def exchange(self, at: int, fate: Fate) -> None:
        """A table sends what its journal holds without an answer, and the line does with it what it likes."""
        requests = self.unsettled(self.laptops[at])
        if not requests:
            return
        if fate is Fate.REQUEST_LATE:
            self.to_server.append((at, requests))
        if fate in {Fate.ANSWERED, Fate.ANSWER_LOST, Fate.ANSWER_LATE}:
            answers = self._serve(at, requests)
            if fate is Fate.ANSWER_LATE:
                self.to_tables.append((at, answers))
            elif fate is Fate.ANSWERED:
                self.laptops[at].table.settle(answers)
        if fate is Fate.ANSWERED:
            self._look(at)
        else:
            self.time_out(at)

    @rule(which=ANY_MESSAGE, again=st.booleans())
    def reach_server(self, which: int, *, again: bool) -> None:
        """Some message arrives, whichever was sent first; perhaps it arrives once more later."""
        if self.to_server:
            at, requests = self.to_server[which % len(self.to_server)]
            if not again:
                self.to_server.remove((at, requests))
            self.to_tables.append((at, self._serve(at, requests)))

    @rule(which=ANY_MESSAGE, again=st.booleans())
    def reach_table(self, which: int, *, again: bool) -> None:
        """Some answer arrives; perhaps it arrives once more later."""
        if self.to_tables:
            at, answers = self.to_tables[which % len(self.to_tables)]
            if not again:
                self.to_tables.remove((at, answers))
            self.laptops[at].table.settle(answers)
            self._look(at)

    @rule(at=SOME_TABLE, late=st.booleans())
    def tell(self, at: int, *, late: bool) -> None:
        """The server tells the station's news; perhaps they are heard much later."""
        laptop = self.laptops[at]
        after = laptop.table.copy.last_event if laptop.table.copy else 0
        with snapshot(self.engine) as conn:
            news = read_news(conn, laptop.caller, after=after, at=self.clock.now())
        if late:
            self.news.append((at, news))
        else:
            laptop.table.hear(news)

    @rule(which=ANY_MESSAGE)
    def hear_late(self, which: int) -> None:
        """Some old news arrives."""
        if self.news:
            at, news = self.news.pop(which % len(self.news))
            self.laptops[at].table.hear(news)
            self._look(at)

    # What machines do.

    @rule(at=SOME_TABLE)
    def restart_table(self, at: int) -> None:
        """A laptop is switched off and on."""
        self.laptops[at].end()
        self.laptops[at].start()
        self._look(at)

    @rule()
    def restart_server(self) -> None:
        """The server is switched off and on."""
        self.engine.dispose()

    # What must hold.

    @invariant()
    def nobody_has_ballots_twice(self) -> None:
        for ids in self.handed_out.values():
            assert len(ids - self.withdrawn) <= 1, "two sets of ballots for one voter"

    @invariant()
    def every_mark_that_was_shown_stands_in_the_register(self) -> None:
        with self.engine.connect() as conn:
            recorded = set(conn.scalars(select(marks.c.request_id)))
        for ids in self.handed_out.values():
            assert ids <= recorded, "ballots without a mark"

    @invariant()
    def tallies_count_the_marks_that_stand(self) -> None:
        with snapshot(self.engine) as conn:
            standing = conn.scalar(select(func.count()).where(marks.c.withdrawn_event.is_(None)))
            told = conn.scalar(select(func.sum(station_heads.c.marks)))
            quarters = conn.scalar(select(func.coalesce(func.sum(quarter_tallies.c.marks), 0)))
            assert standing == told == quarters, "the board says another number than the register"

    @invariant()
    def no_card_was_accepted_after_it_was_replaced(self) -> None:
        assert not self.replaced_at_record, "an old card led to ballots"

    def teardown(self) -> None:
        """The line comes back: everything is settled, nobody was refused without having ballots, and the log is whole."""
        if not hasattr(self, "laptops"):
            return
        try:
            self._settle_everything()
            with snapshot(self.engine) as conn:
                assert first_broken_link(stream_log(conn, self.world.stations[0])) is None
                standing = Counter(conn.execute(select(marks.c.request_id).where(marks.c.withdrawn_event.is_(None))).scalars())
            known = {
                mark.request.request_id for laptop in self.laptops if (mark := laptop.table.ledger.last_mark) is not None
            } | {one for ids in self.handed_out.values() for one in ids}
            assert set(standing) <= known, "a mark stands that no table knows: its voter has no ballots"
        finally:
            for laptop in self.laptops:
                laptop.end()
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def _settle_everything(self) -> None:
        for _ in range(3):
            for at, laptop in enumerate(self.laptops):
                requests = self.unsettled(laptop)
                if requests:
                    laptop.table.settle(self._serve(at, requests))
                    self._look(at)
        assert not any(laptop.table.ledger.unsettled(1) for laptop in self.laptops), "a request without an answer"

    # How it is done; planted bugs replace these.

    def unsettled(self, laptop: Laptop) -> tuple[Request, ...]:
        """What a table sends."""
        return laptop.table.ledger.unsettled(50)

    def time_out(self, at: int) -> None:
        """Nobody answered the table."""
        self.laptops[at].table.no_answer()
        self._look(at)

    def _serve(self, at: int, requests: tuple[Request, ...]) -> tuple[Answer, ...]:
        """The server records and answers; what it answers must be what it answered the first time."""
        laptop = self.laptops[at]
        old = self._replaced_cards()
        texts = self.record(self.engine, [self._submitted(laptop, request) for request in requests], self.clock)
        answers = tuple(Answer.model_validate_json(text) for text in texts)
        for request, answer, text in zip(requests, answers, texts, strict=True):
            assert self.told.setdefault(request.request_id, text) == text, "another answer under the same id"
            if isinstance(request, MarkRequest) and answer.accepted and request.card in old and self._is_new(text):
                self.replaced_at_record.append(request.card)
        return answers

    def _is_new(self, text: str) -> bool:
        """Whether an answer was decided just now."""
        return Answer.model_validate_json(text).at == self.clock.now()

    def _replaced_cards(self) -> set[str]:
        with self.engine.connect() as conn:
            return set(conn.scalars(select(poll_cards.c.number).where(poll_cards.c.replaced_at < self.clock.now())))

    def _newest_card(self, voter: int) -> str:
        entry = self.world.entries[self.world.stations[0], voter]
        with self.engine.connect() as conn:
            newest = select(poll_cards.c.number).where(poll_cards.c.entry_id == entry, poll_cards.c.replaced_at.is_(None))
            return str(conn.scalars(newest).one())

    def _submitted(self, laptop: Laptop, request: Request | Withdrawal) -> Submitted:
        caller = laptop.caller
        return Submitted(caller.election_id, caller.station_id, caller.table_id, caller.table_number, request)

    def _look(self, at: int) -> None:
        """The official at a table looks at the screen and hands out ballots when it says so."""
        showing = self.laptops[at].table.showing
        if isinstance(showing, HandingOut):
            answer = showing.mark.answer
            assert answer.entry_id is not None
            self.handed_out.setdefault(answer.entry_id, set()).add(answer.request_id)
        if isinstance(showing, Found):
            assert showing.contests, "a voter is asked for who may get no ballot"


def make_template(folder: Path) -> World:
    """A migrated database with a small municipality, to be copied for each run."""
    engine = open_engine(f"sqlite:///{folder / 'made.sqlite3'}")
    upgrade(engine)
    world = make_world(engine, voters=10)
    world.set_station(state=StationState.OPEN)
    with engine.connect() as conn:
        conn.exec_driver_sql("commit")
        conn.exec_driver_sql("pragma wal_checkpoint(truncate)")
        conn.exec_driver_sql("begin")
    engine.dispose()
    return world
