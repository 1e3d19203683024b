"""A practice election with two stations and a few dozen voters, one or more in every situation a card can be in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Connection, Engine, insert

from domain.elections import ElectionKind, StationState
from domain.events import FIRST_LINK
from domain.poll_cards import make_number
from domain.register import EntryStatus
from server.actions.replacement_cards import replace_card
from server.db import (
    contests,
    elections,
    marks,
    officials,
    poll_cards,
    polling_tables,
    register_entries,
    station_heads,
    stations,
)

NOW = datetime(2025, 11, 18, 9, 30, tzinfo=UTC)
SERIES = {ElectionKind.PRACTICE: "97", ElectionKind.LIVE: "25"}
KV, RV, BOTH = 1, 2, 3


@dataclass(frozen=True)
class SmallRegister:
    """The ids of what was made; ``cards`` are the numbers first sent out, by entry."""

    election_id: int
    station_id: int
    other_station_id: int
    cards: dict[int, str]


def make_small_register(engine: Engine, kind: ElectionKind = ElectionKind.PRACTICE) -> SmallRegister:
    """Entries 1 to 40 at station 1, 41 to 60 at station 2; entry 7 has a mark, entry 8's card has been replaced."""
    voters = [_voter(number, station_id=1, register_number=number) for number in range(1, 41)]
    voters += [_voter(number, station_id=2, register_number=number - 40) for number in range(41, 61)]
    special: dict[int, dict[str, object]] = {
        2: {"contests": RV},
        3: {"advance_contests": KV, "advance_received_on": date(2025, 11, 1)},
        4: {"advance_contests": BOTH, "advance_received_on": date(2025, 11, 1)},
        5: {"status": EntryStatus.REMOVED},
        6: {"name": "Anne-Sofie " + "Holmgaard-" * 7 + "Kristoffersen"},
        9: {"name": "محمد العربي"},
        11: {"name": "<b>Bo & Søn</b>"},
    }
    cards = {number: make_number(SERIES[kind], 1_000 + 37 * number).digits for number in range(1, 61)}
    with engine.begin() as conn:
        _make_places(conn, kind)
        conn.execute(insert(register_entries), [voter | special.get(int(str(voter["id"])), {}) for voter in voters])
        issued = [
            {"number": card, "election_id": 1, "entry_id": entry_id, "kind": "original"} for entry_id, card in cards.items()
        ]
        conn.execute(insert(poll_cards), issued)
        conn.execute(insert(marks), [_mark(7)])
        replace_card(conn, 1, SERIES[kind], cards[8], NOW, official_id=1, draw=lambda space: space // 2)
    return SmallRegister(1, 1, 2, cards)


def _voter(entry_id: int, *, station_id: int, register_number: int) -> dict[str, object]:
    return {
        "id": entry_id,
        "station_id": station_id,
        "register_number": register_number,
        "name": f"Kirsten {chr(64 + (entry_id - 1) % 26 + 1)} Østergård",
        "birth_date": date(1950 + entry_id, 3, 14),
        "sex": "F",
        "contests": BOTH,
        "advance_contests": 0,
        "advance_received_on": None,
        "status": EntryStatus.ACTIVE,
        "part": "H",
        "address_protected": False,
    }


def _mark(entry_id: int) -> dict[str, object]:
    return {
        "entry_id": entry_id,
        "station_id": 1,
        "table_id": 1,
        "official_id": 1,
        "request_id": UUID(int=entry_id),
        "event_number": 1,
        "contests": BOTH,
        "after_advance": False,
        "source": "scanned",
        "recorded_at": NOW,
    }


def _make_places(conn: Connection, kind: ElectionKind) -> None:
    conn.execute(
        insert(elections).values(
            id=1,
            name="Kommunal- og regionsrådsvalg",
            day=NOW.date(),
            opens_at=time(8),
            closes_at=time(20),
            kind=kind,
            card_series=SERIES[kind],
            created_at=NOW,
        )
    )
    for position, (code, name, colour) in enumerate((("KV", "Kommunalvalg", "#ffffff"), ("RV", "Regionsrådsvalg", "#ffe94d"))):
        conn.execute(insert(contests).values(election_id=1, position=position, code=code, name=name, ballot_colour=colour))
    for station_id, number, name, electorate in ((1, 1, "Tapeten", 40), (2, 8, "Måløv Ny Hal", 20)):
        place = {"municipality_code": 151, "municipality_name": "Ballerup", "venue": name, "address": "Vejen 1, 2750 Ballerup"}
        conn.execute(insert(stations).values(id=station_id, election_id=1, number=number, name=name, **place))
        conn.execute(
            insert(station_heads).values(
                station_id=station_id,
                state=StationState.OPEN,
                epoch=1,
                last_event=0,
                last_link=FIRST_LINK,
                package_hash="0" * 64,
                electorate=electorate,
                advance_votes=0,
                marks=0,
                marks_after_advance=0,
            )
        )
    table = {"number": 1, "state": "open", "marks": 1, "unsettled": 0, "calls_help": False}
    conn.execute(insert(polling_tables).values(id=1, station_id=1, **table))
    conn.execute(
        insert(officials).values(
            id=1, election_id=1, station_id=1, number=1, name="Ida Lund", role="station_secretary", pin_hash="-"
        )
    )
