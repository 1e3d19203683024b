"""All that a batch writes, in one statement: PostgreSQL is asked once, whatever the batch's length.

SQLite has no use for it. It lies in this process, where a statement costs no journey.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from domain.events import Event
from server.queries.events import event_row
from server.queries.heads import Head

_RECORD = text("""
with
new_marks as (
  insert into marks (entry_id, station_id, table_id, official_id, request_id, event_number, contests, after_advance, source,
                     recorded_at, withdrawn_event)
  select entry_id, station_id, table_id, official_id, request_id, event_number, contests, after_advance, source,
         recorded_at, withdrawn_event
  from json_to_recordset(cast(:marks as json)) as new (
    entry_id bigint, station_id int, table_id int, official_id int, request_id uuid, event_number int, contests int,
    after_advance boolean, source text, recorded_at timestamptz, withdrawn_event int)
),
new_outcomes as (
  insert into outcomes (station_id, request_id, table_id, request_hash, answer)
  select station_id, request_id, table_id, decode(request_hash, 'hex'), answer
  from json_to_recordset(cast(:outcomes as json)) as new (
    station_id int, request_id uuid, table_id int, request_hash text, answer text)
),
new_events as (
  insert into events (station_id, number, kind, at, table_id, official_id, entry_id, details, link)
  select station_id, number, kind, at, table_id, official_id, entry_id, details, decode(link, 'hex')
  from json_to_recordset(cast(:events as json)) as new (
    station_id int, number int, kind text, at timestamptz, table_id int, official_id int, entry_id bigint, details text,
    link text)
),
table_tallies as (
  update polling_tables set marks = polling_tables.marks + new.change
  from json_to_recordset(cast(:tables as json)) as new (id int, change int) where polling_tables.id = new.id
),
quarters as (
  insert into quarter_tallies (station_id, quarter, marks)
  select station_id, quarter, change
  from json_to_recordset(cast(:quarters as json)) as new (station_id int, quarter timestamptz, change int)
  on conflict (station_id, quarter) do update set marks = quarter_tallies.marks + excluded.marks
)
update station_heads
set last_event = new.last_event, last_link = decode(new.last_link, 'hex'), marks = new.marks,
    marks_after_advance = new.marks_after_advance
from json_to_recordset(cast(:heads as json)) as new (
  station_id int, last_event int, last_link text, marks int, marks_after_advance int)
where station_heads.station_id = new.station_id
""")


def write_recorded(
    conn: Connection,
    *,
    marks: Sequence[Mapping[str, object]],
    outcomes: Sequence[Mapping[str, object]],
    events: Sequence[tuple[Event, bytes]],
    tables: Mapping[int, int],
    quarters: Mapping[tuple[int, datetime], int],
    heads: Sequence[Head],
) -> None:
    """Write new marks, answers and events, add to the tallies, and move the locked heads on. PostgreSQL only.

    The database refuses a second live mark for a voter, as ever.
    """
    rows = {
        "marks": marks,
        "outcomes": outcomes,
        "events": [event_row(event, link) for event, link in events],
        "tables": [{"id": table, "change": change} for table, change in tables.items()],
        "quarters": [
            {"station_id": station, "quarter": quarter, "change": change} for (station, quarter), change in quarters.items()
        ],
        "heads": [_head_row(head) for head in heads],
    }
    conn.execute(_RECORD, {name: _encode(each) for name, each in rows.items()})


def _head_row(head: Head) -> dict[str, object]:
    return {
        "station_id": head.station_id,
        "last_event": head.last_event,
        "last_link": head.last_link,
        "marks": head.marks,
        "marks_after_advance": head.marks_after_advance,
    }


def _plain(value: object) -> str:
    """What JSON has no form for: bytes as hex digits, times as ISO text with their zone, UUIDs as written."""
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":")).encode
