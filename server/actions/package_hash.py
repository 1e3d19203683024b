"""The hash of a station's package, made from the rows in the database instead of on the way in."""

from sqlalchemy import Connection

from server.package_rows import PackageHash, card_line, entry_line
from server.queries.register_setup import stream_voters_as_imported


def package_hash_from_rows(conn: Connection, station_id: int) -> str:
    """The station's package hash, 64 hex digits. Equal to the stored one as long as no imported row was changed."""
    found = PackageHash()
    for row in stream_voters_as_imported(conn, station_id):
        received = row.advance_received_on.isoformat() if row.advance_received_on else None
        entry = entry_line(
            row.id,
            row.register_number,
            row.name,
            row.birth_date.isoformat(),
            row.sex,
            row.contests,
            row.advance_contests,
            received,
        )
        found.add(entry.encode(), card_line(row.card, row.id).encode())
    return found.hexdigest()
