"""What an official does that only the server can say yes to: sit down, open, pause and close the table, take a mark back."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import uuid4

import structlog

from domain import danish
from domain.elections import TableState
from domain.marks import MarkSource, Refusal
from domain.wire import Answer, OfficialOut, TableStateIn, WithdrawalIn
from station_client.changes import Changes
from station_client.enrolment import write_enrolment
from station_client.ledger import JournalledWithdrawal
from station_client.sender import Sender
from station_client.server_link import CallRefusedError, LinkDownError, ServerLink
from station_client.settings import REQUEST_TIMEOUT_S, Settings
from station_client.showing import HandingOut, Sending, Stopped
from station_client.table import Table
from station_client.withdrawing import begin_withdrawal, can_withdraw, end_withdrawal

log = structlog.get_logger()
T = TypeVar("T")


class Acts:
    """One table's acts."""

    def __init__(self, table: Table, link: ServerLink, sender: Sender, changes: Changes, settings: Settings) -> None:
        self.table = table
        self._link = link
        self._sender = sender
        self._changes = changes
        self._settings = settings
        self._uncertain_withdrawal = table.ledger.open_withdrawal is not None

    async def scan(self, text: str, source: MarkSource) -> None:
        """Take a reading, and ask the server about a card that this table does not know."""
        card = self.table.scan(text, source)
        self._sender.poke()  # a scan can confirm that the last voter's ballots were handed out
        if card is None:
            return
        try:
            finding = await self._link.look_up(card.digits)
        except (LinkDownError, CallRefusedError) as error:
            self.table.connection_is(answered=isinstance(error, CallRefusedError))
            self.table.looked_up(card, None)
            return
        self.table.connection_is(answered=True)
        self.table.looked_up(card, finding)

    async def confirm(self, serial: int) -> None:
        """Confirm the screen with this serial, and wait for the answer as long as one try takes."""
        sent = self.table.confirm(serial)
        self._sender.poke()
        if sent:
            await self._changes.until(self._is_answered, REQUEST_TIMEOUT_S + 0.3)

    async def sign_in(self, code: str) -> None:
        """Seat the official with this code; whoever sat here leaves."""
        if isinstance(self.table.showing, Stopped) or self._voter_stands_in_the_way(registered_too=False):
            return
        official = await self._ask(self._link.sign_in(code))
        if official is not None:
            self._remember(official)
            self.table.seat(official)
            log.info("signed_in", official_id=official.official_id)

    async def sign_out(self) -> None:
        """Nobody sits here any more."""
        if self._voter_stands_in_the_way(registered_too=True) or not await self._done(self._link.sign_out()):
            return
        self._remember(None)
        self.table.seat(None)

    async def change_state(self, state: TableState) -> None:
        """Open, pause or close the table."""
        if self._voter_stands_in_the_way(registered_too=True):
            return
        if self.table.official is None:
            self.table.say(danish.PROBLEMS["not_signed_in"])
            return
        asked = TableStateIn(state=state, official_id=self.table.official.official_id)
        if await self._done(self._link.change_state(asked)):
            self.table.state_is(state)

    async def withdraw(self, second_code: str, reason: str) -> None:
        """Take the table's last mark back, with another official's code."""
        if not can_withdraw(self.table):
            self.table.say(danish.PROBLEMS["nothing_to_withdraw"])
            return
        if not self.table.connection.up:
            self.table.say(danish.PROBLEMS["no_connection"])
            return
        if len(reason.strip()) < 3:  # noqa: PLR2004 - domain.marks.decide_withdrawal has the rule; this spares a row
            self.table.say(danish.REFUSALS[Refusal.REASON_NEEDED].instruction or "")
            return
        withdrawal = begin_withdrawal(self.table, reason, uuid4())
        if withdrawal is not None:
            await self._send_withdrawal(withdrawal, second_code)

    def _remember(self, official: OfficialOut | None) -> None:
        """So that a restart does not sign anybody out; a full disk only costs that."""
        self.table.enrolment = self.table.enrolment.model_copy(update={"official": official})
        try:
            write_enrolment(self._settings.folder, self.table.enrolment)
        except OSError as error:
            log.warning("official_not_remembered", reason=type(error).__name__)

    async def _send_withdrawal(self, withdrawal: JournalledWithdrawal, second_code: str) -> None:
        body = WithdrawalIn(**withdrawal.model_dump(exclude={"kind"}), second_code=second_code)
        try:
            answer = await self._link.withdraw(body)
        except LinkDownError:
            self._uncertain_withdrawal = True
            self.table.connection_is(answered=False)
            self.table.say(danish.PROBLEMS["withdrawal_unknown"])
            return
        except CallRefusedError as refused:
            if not self._uncertain_withdrawal:
                # Refused before anything was done, and never sent before: this withdrawal did not happen.
                refusal = Refusal.SECOND_OFFICIAL_NEEDED
                end_withdrawal(self.table, Answer(request_id=body.request_id, epoch=0, accepted=False, refusal=refusal))
            self._say(refused)
            return
        self._uncertain_withdrawal = False
        self.table.connection_is(answered=True)
        end_withdrawal(self.table, answer)

    def _is_answered(self) -> bool:
        showing = self.table.showing
        return not isinstance(showing, Sending) or showing.late

    def _voter_stands_in_the_way(self, *, registered_too: bool) -> bool:
        if self.table.voter_in_flight:
            self.table.say(danish.PROBLEMS["voter_in_flight"])
            return True
        if registered_too and isinstance(self.table.showing, HandingOut):
            self.table.say(danish.PROBLEMS["confirm_hand_over"])
            return True
        return False

    async def _done(self, asking: Awaitable[None]) -> bool:
        async def ask() -> bool:
            await asking
            return True

        return await self._ask(ask()) is not None

    async def _ask(self, asking: Awaitable[T]) -> T | None:
        try:
            answer = await asking
        except LinkDownError as error:
            self.table.connection_is(answered=False)
            self.table.say(danish.PROBLEMS[error.problem])
            return None
        except CallRefusedError as refused:
            self._say(refused)
            return None
        self.table.connection_is(answered=True)
        return answer

    def _say(self, refused: CallRefusedError) -> None:
        sentence = danish.PROBLEMS.get(refused.problem, danish.PROBLEMS["malformed"])
        wait = f" {danish.wait_seconds(refused.retry_after_s)}" if refused.retry_after_s else ""
        self.table.say(sentence + wait)
