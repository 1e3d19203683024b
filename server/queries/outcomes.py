"""The memory of request ids: each is answered once, and then the same for ever."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, Integer, Uuid, bindparam, insert, select

from server.db import outcomes
from server.queries.among import Listed, pair_among

_FIND = select(outcomes.c.station_id, outcomes.c.request_id, outcomes.c.request_hash, outcomes.c.answer).where(
    pair_among(
        outcomes.c.station_id,
        outcomes.c.request_id,
        bindparam("stations", type_=Listed(Integer())),
        bindparam("requests", type_=Listed(Uuid())),
    )
)
_INSERT = insert(outcomes)


def list_outcomes(conn: Connection, keys: Collection[tuple[int, UUID]]) -> dict[tuple[int, UUID], tuple[bytes, str]]:
    """What these (station, request id) were answered: the request's hash and the answer's JSON text."""
    rows = conn.execute(_FIND, {"stations": [key[0] for key in keys], "requests": [key[1] for key in keys]})
    return {(row.station_id, row.request_id): (bytes(row.request_hash), row.answer) for row in rows}


def insert_outcomes(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Remember answers."""
    conn.execute(_INSERT, rows)
