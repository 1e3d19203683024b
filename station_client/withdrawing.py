"""Taking back the table's last mark: two officials and a reason. The second official's code is never on a disk."""

from uuid import UUID

from domain import danish
from domain.wire import Answer
from station_client.ledger import JournalledWithdrawal
from station_client.showing import HandingOut, Refusing
from station_client.table import Table


def can_withdraw(table: Table) -> bool:
    """Whether there is a mark to take back, and no voter in between."""
    if table.official is None or not isinstance(table.showing, HandingOut | Refusing | None):
        return False
    return table.ledger.open_withdrawal is not None or table.ledger.last_mark is not None


def begin_withdrawal(table: Table, reason: str, request_id: UUID) -> JournalledWithdrawal | None:
    """Write down that the last mark is to be taken back. ``None`` when there is nothing to take back, or the journal failed.

    A withdrawal whose outcome is unknown comes first, and is asked again as it was: same id, same mark, same reason.
    """
    official, mark = table.official, table.ledger.last_mark
    if official is None or not can_withdraw(table):
        return None
    if table.ledger.open_withdrawal is not None:
        return table.ledger.open_withdrawal
    if mark is None:
        return None
    withdrawal = JournalledWithdrawal(
        request_id=request_id,
        mark_request_id=mark.request.request_id,
        official_id=official.official_id,
        reason=reason,
        made_at=table.now(),
    )
    return withdrawal if table.write(lambda: table.ledger.ask(withdrawal)) else None


def end_withdrawal(table: Table, answer: Answer) -> None:
    """The withdrawal is settled: the mark is gone, or the refusal is told."""
    mark = table.ledger.last_mark
    if not table.write(lambda: table.ledger.settle(answer)):
        return
    if answer.refusal is not None:
        wording = danish.REFUSALS[answer.refusal]
        table.say(wording.instruction or wording.verdict)
    elif mark is not None and table.ledger.last_mark is None:
        table.mark_is_gone(mark)
