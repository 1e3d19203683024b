"""Everything of a table but the voter: who sits there, the place, the connection, the register's copy, the screen's number."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain import danish
from domain.elections import StationState, TableState
from domain.marks import CardFinding, Refusal
from domain.screens import Screen
from domain.wire import OfficialOut, StationNews
from station_client.changes import Changes
from station_client.clock import Clock
from station_client.connection import Connection
from station_client.enrolment import Enrolment, as_election
from station_client.journal_store import JournalFailedError
from station_client.ledger import Ledger, SettledMark
from station_client.place import Place, resting_screen
from station_client.register_copy import CopyFailedError, EventGapError, RegisterCopy
from station_client.showing import CutOff, Found, HandingOut, LookingUp, Sending, Showing, Stopped


class TableFrame:
    """One enrolled table. Everything it does is one call, done at once; who waits for it is told by ``changes``."""

    def __init__(
        self,
        *,
        clock: Clock,
        ledger: Ledger,
        enrolment: Enrolment,
        copy: RegisterCopy | None,
        changes: Changes,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        """Begin where the journal ended: with the open request, or with ballots that nobody has said were handed out."""
        self.clock = clock
        self.ledger = ledger
        self.enrolment = enrolment
        self.copy = copy
        self.connection = Connection(clock)
        self.place = Place(copy.header.station_state if copy else StationState.PREPARED)
        self.election = as_election(copy.header.election if copy else enrolment.enrolled.election)
        self.official: OfficialOut | None = enrolment.official
        self.calls_help = False
        self.wants_package = copy is None
        self.error: str | None = None
        self.showing: Showing | None = None
        self.serial = 0
        self.shown_at_s = clock.steady_s()
        self._ahead = timedelta()
        self._changes = changes
        self._new_id = new_id
        self._last_scan: tuple[str, float] | None = None
        self._shown: tuple[Screen, Showing | None] | None = None
        self.resume()
        self._tell()

    @property
    def resting(self) -> Screen:
        """The screen between voters."""
        return resting_screen(
            self.place,
            signed_in=self.official is not None,
            has_register=self.copy is not None,
            connected=self.connection.up,
        )

    def now(self) -> datetime:
        """The server's time, as far as it has been told; a laptop's own clock may be an hour off."""
        return self.clock.now() + self._ahead

    @property
    def voter_in_flight(self) -> bool:
        """Whether a voter is between the scan and the server's answer."""
        return isinstance(self.showing, Found | LookingUp | Sending)

    def seat(self, official: OfficialOut | None) -> None:
        """This official sits here now, or nobody."""
        self.error, self.official = None, official
        self._tell()

    def state_is(self, state: TableState) -> None:
        """The table was opened, paused or closed."""
        self.error, self.place = None, self.place.with_table_state(state, self.now())
        self._tell()

    def call_help(self) -> None:
        """Ask for the secretary, or take it back."""
        self.error, self.calls_help = None, not self.calls_help
        self._tell()

    def say(self, sentence: str) -> None:
        """Say why something did not happen; the screen stays."""
        self.error = sentence
        self._tell()

    def mark_is_gone(self, mark: SettledMark) -> None:
        """The last mark was taken back."""
        if self.copy is not None and mark.answer.entry_id is not None:
            with suppress(CopyFailedError):  # its event comes round
                self.copy.forget_mark(mark.answer.entry_id)
        self._clear_if(HandingOut)

    def place_refuses(self, refusal: Refusal) -> None:
        """The server took no mark here, because of the place: show the place as it is, and say that nothing was registered."""
        if refusal is Refusal.NOT_SIGNED_IN:
            self.official = None
        self.place = self.place.refusing(refusal, self.now())
        self.error = danish.REFUSALS[refusal].instruction

    def hear(self, news: StationNews) -> None:
        """Where the station stands now. News of an older epoch is nobody's news."""
        if self.copy is not None:
            if news.epoch < self.copy.epoch:
                return
            self._follow(self.copy, news)
        self._ahead = news.server_at - self.clock.now()
        self.place = self.place.after(news, self.now())
        self._tell()

    def take_copy(self, copy: RegisterCopy) -> None:
        """Work on this copy of the register from now on."""
        if self.copy is not None:
            self.copy.close()
        self.copy, self.wants_package = copy, False
        self.election = as_election(copy.header.election)
        self.place = replace(self.place, station_state=copy.header.station_state)
        if isinstance(self.showing, Sending | HandingOut):
            self.resume()
        self._tell()

    def connection_is(self, *, stream_up: bool | None = None, answered: bool | None = None) -> None:
        """The stream was opened or broke; a request was answered or was not."""
        if stream_up is not None:
            self.connection.stream_is(up=stream_up)
        if answered is not None:
            self.connection.request_was(answered=answered)
        if self.connection.up and isinstance(self.showing, CutOff):
            self.showing = self._last_scan = None
        self._tell()

    def write(self, write: Callable[[], None]) -> bool:
        """Do something that writes the journal. ``False``: it failed, and the table has stopped."""
        try:
            write()
        except JournalFailedError:
            self.stop(danish.PROBLEMS["journal_failed"])
            return False
        return True

    def stop(self, *details: str) -> None:
        """Do nothing more, and say why."""
        self.showing = Stopped(details)
        self._tell()

    def resume(self) -> None:
        """Show the voter whom the journal left at the table: an open request first, else ballots that nobody confirmed."""
        request, mark = self.ledger.open_mark, self.ledger.waiting_for_hand_over
        if request is not None:
            self.showing = Sending(request, self._find(request.card), late=True)
        elif mark is not None:
            self.showing = HandingOut(mark, self._find(mark.request.card))

    def _follow(self, copy: RegisterCopy, news: StationNews) -> None:
        try:
            if news.epoch > copy.epoch:
                copy.move_to(news.epoch)
            copy.follow(news.events)
        except (EventGapError, CopyFailedError):
            self.wants_package = True
        # A server behind what we know was set back: our copy is of another past.
        self.wants_package |= news.last_event < copy.last_event

    def _find(self, card: str) -> CardFinding | None:
        """The voter of a card, as far as the copy can say."""
        try:
            return self.copy.find(card) if self.copy is not None else None
        except CopyFailedError:
            self.copy, self.wants_package = None, True
            return None

    def _clear_if(self, *kinds: type[Showing]) -> None:
        self.error = None
        if isinstance(self.showing, kinds):
            self.showing = self._last_scan = None
        self._tell()

    def _tell(self) -> None:
        """Give a new screen its number and its time, and wake those who show it."""
        resting = self.resting
        if (
            self._shown is None
            or self.showing is not self._shown[1]
            or (self.showing is None and resting is not self._shown[0])
        ):
            self._shown = (resting, self.showing)
            self.serial += 1
            self.shown_at_s = self.clock.steady_s()
        self._changes.tell()
