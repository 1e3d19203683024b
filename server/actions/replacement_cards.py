"""A voter without a card gets a new one, with a new number. Any number ever issued goes on leading to the voter."""

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from domain.events import EventKind
from domain.poll_cards import RANDOM_SPACE, CardKind, PollCardNumber, make_number
from server.actions.station_log import lock_stations, save_logs
from server.queries import cards as card_queries

MAX_DRAWS = 100
"""A national register fills one in two hundred of a series' numbers: a hundred draws in a row do not all hit a taken one."""


class NoSuchCardError(Exception):
    """Nobody of this election was ever given this number."""


def replace_card(
    conn: Connection,
    election_id: int,
    series: str,
    number: str,
    at: datetime,
    *,
    official_id: int | None,
    draw: Callable[[int], int] = secrets.randbelow,
) -> PollCardNumber:
    """Give the voter to whom ``number`` leads a new card; all earlier numbers are old ones from now on. Does not commit.

    ``number`` may be any that the voter has had. ``draw`` gives a random whole number below its argument. Raises
    ``NoSuchCardError``.
    """
    holder = card_queries.find_card_holder(conn, election_id, number)
    if holder is None:
        raise NoSuchCardError
    entry_id, station_id = holder
    logs = lock_stations(conn, [station_id])
    new = _unused_number(conn, series, draw)
    card_queries.insert_card(conn, election_id, entry_id, new.digits, CardKind.REPLACEMENT)
    card_queries.save_replaced(conn, entry_id, new.digits, at)
    logs[station_id].append(
        EventKind.CARD_REPLACED,
        at,
        official_id=official_id,
        entry_id=entry_id,
        details={"old_last_four": number[-4:], "new_last_four": new.last_four},
    )
    save_logs(conn, logs.values())
    return new


def _unused_number(conn: Connection, series: str, draw: Callable[[int], int]) -> PollCardNumber:
    for _ in range(MAX_DRAWS):
        number = make_number(series, draw(RANDOM_SPACE))
        if not card_queries.has_been_issued(conn, [number.digits]):
            return number
    raise RuntimeError(f"no unused number in series {series} after {MAX_DRAWS} draws")
