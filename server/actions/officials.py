"""Officials are added before the day, or on it when somebody falls ill."""

from sqlalchemy import Connection

from domain.officials import Role, show_code
from server.queries import officials as official_queries
from server.secrets import hash_pin, make_pin


def add_official(conn: Connection, election_id: int, *, station_id: int | None, name: str, role: Role) -> tuple[int, str]:
    """Add an official; the id and the sign-in code, which is shown once and kept as a hash. Does not commit."""
    pin, number = make_pin(), official_queries.next_official_number(conn, election_id)
    official_id = official_queries.insert_official(
        conn, election_id, station_id=station_id, number=number, name=name, role=role, pin_hash=hash_pin(pin)
    )
    return official_id, show_code(number, pin)
