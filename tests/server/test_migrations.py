"""The migrations make exactly the tables that ``server.db`` describes, and the log cannot be rewritten."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from server import migrate
from server.db import APPEND_ONLY, metadata, open_engine

SHAPE_OF_POSTGRESQL = """
select 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull::text,
       coalesce(pg_get_expr(adbin, adrelid), ''), attidentity::text
from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attnum > 0 and attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r')
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'index', tablename, indexname, indexdef, '', '', '' from pg_indexes where schemaname = 'public'
"""


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def shape_of(conn: Connection) -> set[str]:
    """Every column, constraint and index of a database, as the database itself tells of them, one line each."""
    if conn.dialect.name == "postgresql":
        return {"|".join(row) for row in conn.execute(text(SHAPE_OF_POSTGRESQL)) if row[1] != "alembic_version"}
    rows = conn.execute(text("select tbl_name, sql from sqlite_master where type in ('table', 'index') and sql is not null"))
    return {
        f"{table}|{' '.join(line.rstrip(', ').split())}"
        for table, sql in rows
        if table != "alembic_version"
        for line in re.sub(r"\n\)\s*$", "", sql).split("\n")
        if line.strip()
    }


def test_migrations_make_what_the_metadata_describes(empty_engine: Engine) -> None:
    with empty_engine.begin() as conn:
        metadata.create_all(conn)
        described = shape_of(conn)
        metadata.drop_all(conn)
        assert not shape_of(conn)
    migrate.upgrade(empty_engine)
    with empty_engine.begin() as conn:
        migrated = shape_of(conn)
    assert sorted(migrated - described) == []
    assert sorted(described - migrated) == []
    assert len(migrated) > len(metadata.tables)


def test_two_processes_that_upgrade_at_once_do_it_once(empty_engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate.upgrade(empty_engine), range(4)))
    with empty_engine.begin() as conn:
        assert conn.execute(text("select count(*) from alembic_version")).scalar_one() == 1
        assert conn.execute(text("select count(*) from events")).scalar_one() == 0


def test_a_database_newer_than_the_program_is_refused(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(CommandError):
        migrate.upgrade(engine)


STATION_WITH_ONE_EVENT_AND_ONE_OUTCOME = """
insert into elections (id, name, day, opens_at, closes_at, kind, card_series, created_at)
  values (1, 'Prøvevalg', '2025-11-18', '08:00', '20:00', 'practice', '90', '2025-11-01 12:00');
insert into stations (id, election_id, municipality_code, municipality_name, number, name, venue, address)
  values (1, 1, 151, 'Ballerup', 1, 'Tapeten', 'Tapeten', 'Magleparken 5');
insert into polling_tables (id, station_id, number, state, marks, unsettled, calls_help) values (1, 1, 1, 'open', 0, 0, false);
insert into events (station_id, number, kind, at, details, link)
  values (1, 1, 'station_opened', '2025-11-18 08:00', '{}', '00000000000000000000000000000000');
insert into outcomes (station_id, request_id, table_id, request_hash, answer)
  values (1, '00000000000000000000000000000001', 1, '00000000000000000000000000000000', '{}')
"""


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["update {} set station_id = station_id", "delete from {}"])
def test_what_happened_can_be_added_to_and_never_changed(engine: Engine, table: str, change: str) -> None:
    with engine.begin() as conn:
        for statement in STATION_WITH_ONE_EVENT_AND_ONE_OUTCOME.split(";"):
            conn.exec_driver_sql(statement)
    with pytest.raises(DBAPIError, match=f"{table} can only be added to"), engine.begin() as conn:
        conn.execute(text(change.format(table)))
    with engine.begin() as conn:
        assert conn.execute(text(f"select count(*) from {table}")).scalar_one() == 1


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_postgresql_cannot_be_told_to_empty_the_log(postgresql_url: str, table: str) -> None:
    engine = open_engine(postgresql_url)
    with pytest.raises(DBAPIError, match=f"{table} can only be added to"), engine.begin() as conn:
        conn.execute(text(f"truncate {table}"))
    engine.dispose()
