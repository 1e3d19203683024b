"""The memory of request ids: each is answered once, and then the same for ever."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, tuple_

from server.db import outcomes

_FIND = select(outcomes.c.station_id, outcomes.c.request_id, outcomes.c.request_hash, outcomes.c.answer).where(
    tuple_(outcomes.c.station_id, outcomes.c.request_id).in_(bindparam("keys", expanding=True))
)
_INSERT = insert(outcomes)


def list_outcomes(conn: Connection, keys: Collection[tuple[int, UUID]]) -> dict[tuple[int, UUID], tuple[bytes, str]]:
    """What these (station, request id) were answered: the request's hash and the answer's JSON text."""
    rows = conn.execute(_FIND, {"keys": list(keys)})
    return {(row.station_id, row.request_id): (bytes(row.request_hash), row.answer) for row in rows}


def insert_outcomes(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Remember answers."""
    conn.execute(_INSERT, rows)
