"""Server and tables agree, at random; and the machine that says so finds the bugs that were planted for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from domain.wire import Answer, MarkRequest
from server.actions import marks as mark_actions
from server.actions.mark_batch import Batch, Submitted, load_batch, write_batch
from station_client.ledger import SettledMark
from station_client.showing import HandingOut, Sending
from tests.station_client.hall import HandClock
from tests.whole.agreement import TABLES, Laptop, Request, Station, make_template, record

pytestmark = pytest.mark.timeout(600)

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.fixture
def folder(run_folder: Path) -> Path:
    """Where this machine's runs live: in memory where there is room, for it starts hundreds of times."""
    folder = run_folder / uuid4().hex
    folder.mkdir()
    return folder


def machine_in(folder: Path, machine: type[Station]) -> type[Station]:
    """A machine with a municipality of its own."""
    return type(machine.__name__, (machine,), {"template": folder, "made": make_template(folder)})


def run(machine: type[Station], *, runs: int, shrink: bool = True) -> None:
    """Let the machine run. A planted bug need only be found; a real one is told as the shortest story."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=QUIET,
            report_multiple_bugs=False,
        ),
    )


def test_server_and_tables_agree_whatever_the_line_does(folder: Path) -> None:
    run(machine_in(folder, Station), runs=120)


# Each planted bug is one that real systems have had. The machine must find every one of them.


def decided_with(
    before: Callable[[Batch], None] | None = None, after: Callable[[Batch], None] | None = None
) -> Callable[[Engine, list[Submitted], HandClock], list[str]]:
    """A server whose knowledge is changed before it decides, or what it has decided before it writes."""

    def buggy(engine: Engine, submitted: list[Submitted], clock: HandClock) -> list[str]:
        with engine.begin() as conn:
            conn.execute(text("drop index if exists uq_marks_live_voter"))
            batch = load_batch(conn, submitted, clock.now())
            if before:
                before(batch)
            answers = [mark_actions._answer(batch, one) for one in submitted]  # noqa: SLF001 - the bug sits inside
            if after:
                after(batch)
            write_batch(conn, batch)
        return answers

    return buggy


def sees_no_earlier_mark(batch: Batch) -> None:
    batch.live = {}


def knows_no_replaced_card(batch: Batch) -> None:
    batch.findings = {key: replace(finding, replaced_at=None) for key, finding in batch.findings.items()}


def forgets_to_count_withdrawals(batch: Batch) -> None:
    for station_id, _, _ in batch.withdrawn:
        batch.logs[station_id].head.marks += 1


def answers_anew(engine: Engine, submitted: list[Submitted], clock: HandClock) -> list[str]:
    """Every request is a new one, as without a memory of request ids."""
    fresh = [
        replace(one, request=one.request.model_copy(update={"request_id": uuid4()}))
        if isinstance(one.request, MarkRequest)
        else one
        for one in submitted
    ]
    answers = [Answer.model_validate_json(answer) for answer in record(engine, fresh, clock)]
    return [
        answer.model_copy(update={"request_id": one.request.request_id}).model_dump_json(exclude_none=True)
        for one, answer in zip(submitted, answers, strict=True)
    ]


def answers_before_the_commit(engine: Engine, submitted: list[Submitted], clock: HandClock) -> list[str]:
    """Now and then the commit fails after the answer was given."""
    with engine.connect() as conn:
        answers = mark_actions.record_marks(conn, submitted, clock.now())
        if int(clock.steady * 2) % 3:
            conn.commit()
        else:
            conn.rollback()
    return answers


class TakesATimeoutForAYes(Station):
    def time_out(self, at: int) -> None:
        table = self.laptops[at].table
        if isinstance(table.showing, Sending) and table.showing.finding:
            entry_id = table.showing.finding.entry.entry_id
            answer = Answer(request_id=table.showing.request.request_id, epoch=1, accepted=True, entry_id=entry_id)
            table.showing = HandingOut(SettledMark(table.showing.request, answer), table.showing.finding)
        self._look(at)


class AsksAgainUnderANewId(Station):
    def unsettled(self, laptop: Laptop) -> tuple[Request, ...]:
        return tuple(one.model_copy(update={"request_id": uuid4()}) for one in super().unsettled(laptop))


class LosesItsJournal(Station):
    @rule(at=st.sampled_from(TABLES))
    def restart_table(self, at: int) -> None:
        self.laptops[at].end()
        for left in self.laptops[at].folder.glob("journal*"):
            left.unlink()
        self.laptops[at].start()
        self._look(at)


class SeesNoEarlierMark(Station):
    record = staticmethod(decided_with(before=sees_no_earlier_mark))


class TakesOldCards(Station):
    record = staticmethod(decided_with(before=knows_no_replaced_card))


class CountsWithdrawnMarks(Station):
    record = staticmethod(decided_with(after=forgets_to_count_withdrawals))


class AnswersAnew(Station):
    record = staticmethod(answers_anew)


class AnswersBeforeTheCommit(Station):
    record = staticmethod(answers_before_the_commit)


@pytest.mark.parametrize(
    ("planted", "broken_promise"),
    [
        (TakesATimeoutForAYes, "ballots without a mark"),
        (AsksAgainUnderANewId, "a mark stands that no table knows|a request without an answer"),
        (LosesItsJournal, "a mark stands that no table knows"),
        (SeesNoEarlierMark, "two sets of ballots for one voter"),
        (TakesOldCards, "an old card led to ballots"),
        (CountsWithdrawnMarks, "the board says another number than the register"),
        (AnswersAnew, "another answer under the same id|a mark stands that no table knows"),
        (AnswersBeforeTheCommit, "ballots without a mark|another answer under the same id"),
    ],
)
def test_machine_finds_the_planted_bug(planted: type[Station], broken_promise: str, folder: Path) -> None:
    with pytest.raises(AssertionError, match=broken_promise):
        run(machine_in(folder, planted), runs=3_000, shrink=False)
