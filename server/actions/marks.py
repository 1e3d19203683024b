"""The one road for marks.

``record_marks`` is the only function that records, confirms or withdraws a mark: for one scan, for scans that came together,
for a journal uploaded after an outage. It locks, remembers, decides and writes; it never commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from domain.elections import ContestSet
from domain.events import Detail, EventKind
from domain.marks import CardFinding, Circumstances, LiveMark, Refusal, Refused, decide, decide_withdrawal
from domain.turnout import quarter_of
from domain.wire import Answer, HandedOverRequest, MarkRequest
from server.actions.mark_batch import Batch, Submitted, Withdrawal, load_batch, write_batch
from server.station_out import station_out


def record_marks(conn: Connection, submitted: Sequence[Submitted], at: datetime) -> list[str]:
    """Record requests in their order and return each one's answer as JSON text (``domain.wire.Answer``).

    ``at`` (aware) is the time of recording. A request id that has been answered before gets that answer again, letter for
    letter; another request under it is refused. Two requests for one voter in the same batch are told apart: the first is
    marked, the second learns where. The caller commits, and tells nobody before.
    """
    batch = load_batch(conn, submitted, at)
    answers = [_answer(batch, one) for one in submitted]
    write_batch(conn, batch)
    return answers


def _answer(batch: Batch, one: Submitted) -> str:
    fingerprint = one.fingerprint()
    if one.key in batch.known:
        first, text = batch.known[one.key]
        return text if first == fingerprint else _text(_no(batch, one, Refusal.REQUEST_ID_REUSED))
    text = _text(_decide(batch, one))
    batch.known[one.key] = (fingerprint, text)
    batch.new_outcomes.append(
        {
            "station_id": one.station_id,
            "request_id": one.request.request_id,
            "table_id": one.table_id,
            "request_hash": fingerprint,
            "answer": text,
        }
    )
    return text


def _decide(batch: Batch, one: Submitted) -> Answer:
    match one.request:
        case MarkRequest() as request:
            return _mark(batch, one, request)
        case HandedOverRequest() as request:
            return _hand_over(batch, one, request)
        case Withdrawal() as request:
            return _withdraw(batch, one, request)


def _mark(batch: Batch, one: Submitted, request: MarkRequest) -> Answer:
    head = batch.logs[one.station_id].head
    finding = batch.findings.get((one.election_id, request.card))
    table = batch.tables[one.table_id]
    decision = decide(
        finding,
        batch.live.get(finding.entry.entry_id) if finding else None,
        Circumstances(
            station_id=one.station_id,
            station_state=head.state,
            table_state=table.state,
            signed_in=request.official_id in table.officials,
            epoch=head.epoch,
            package_hash=head.package_hash,
        ),
        epoch=request.epoch,
        package_hash=request.package_hash,
        right_station=batch.right_stations.get(finding.entry.station_id) if finding else None,
    )
    if isinstance(decision, Refused):
        return _refused_mark(batch, one, request, decision)
    assert finding is not None  # noqa: S101 - decide() accepts nothing without a finding; this tells the type checker
    return _recorded_mark(batch, one, request, finding, decision.contests)


def _recorded_mark(batch: Batch, one: Submitted, request: MarkRequest, finding: CardFinding, contests: ContestSet) -> Answer:
    entry, after_advance = finding.entry, bool(finding.entry.advance_contests)
    number = _append(batch, one, EventKind.MARK_RECORDED, request.official_id, entry.entry_id, contests=int(contests))
    mark = LiveMark(request.request_id, entry.entry_id, one.table_id, one.table_number, contests, batch.at, after_advance)
    batch.live[entry.entry_id] = mark
    batch.named[one.key] = (mark, True)
    _count(batch, one, mark, change=1)
    batch.new_marks[one.key] = {
        "entry_id": entry.entry_id,
        "station_id": one.station_id,
        "table_id": one.table_id,
        "official_id": request.official_id,
        "request_id": request.request_id,
        "event_number": number,
        "contests": int(contests),
        "after_advance": after_advance,
        "source": request.source,
        "recorded_at": batch.at,
        "withdrawn_event": None,
    }
    return Answer(
        request_id=request.request_id,
        epoch=_epoch(batch, one),
        accepted=True,
        contests=tuple(contest.code for contest in contests.of(batch.contests[one.election_id])),
        event=number,
        entry_id=entry.entry_id,
        at=batch.at,
    )


def _refused_mark(batch: Batch, one: Submitted, request: MarkRequest, refused: Refused) -> Answer:
    here = refused.entry if refused.entry and refused.entry.station_id == one.station_id else None
    entry_id = here.entry_id if here else None
    number = _append(batch, one, EventKind.MARK_REFUSED, request.official_id, entry_id, refusal=refused.refusal)
    earlier = refused.earlier
    return Answer(
        request_id=request.request_id,
        epoch=_epoch(batch, one),
        accepted=False,
        refusal=refused.refusal,
        event=number,
        entry_id=entry_id,
        at=batch.at,
        earlier_table=earlier.table_number if earlier else None,
        earlier_at=earlier.recorded_at if earlier else None,
        earlier_request_id=earlier.request_id if earlier else None,
        replaced_at=refused.replaced_at,
        replaced_by_last_four=refused.replaced_by_last_four,
        advance_received_on=refused.advance_received_on,
        right_station=station_out(refused.right_station) if refused.right_station else None,
    )


def _hand_over(batch: Batch, one: Submitted, request: HandedOverRequest) -> Answer:
    if request.official_id not in batch.tables[one.table_id].officials:
        return _no(batch, one, Refusal.NOT_SIGNED_IN)
    mark, stands = batch.named.get((one.station_id, request.mark_request_id), (None, False))
    if mark is None or not stands:
        return _no(batch, one, Refusal.NO_SUCH_MARK if mark is None else Refusal.MARK_WITHDRAWN)
    number = _append(batch, one, EventKind.BALLOTS_HANDED_OVER, request.official_id, mark.entry_id)
    batch.handed_over.append((one.station_id, request.mark_request_id, batch.at))
    return Answer(
        request_id=request.request_id,
        epoch=_epoch(batch, one),
        accepted=True,
        event=number,
        entry_id=mark.entry_id,
        at=batch.at,
    )


def _withdraw(batch: Batch, one: Submitted, withdrawal: Withdrawal) -> Answer:
    # The second official gave a code; the first is only named, so it must be somebody who gave one at this table.
    if withdrawal.request.official_id not in batch.tables[one.table_id].officials:
        return _no(batch, one, Refusal.NOT_SIGNED_IN)
    mark, stands = batch.named.get((one.station_id, withdrawal.mark_request_id), (None, False))
    refusal = decide_withdrawal(withdrawal.request, mark if stands else None)
    if refusal is not None or mark is None:
        return _no(batch, one, refusal or Refusal.NO_SUCH_MARK)
    number = _append(
        batch,
        one,
        EventKind.MARK_WITHDRAWN,
        withdrawal.request.official_id,
        mark.entry_id,
        second_official_id=withdrawal.request.second_official_id,
        reason=withdrawal.request.reason.strip(),
        mark_request_id=str(mark.request_id),
    )
    batch.named[one.station_id, mark.request_id] = (mark, False)
    batch.live.pop(mark.entry_id, None)
    if (one.station_id, mark.request_id) in batch.new_marks:
        batch.new_marks[one.station_id, mark.request_id]["withdrawn_event"] = number
    else:
        batch.withdrawn.append((one.station_id, mark.request_id, number))
    _count(batch, one, mark, change=-1)
    return Answer(
        request_id=withdrawal.request_id,
        epoch=_epoch(batch, one),
        accepted=True,
        event=number,
        entry_id=mark.entry_id,
        at=batch.at,
    )


def _append(batch: Batch, one: Submitted, kind: EventKind, official_id: int, entry_id: int | None, **details: Detail) -> int:
    details["request_id"] = str(one.request.request_id)
    return batch.logs[one.station_id].append(
        kind, batch.at, table_id=one.table_id, official_id=official_id, entry_id=entry_id, details=details
    )


def _count(batch: Batch, one: Submitted, mark: LiveMark, *, change: int) -> None:
    """Move every tally that counts this mark; a withdrawal takes it out of the quarter in which it was recorded."""
    head = batch.logs[one.station_id].head
    head.marks += change
    head.marks_after_advance += change if mark.after_advance else 0
    batch.table_changes[mark.table_id] += change
    batch.quarter_changes[one.station_id, quarter_of(mark.recorded_at)] += change


def _no(batch: Batch, one: Submitted, refusal: Refusal) -> Answer:
    return Answer(request_id=one.request.request_id, epoch=_epoch(batch, one), accepted=False, refusal=refusal)


def _epoch(batch: Batch, one: Submitted) -> int:
    return batch.logs[one.station_id].head.epoch


def _text(answer: Answer) -> str:
    return answer.model_dump_json(exclude_none=True)
