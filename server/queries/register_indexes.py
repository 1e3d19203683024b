"""Indexes and foreign keys of the register's tables, taken off for a big load and put back in the same transaction.

Only while the tables are empty: then no other election's server can be waiting for the locks that this takes, and building
an index over all rows at once is several times faster than row by row. PostgreSQL only; SQLite cannot.
"""

from sqlalchemy import Connection, Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, select, text
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from server.db import poll_cards, register_entries, sealed_cprs

_TABLES = (register_entries, poll_cards, sealed_cprs)
# Other tables' foreign keys rest on this one; entry ids come in order, so keeping it costs little.
_KEPT = register_entries.primary_key

BUILD_MEMORY = "256MB"


def is_register_empty(conn: Connection) -> bool:
    """Whether no election in the database has a register."""
    return not conn.scalar(select(select(register_entries.c.id).exists()))


def take_indexes_off(conn: Connection) -> None:
    """Take off what can be built again in one go."""
    for kind in (ForeignKeyConstraint, UniqueConstraint, PrimaryKeyConstraint):
        for constraint in _constraints(kind):
            conn.execute(DropConstraint(constraint))
    for table in _TABLES:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            conn.execute(DropIndex(index))


def put_indexes_back(conn: Connection) -> None:
    """Build what was taken off; raises ``IntegrityError`` when the rows break a constraint.

    Not isolated: SQLAlchemy would otherwise leave the constraints out of every table that this process makes afterwards.
    """
    conn.execute(text(f"set local maintenance_work_mem = '{BUILD_MEMORY}'"))
    for kind in (PrimaryKeyConstraint, UniqueConstraint):
        for constraint in _constraints(kind):
            conn.execute(AddConstraint(constraint, isolate_from_table=False))
    for table in _TABLES:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            conn.execute(CreateIndex(index))
    keys = _constraints(ForeignKeyConstraint)
    for key in sorted(keys, key=_leads_to_entries):
        if _leads_to_entries(key):
            # Both sides come in the order of entry ids, which no statistics tell yet: merging them takes half of hashing them.
            conn.execute(text("set local enable_hashjoin = off"))
        conn.execute(AddConstraint(key, isolate_from_table=False))
    conn.execute(text("set local enable_hashjoin = on"))


def _leads_to_entries(key: Constraint) -> bool:
    return isinstance(key, ForeignKeyConstraint) and key.referred_table is register_entries


def _constraints(
    kind: type[ForeignKeyConstraint | UniqueConstraint | PrimaryKeyConstraint],
) -> list[ForeignKeyConstraint | UniqueConstraint | PrimaryKeyConstraint]:
    found = [each for table in _TABLES for each in table.constraints if isinstance(each, kind) and each is not _KEPT]
    return sorted(found, key=lambda each: (each.table.name, str(each.name)))
