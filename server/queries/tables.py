"""Tables, their tokens and one-time codes, and who sits at them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, insert, select, update

from domain.elections import TableState
from server.db import enrolment_codes, polling_tables, sign_ins, stations
from server.queries.among import Listed, among


@dataclass(frozen=True, slots=True)
class TableNow:
    """A table's state and the officials who have sat there."""

    table_id: int
    number: int
    state: TableState
    officials: frozenset[int]


@dataclass(frozen=True, slots=True)
class TableCaller:
    """Which table is calling: found by its token, and all that a route may know of it."""

    table_id: int
    table_number: int
    station_id: int
    election_id: int


_NOW = (
    select(polling_tables.c.id, polling_tables.c.number, polling_tables.c.state, sign_ins.c.official_id)
    .outerjoin(sign_ins, sign_ins.c.table_id == polling_tables.c.id)
    .where(among(polling_tables.c.id, bindparam("tables", type_=Listed(Integer()))))
)


def list_tables_now(conn: Connection, table_ids: Collection[int]) -> dict[int, TableNow]:
    """These tables, by id, each with every official who has signed in at it today."""
    facts: dict[int, tuple[int, str]] = {}
    officials: dict[int, set[int]] = {}
    for table_id, number, state, official_id in conn.execute(_NOW, {"tables": list(table_ids)}):
        facts[table_id] = (number, state)
        officials.setdefault(table_id, set()).add(official_id)
    return {
        table_id: TableNow(table_id, number, TableState(state), frozenset(officials[table_id]))
        for table_id, (number, state) in facts.items()
    }


def find_caller(conn: Connection, token_hash: bytes) -> TableCaller | None:
    """The table that holds this token, or ``None``."""
    row = conn.execute(
        select(polling_tables.c.id, polling_tables.c.number, polling_tables.c.station_id, stations.c.election_id)
        .join(stations, stations.c.id == polling_tables.c.station_id)
        .where(polling_tables.c.token_hash == token_hash)
    ).one_or_none()
    return TableCaller(*row) if row else None


def list_station_tables(conn: Connection, station_id: int) -> list[TableNow]:
    """A station's tables by number, without officials."""
    rows = conn.execute(
        select(polling_tables.c.id, polling_tables.c.number, polling_tables.c.state)
        .where(polling_tables.c.station_id == station_id)
        .order_by(polling_tables.c.number)
    )
    return [TableNow(row.id, row.number, TableState(row.state), frozenset()) for row in rows]


def insert_table(conn: Connection, station_id: int, number: int) -> int:
    """Add a table to a station, paused and without a laptop; its id."""
    values = {
        "station_id": station_id,
        "number": number,
        "state": TableState.PAUSED,
        "marks": 0,
        "unsettled": 0,
        "calls_help": False,
    }
    return int(conn.execute(insert(polling_tables).values(values).returning(polling_tables.c.id)).scalar_one())


def find_table_id(conn: Connection, station_id: int, number: int) -> int | None:
    """The id of a station's table, or ``None``."""
    return conn.scalar(
        select(polling_tables.c.id).where(polling_tables.c.station_id == station_id, polling_tables.c.number == number)
    )


def save_table_state(conn: Connection, table_id: int, state: TableState) -> None:
    """Open, pause or close a table."""
    conn.execute(update(polling_tables).where(polling_tables.c.id == table_id).values(state=state))


def save_token(conn: Connection, table_id: int, token_hash: bytes | None, at: datetime) -> None:
    """Bind a table to the laptop with this token, or to none; an earlier laptop's token is worth nothing from now on."""
    conn.execute(update(polling_tables).where(polling_tables.c.id == table_id).values(token_hash=token_hash, enrolled_at=at))


def save_contact(conn: Connection, table_id: int, at: datetime, *, unsettled: int, calls_help: bool) -> None:
    """Note what a table has said of itself."""
    conn.execute(
        update(polling_tables)
        .where(polling_tables.c.id == table_id)
        .values(last_contact_at=at, unsettled=unsettled, calls_help=calls_help)
    )


def insert_enrolment_code(conn: Connection, code_hash: bytes, table_id: int, expires_at: datetime) -> None:
    """Keep the hash of a one-time code."""
    conn.execute(insert(enrolment_codes).values(code_hash=code_hash, table_id=table_id, expires_at=expires_at))


def find_enrolment_code(conn: Connection, code_hash: bytes) -> tuple[int, datetime, datetime | None] | None:
    """A one-time code's table, end and use (locked), or ``None``."""
    row = conn.execute(
        select(enrolment_codes.c.table_id, enrolment_codes.c.expires_at, enrolment_codes.c.used_at)
        .where(enrolment_codes.c.code_hash == code_hash)
        .with_for_update()
    ).one_or_none()
    return (row.table_id, row.expires_at, row.used_at) if row else None


def save_code_used(conn: Connection, code_hash: bytes, at: datetime) -> None:
    """A one-time code has served."""
    conn.execute(update(enrolment_codes).where(enrolment_codes.c.code_hash == code_hash).values(used_at=at))
