"""The station's head row: lock, event numbers, log link, tally."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, select, update

from domain.elections import StationState
from server.db import station_heads
from server.queries.among import Listed, among


@dataclass(slots=True)
class Head:
    """A station's head as read under its lock; what is changed here is written by ``save_heads``."""

    station_id: int
    state: StationState
    epoch: int
    last_event: int
    last_link: bytes
    package_hash: str
    marks: int
    marks_after_advance: int


_COLUMNS = (
    station_heads.c.station_id,
    station_heads.c.state,
    station_heads.c.epoch,
    station_heads.c.last_event,
    station_heads.c.last_link,
    station_heads.c.package_hash,
    station_heads.c.marks,
    station_heads.c.marks_after_advance,
)
_READ = select(*_COLUMNS).where(among(station_heads.c.station_id, bindparam("ids", type_=Listed(Integer()))))
_LOCK = _READ.order_by(station_heads.c.station_id).with_for_update()
_SAVE = (
    update(station_heads)
    .where(station_heads.c.station_id == bindparam("head"))
    .values(
        state=bindparam("state"),
        epoch=bindparam("epoch"),
        last_event=bindparam("last_event"),
        last_link=bindparam("last_link"),
        marks=bindparam("marks"),
        marks_after_advance=bindparam("marks_after_advance"),
    )
)


def lock_heads(conn: Connection, station_ids: Iterable[int]) -> dict[int, Head]:
    """The heads of these stations, locked until the transaction ends, always in the order of their ids."""
    rows = conn.execute(_LOCK, {"ids": sorted(set(station_ids))})
    return {row.station_id: Head(row[0], StationState(row[1]), *row[2:]) for row in rows}


def read_head(conn: Connection, station_id: int) -> Head:
    """A station's head without a lock."""
    row = conn.execute(_READ, {"ids": [station_id]}).one()
    return Head(row[0], StationState(row[1]), *row[2:])


def save_heads(conn: Connection, heads: Sequence[Head]) -> None:
    """Write back what was changed on locked heads."""
    conn.execute(
        _SAVE,
        [
            {
                "head": head.station_id,
                "state": head.state,
                "epoch": head.epoch,
                "last_event": head.last_event,
                "last_link": head.last_link,
                "marks": head.marks,
                "marks_after_advance": head.marks_after_advance,
            }
            for head in heads
        ],
    )
