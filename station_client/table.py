"""The table: what it is doing now, and the only place that changes it.

Invariant: a mark is in the journal before it is sent; a failed journal write stops the table. One voter is in flight at most.
Only a mark that the server has answered for leads to a screen that hands out ballots.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from domain import danish
from domain.marks import Accepted, Circumstances, MarkSource, Refusal, decide
from domain.poll_cards import PollCardNumber, UnreadableScan, parse_scan
from domain.screens import Screen
from domain.wire import Answer, CardFindingOut, HandedOverRequest, MarkRequest
from station_client.ledger import RecentLine
from station_client.place import PLACE_REFUSALS
from station_client.register_copy import CopyFailedError
from station_client.settings import CONFIRM_AFTER_MS, DOUBLE_TRIGGER_S
from station_client.showing import (
    CutOff,
    Found,
    HandingOut,
    LookingUp,
    Refusing,
    Sending,
    Stopped,
    not_of_this_station,
    refused_by_server,
    refused_here,
    unreadable,
)
from station_client.table_frame import TableFrame


class Table(TableFrame):
    """One enrolled table and the voter at it."""

    def scan(self, text: str, source: MarkSource) -> PollCardNumber | None:
        """Take a reading. A card comes back when only the server can say whose it is: ask it, then call ``looked_up``."""
        self.error = None
        ask = self._scan(parse_scan(text, self.election), source)
        self._tell()
        return ask

    def confirm(self, serial: int) -> bool:
        """The voter of this very screen is right (``True``: a mark is to be sent), or the ballots were handed out.

        A screen that is not the newest, or newer than 400 ms, confirms nothing: the key was meant for another.
        """
        self.error = None
        shown_for_s = self.clock.steady_s() - self.shown_at_s
        sent = False
        if serial == self.serial and shown_for_s >= CONFIRM_AFTER_MS / 1000:
            if isinstance(self.showing, Found):
                sent = self._send_mark(self.showing)
            elif isinstance(self.showing, HandingOut) and self._hand_over(self.showing):
                self.showing = None
        self._tell()
        return sent

    def reject(self) -> None:
        """The voter is not the one on the screen: nothing is registered."""
        self._clear_if(Found)

    def acknowledge(self) -> None:
        """A refusal has been seen."""
        self._clear_if(Refusing, CutOff)

    def looked_up(self, card: PollCardNumber, finding: CardFindingOut | None) -> None:
        """The server's word on a card that this table does not know; ``None`` when it gave none."""
        if self.showing == LookingUp(card):
            if finding is None:
                self.showing = CutOff(card.last_four)
            else:
                self.wants_package |= finding.refusal is Refusal.OTHER_PACKAGE
                self._refuse(card, not_of_this_station(card, finding))
        self._tell()

    def settle(self, answers: Iterable[Answer]) -> None:
        """The server's answers to requests. Each is written down before the screen follows it.

        An answer counts under whatever epoch it was given: a lost one comes again, letter for letter, after the epoch moved.
        """
        for answer in answers:
            if not self.write(partial(self.ledger.settle, answer)):
                break
            if isinstance(self.showing, Sending) and self.showing.request.request_id == answer.request_id:
                self._answered(self.showing, answer)
        self._tell()

    def no_answer(self) -> None:
        """A request was sent in vain: its outcome is unknown."""
        if isinstance(self.showing, Sending) and not self.showing.late:
            self.showing = replace(self.showing, late=True)
        self._tell()

    def _scan(self, reading: PollCardNumber | UnreadableScan, source: MarkSource) -> PollCardNumber | None:
        if isinstance(self.showing, Stopped) or (self.showing is None and self.resting not in {Screen.READY, Screen.OFFLINE}):
            return None
        if isinstance(self.showing, Sending | LookingUp):
            self.error = danish.PROBLEMS["previous_not_settled"]
            return None
        if isinstance(reading, UnreadableScan):
            self._misread(unreadable(reading))
            return None
        if self._is_same_trigger(reading):
            return None
        if isinstance(self.showing, Found):
            self.showing = replace(self.showing, next_card_waits=reading != self.showing.card)
            return None
        if isinstance(self.showing, HandingOut) and not self._hand_over(self.showing):
            return None
        return self._present(reading, source)

    def _misread(self, refusing: Refusing) -> None:
        """A bad reading never takes a voter from the screen."""
        if isinstance(self.showing, Found | HandingOut):
            self.error = f"{refusing.wording.verdict}. {refusing.wording.instruction}"
        else:
            self.showing = refusing

    def _is_same_trigger(self, card: PollCardNumber) -> bool:
        """Whether this is the same card again within three seconds: one pull of the trigger, read twice."""
        now_s = self.clock.steady_s()
        before, self._last_scan = self._last_scan, (card.digits, now_s)
        return before is not None and before[0] == card.digits and now_s - before[1] < DOUBLE_TRIGGER_S

    def _present(self, card: PollCardNumber, source: MarkSource) -> PollCardNumber | None:
        copy, self.showing = self.copy, None
        if copy is None or self.resting not in {Screen.READY, Screen.OFFLINE}:
            return None
        if not self.connection.up:
            self.showing = CutOff(card.last_four)
            return None
        try:
            finding = copy.find(card.digits)
            earlier = copy.live_mark(finding.entry.entry_id) if finding else None
        except CopyFailedError:
            self.copy, self.wants_package = None, True
            return None
        epoch, package_hash = copy.epoch, copy.header.package_hash
        here = Circumstances(
            station_id=copy.header.station_id,
            station_state=self.place.station_state,
            table_state=self.place.table_state,
            signed_in=self.official is not None,
            epoch=epoch,
            package_hash=package_hash,
        )
        decision = decide(finding, earlier, here, epoch=epoch, package_hash=package_hash)
        if isinstance(decision, Accepted) and finding is not None:
            self.showing = Found(card, source, finding, decision.contests)
        elif isinstance(decision, Accepted) or decision.refusal is Refusal.UNKNOWN_CARD:
            self.showing = LookingUp(card)
            return card
        else:
            self._refuse(card, refused_here(decision))
        return None

    def _refuse(self, card: PollCardNumber, refusing: Refusing) -> None:
        self.showing = refusing
        self.ledger.recent.appendleft(RecentLine(self.now(), card.last_four, danish.short_verdict(refusing.screen), good=False))

    def _send_mark(self, found: Found) -> bool:
        if self.copy is None or self.official is None or not self.connection.up:
            self.showing = CutOff(found.card.last_four)  # nothing is asked that cannot be answered soon
            return False
        request = MarkRequest(
            request_id=self._new_id(),
            epoch=self.copy.epoch,
            package_hash=self.copy.header.package_hash,
            card=found.card.digits,
            source=found.source,
            official_id=self.official.official_id,
            made_at=self.now(),
        )
        if not self.write(lambda: self.ledger.ask(request)):
            return False
        self.showing = Sending(request, found.finding)
        return True

    def _hand_over(self, handing_out: HandingOut) -> bool:
        mark = handing_out.mark.request
        request = HandedOverRequest(
            request_id=self._new_id(),
            mark_request_id=mark.request_id,
            official_id=self.official.official_id if self.official else mark.official_id,
            made_at=self.now(),
        )
        return self.write(lambda: self.ledger.ask(request))

    def _answered(self, sending: Sending, answer: Answer) -> None:
        if self.copy is not None:
            with suppress(CopyFailedError):  # news brings both again
                if answer.epoch > self.copy.epoch:
                    self.copy.move_to(answer.epoch)
                if answer.accepted:
                    self.copy.note_mark(answer, self.enrolment.enrolled.table_number)
        mark = self.ledger.waiting_for_hand_over
        if answer.accepted and mark is not None:
            self.showing = HandingOut(mark, sending.finding)
        elif answer.refusal in PLACE_REFUSALS:
            self.showing = None
            self.place_refuses(answer.refusal)
        else:
            self.wants_package |= answer.refusal is Refusal.OTHER_PACKAGE
            self.showing = refused_by_server(answer, sending.finding)
