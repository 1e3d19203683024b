"""Officials, their sign-ins and their wrong codes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from domain.officials import Role
from server.db import officials, sign_ins, wrong_codes


@dataclass(frozen=True, slots=True)
class Official:
    """A person who works with the register. ``station_id`` is ``None`` for the election office."""

    official_id: int
    station_id: int | None
    number: int
    name: str
    role: Role
    pin_hash: str

    def __repr__(self) -> str:
        """The id only."""
        return f"Official({self.official_id})"


_SIGN_IN = text(
    "insert into sign_ins (table_id, official_id, signed_in_at, signed_out_at) values (:table, :official, :at, null) "
    "on conflict (table_id, official_id) do update set signed_in_at = excluded.signed_in_at, signed_out_at = null"
).bindparams(bindparam("at", type_=sign_ins.c.signed_in_at.type))
_WRONG = text(
    "insert into wrong_codes (official_id, machine, failures, last_failure_at) values (:official, :machine, 1, :at) "
    "on conflict (official_id, machine) do update "
    "set failures = wrong_codes.failures + 1, last_failure_at = excluded.last_failure_at"
).bindparams(bindparam("at", type_=wrong_codes.c.last_failure_at.type))


def find_official(conn: Connection, election_id: int, number: int) -> Official | None:
    """The official with this number, or ``None``. Locked: tries of one official's code are counted one after the other."""
    statement = select(officials).where(officials.c.election_id == election_id, officials.c.number == number)
    row = conn.execute(statement.with_for_update()).one_or_none()
    if row is None:
        return None
    return Official(row.id, row.station_id, row.number, row.name, Role(row.role), row.pin_hash)


def next_official_number(conn: Connection, election_id: int) -> int:
    """The first number that no official of this election has, counted up."""
    highest = conn.scalar(select(func.max(officials.c.number)).where(officials.c.election_id == election_id))
    return (highest or 0) + 1


def insert_official(
    conn: Connection, election_id: int, *, station_id: int | None, number: int, name: str, role: Role, pin_hash: str
) -> int:
    """Add an official; the id."""
    values = {
        "election_id": election_id,
        "station_id": station_id,
        "number": number,
        "name": name,
        "role": role,
        "pin_hash": pin_hash,
    }
    return int(conn.execute(insert(officials).values(values).returning(officials.c.id)).scalar_one())


def save_sign_in(conn: Connection, table_id: int, official_id: int, at: datetime) -> None:
    """This official sits at this table from now on."""
    conn.execute(_SIGN_IN, {"table": table_id, "official": official_id, "at": at})


def save_sign_outs(conn: Connection, table_id: int, at: datetime) -> int:
    """Whoever sits at this table leaves it; how many that were."""
    statement = update(sign_ins).where(sign_ins.c.table_id == table_id, sign_ins.c.signed_out_at.is_(None))
    return conn.execute(statement.values(signed_out_at=at)).rowcount


def find_wrong_codes(conn: Connection, official_id: int, machine: str) -> tuple[int, datetime] | None:
    """How many wrong PINs in a row this official has had at this machine, and when the last was (locked)."""
    row = conn.execute(
        select(wrong_codes.c.failures, wrong_codes.c.last_failure_at)
        .where(wrong_codes.c.official_id == official_id, wrong_codes.c.machine == machine)
        .with_for_update()
    ).one_or_none()
    return (row.failures, row.last_failure_at) if row else None


def add_wrong_code(conn: Connection, official_id: int, machine: str, at: datetime) -> None:
    """One more try that has not been right so far."""
    conn.execute(_WRONG, {"official": official_id, "machine": machine, "at": at})


def delete_wrong_codes(conn: Connection, official_id: int, machine: str) -> None:
    """The right code was given."""
    conn.execute(delete(wrong_codes).where(wrong_codes.c.official_id == official_id, wrong_codes.c.machine == machine))


def find_role(conn: Connection, official_id: int, station_id: int) -> Role | None:
    """The role of an official of this station, or ``None`` when the id is not one."""
    role = conn.scalar(select(officials.c.role).where(officials.c.id == official_id, officials.c.station_id == station_id))
    return Role(role) if role else None
