"""What the journal amounts to: open requests, the last mark, the day's counts. All of it is computed from the rows."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from domain import danish
from domain.journal import JournalRow, RowKind
from domain.marks import MAX_REASON_LENGTH
from domain.screens import REFUSAL_SCREENS
from domain.wire import Answer, HandedOverRequest, MarkRequest, TableRequest, Wire
from station_client.journal_store import JournalDamagedError, JournalStore

MAX_RECENT = 6


class JournalledWithdrawal(Wire):
    """A withdrawal as it stands in the journal: all but the second official's code, which is never on a disk."""

    kind: Literal["withdrawal"] = "withdrawal"
    request_id: UUID
    mark_request_id: UUID
    official_id: int
    reason: Annotated[str, Field(max_length=MAX_REASON_LENGTH)]
    made_at: AwareDatetime


_REQUEST: TypeAdapter[MarkRequest | HandedOverRequest | JournalledWithdrawal] = TypeAdapter(
    Annotated[MarkRequest | HandedOverRequest | JournalledWithdrawal, Field(discriminator="kind")]
)


@dataclass(frozen=True, slots=True)
class SettledMark:
    """A mark that the server has accepted."""

    request: MarkRequest
    answer: Answer

    @property
    def at(self) -> datetime:
        """When the server recorded it; when the table asked, if the answer does not say."""
        return self.answer.at or self.request.made_at


@dataclass(frozen=True, slots=True)
class RecentLine:
    """One of the latest cards, with the last four digits only."""

    at: datetime
    last_four: str
    text: str
    good: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """The table's day. A withdrawn mark leaves its card at the table: that is the difference."""

    cards: int
    marks: int

    @property
    def difference(self) -> int:
        """Cards without a mark."""
        return self.cards - self.marks


class Ledger:
    """The journal with its meaning. Each change is on disk before it is true here."""

    def __init__(self, store: JournalStore | None) -> None:
        """Read what is there. ``JournalDamagedError`` names a row that says nothing. Without a store nothing can be asked."""
        self._store = store
        self._unsettled: dict[UUID, TableRequest] = {}
        self._accepted: dict[UUID, SettledMark] = {}
        self._handed_over: set[UUID] = set()
        self._withdrawn: set[UUID] = set()
        self.open_withdrawal: JournalledWithdrawal | None = None
        self.recent: deque[RecentLine] = deque(maxlen=MAX_RECENT)
        for row in store.rows_at_start if store else ():
            self._read(row)

    def ask(self, request: TableRequest | JournalledWithdrawal) -> None:
        """Write a request down. Only after this may it be sent. ``JournalFailedError`` when the disk refuses."""
        self._write(RowKind.REQUEST, request.request_id, request.model_dump_json())
        self._asked(request)

    def settle(self, answer: Answer) -> None:
        """Write down the answer to an open request; an answer to any other is ignored. ``JournalFailedError`` as above."""
        if answer.request_id in self._unsettled or self._is_open_withdrawal(answer.request_id):
            self._write(RowKind.ANSWER, answer.request_id, answer.model_dump_json(exclude_defaults=True))
            self._answered(answer)

    def unsettled(self, at_most: int) -> tuple[TableRequest, ...]:
        """Requests without an answer that are sent until they have one, in the journal's order."""
        return tuple(self._unsettled.values())[:at_most]

    @property
    def unsettled_count(self) -> int:
        """How many requests have no answer, an open withdrawal included."""
        return len(self._unsettled) + (self.open_withdrawal is not None)

    @property
    def open_mark(self) -> MarkRequest | None:
        """The mark whose outcome is unknown; a table has one voter in flight at most."""
        return next((one for one in self._unsettled.values() if isinstance(one, MarkRequest)), None)

    @property
    def last_mark(self) -> SettledMark | None:
        """The latest accepted mark that has not been withdrawn, if it is the latest of all."""
        last = next(reversed(self._accepted.values()), None)
        return None if last is None or last.request.request_id in self._withdrawn else last

    @property
    def waiting_for_hand_over(self) -> SettledMark | None:
        """The latest mark, while nobody has said that its ballots were handed out."""
        last = self.last_mark
        return None if last is None or last.request.request_id in self._handed_over else last

    @property
    def counts(self) -> Counts:
        """The cards and marks of this table; a journal holds one table of one election day."""
        cards = {one.request.card for one in self._accepted.values()}
        return Counts(cards=len(cards), marks=len(self._accepted.keys() - self._withdrawn))

    def close(self) -> None:
        """Let the journal's file go."""
        if self._store:
            self._store.close()

    def _write(self, kind: RowKind, request_id: UUID, body: str) -> None:
        if self._store is None:
            raise RuntimeError("a table without a journal asked for something")
        self._store.append(kind, str(request_id), body)

    def _read(self, row: JournalRow) -> None:
        try:
            if row.kind is RowKind.REQUEST:
                self._asked(_REQUEST.validate_json(row.body))
            else:
                self._answered(Answer.model_validate_json(row.body))
        except ValidationError as error:
            self.close()
            raise JournalDamagedError(row.number) from error

    def _asked(self, request: TableRequest | JournalledWithdrawal) -> None:
        if isinstance(request, JournalledWithdrawal):
            self.open_withdrawal = request
            return
        self._unsettled[request.request_id] = request
        if isinstance(request, HandedOverRequest):
            self._handed_over.add(request.mark_request_id)

    def _answered(self, answer: Answer) -> None:
        withdrawal = self.open_withdrawal
        if withdrawal is not None and withdrawal.request_id == answer.request_id:
            self.open_withdrawal = None
            if answer.accepted:
                self._withdraw(withdrawal)
            return
        request = self._unsettled.pop(answer.request_id, None)
        if not isinstance(request, MarkRequest):
            return
        if answer.accepted:
            self._accepted[request.request_id] = SettledMark(request, answer)
            text = danish.handed_out(len(answer.contests))
        else:
            text = danish.short_verdict(REFUSAL_SCREENS[answer.refusal]) if answer.refusal else danish.NOTHING_REGISTERED
        at = answer.at or request.made_at
        self.recent.appendleft(RecentLine(at, request.card[-4:], text, good=answer.accepted))

    def _withdraw(self, withdrawal: JournalledWithdrawal) -> None:
        self._withdrawn.add(withdrawal.mark_request_id)
        mark = self._accepted.get(withdrawal.mark_request_id)
        if mark is not None:
            line = RecentLine(withdrawal.made_at, mark.request.card[-4:], danish.WITHDRAWN, good=False)
            self.recent.appendleft(line)

    def _is_open_withdrawal(self, request_id: UUID) -> bool:
        return self.open_withdrawal is not None and self.open_withdrawal.request_id == request_id
