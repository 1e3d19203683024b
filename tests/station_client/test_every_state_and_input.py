"""Every state of a table against everything that can happen to it: where it leads, and what may never follow."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.elections import StationState, TableState
from domain.marks import Refusal
from domain.screens import Screen, ScreenKind
from domain.wire import MarkRequest
from tests.station_client.hall import MARKED, OTHER, PLAIN, SCANNED, UNKNOWN_CARD, Hall, card_of, news, register, view

Act = Callable[[Hall], object]


def _found(hall: Hall) -> None:
    hall.table.scan(card_of(PLAIN), SCANNED)


def _unconfirmed(hall: Hall) -> None:
    _found(hall)
    hall.table.scan(card_of(MARKED), SCANNED)


def _sending(hall: Hall) -> None:
    _found(hall)
    hall.confirm()


def _late(hall: Hall) -> None:
    _sending(hall)
    hall.table.no_answer()


def _refused_by_server(hall: Hall) -> None:
    _sending(hall)
    hall.refuse(Refusal.NOT_ENTITLED)


def _cut_off(hall: Hall) -> None:
    card = hall.table.scan(UNKNOWN_CARD, SCANNED)
    assert card is not None
    hall.table.looked_up(card, None)


STATES: dict[str, Act] = {
    "sign_in": lambda hall: hall.table.seat(None),
    "not_open": lambda hall: hall.table.hear(news(station_state=StationState.PREPARED)),
    "closed": lambda hall: hall.table.hear(news(table_state=TableState.CLOSED)),
    "paused": lambda hall: hall.table.hear(news(table_state=TableState.PAUSED)),
    "no_connection": lambda hall: hall.table.connection_is(stream_up=False, answered=False),
    "ready": lambda hall: None,
    "found": _found,
    "unconfirmed": _unconfirmed,
    "looking_up": lambda hall: hall.table.scan(UNKNOWN_CARD, SCANNED),
    "sending": _sending,
    "sending_late": _late,
    "registered": register,
    "voted": lambda hall: hall.table.scan(card_of(MARKED), SCANNED),
    "refused": _refused_by_server,
    "misread": lambda hall: hall.table.scan("970", SCANNED),
    "cut_off": _cut_off,
    "stopped": lambda hall: hall.table.stop("Bordets journal kan ikke skrives."),
}

INPUTS: dict[str, Act] = {
    "card": lambda hall: hall.table.scan(card_of(OTHER), SCANNED),
    "same_card": lambda hall: hall.table.scan(card_of(PLAIN), SCANNED),
    "marked_card": lambda hall: hall.table.scan(card_of(MARKED), SCANNED),
    "unreadable": lambda hall: hall.table.scan("12", SCANNED),
    "space": lambda hall: hall.table.confirm(hall.table.serial),
    "space_for_another_screen": lambda hall: hall.table.confirm(hall.table.serial - 1),
    "reject": lambda hall: hall.table.reject(),
    "acknowledge": lambda hall: hall.table.acknowledge(),
    "no_answer": lambda hall: hall.table.no_answer(),
    "lost": lambda hall: hall.table.connection_is(stream_up=False, answered=False),
    "back": lambda hall: hall.table.connection_is(stream_up=True),
    "station_closes": lambda hall: hall.table.hear(news(station_state=StationState.CLOSED)),
    "help": lambda hall: hall.table.call_help(),
    "restart": lambda hall: hall.restart(),
}

# One row a state, one column an input, in the orders above.
GRID = """
sign_in       in  in  in  in  in  in  in  in  in  in  in  in  in  re
not_open      no  no  no  no  no  no  no  no  no  no  no  cl  no  re
closed        cl  cl  cl  cl  cl  cl  cl  cl  cl  cl  cl  cl  cl  re
paused        pa  pa  pa  pa  pa  pa  pa  pa  pa  pa  pa  cl  pa  re
no_connection of  of  of  mi  of  of  of  of  of  of  re  cl  of  re
ready         fo  fo  vo  mi  re  re  re  re  re  of  re  cl  re  re
found         un  fo  un  fo  se  fo  re  fo  fo  fo  fo  fo  fo  re
unconfirmed   un  fo  un  un  se  un  re  un  un  un  un  un  un  re
looking_up    se  se  se  se  se  se  se  se  se  se  se  se  se  re
sending       se  se  se  se  se  se  se  se  of  se  se  se  se  of
sending_late  of  of  of  of  of  of  of  of  of  of  of  of  of  of
registered    fo  vo  vo  rg  re  rg  rg  rg  rg  rg  rg  rg  rg  rg
voted         fo  fo  vo  mi  vo  vo  vo  re  vo  vo  vo  vo  vo  re
refused       fo  fo  vo  mi  ne  ne  ne  re  ne  ne  ne  ne  ne  re
misread       fo  fo  vo  mi  mi  mi  mi  re  mi  mi  mi  mi  mi  re
cut_off       fo  fo  vo  mi  of  of  of  re  of  of  re  of  of  re
stopped       st  st  st  st  st  st  st  st  st  st  st  st  st  re
"""
NAMES = {
    "in": Screen.SIGN_IN,
    "no": Screen.NOT_OPEN,
    "cl": Screen.CLOSED,
    "pa": Screen.PAUSED,
    "of": Screen.OFFLINE,
    "mi": Screen.MISREAD,
    "re": Screen.READY,
    "fo": Screen.FOUND,
    "vo": Screen.VOTED,
    "un": Screen.UNCONFIRMED,
    "se": Screen.SENDING,
    "rg": Screen.REGISTERED,
    "ne": Screen.NOT_ENTITLED,
    "st": Screen.STOPPED,
}
EXPECTED = {
    (state, act): NAMES[cell]
    for row in GRID.strip().splitlines()
    for state, *cells in [row.split()]
    for act, cell in zip(INPUTS, cells, strict=True)
}


def marks_asked(hall: Hall) -> list[MarkRequest]:
    return [request for request in hall.table.ledger.unsettled(99) if isinstance(request, MarkRequest)]


@pytest.mark.parametrize("act", INPUTS)
@pytest.mark.parametrize("state", STATES)
def test_every_input_in_every_state(tmp_path: Path, state: str, act: str) -> None:
    hall = Hall(tmp_path / "table")
    STATES[state](hall)
    before = marks_asked(hall)
    hall.clock.forward(4)
    INPUTS[act](hall)
    now = view(hall)
    assert now.state is EXPECTED[state, act]
    # Ballots are handed out only on the strength of an answered mark.
    assert (now.kind is ScreenKind.GO) == (
        hall.table.ledger.waiting_for_hand_over is not None and now.state is Screen.REGISTERED
    )
    # Only Space on a voter asks for a mark, and never for a second one.
    new = [request for request in marks_asked(hall) if request not in before]
    assert len(new) == (1 if act == "space" and state in {"found", "unconfirmed"} else 0)
    assert len(marks_asked(hall)) <= 1
