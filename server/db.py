"""The database: tables with named constraints, and how an engine is opened.

SQLite is the default (one file, WAL, every commit flushed); PostgreSQL is chosen by its URL. Uniqueness that a rule relies on
stands here as a constraint, never only in code.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    create_engine,
    event,
    text,
)

BUSY_TIMEOUT_S = 30
POOL_SIZE = 16
# libpq's names. A database machine that is gone is noticed in seconds; left alone, a lost connection waits for minutes.
_POSTGRES_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware time. SQLite keeps no zone, so both databases store UTC; what comes back is aware again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would be an hour or two off, silently."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature is SQLAlchemy's
        """Give the zone back that SQLite dropped."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts rows by itself only in a plain INTEGER PRIMARY KEY.
BigId = BigInteger().with_variant(Integer(), "sqlite")

elections = Table(
    "elections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("opens_at", Time, nullable=False),
    Column("closes_at", Time, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("card_series", String(2), nullable=False),
    Column("package_hash", String(64)),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("kind in ('practice', 'live')", name="kind"),
    UniqueConstraint("card_series"),
)

contests = Table(
    "contests",
    metadata,
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("code", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("ballot_colour", String(7), nullable=False),
    PrimaryKeyConstraint("election_id", "position"),
    UniqueConstraint("election_id", "code"),
)

card_aliases = Table(
    "card_aliases",
    metadata,
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("length", Integer, nullable=False),
    Column("prefix", String(24), nullable=False),
    PrimaryKeyConstraint("election_id", "length", "prefix"),
)

stations = Table(
    "stations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("municipality_code", Integer, nullable=False),
    Column("municipality_name", String(60), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("venue", String(120), nullable=False),
    Column("address", String(200), nullable=False),
    Column("dagi_id", Integer),
    UniqueConstraint("election_id", "municipality_code", "number"),
)

# One row a station, locked first by everything that acts there: it hands out event numbers, links the log, holds the tally.
station_heads = Table(
    "station_heads",
    metadata,
    Column("station_id", ForeignKey("stations.id"), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("last_link", LargeBinary(32), nullable=False),
    Column("package_hash", String(64), nullable=False),
    Column("electorate", Integer, nullable=False),
    Column("advance_votes", Integer, nullable=False),
    Column("marks", Integer, nullable=False),
    Column("marks_after_advance", Integer, nullable=False),
    CheckConstraint("state in ('prepared', 'open', 'closed')", name="state"),
    CheckConstraint("marks >= 0 and marks_after_advance >= 0 and marks_after_advance <= marks", name="tally"),
)

polling_tables = Table(
    "polling_tables",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("token_hash", LargeBinary(32)),
    Column("enrolled_at", Moment),
    Column("marks", Integer, nullable=False),
    Column("last_contact_at", Moment),
    Column("unsettled", Integer, nullable=False),
    Column("calls_help", Boolean, nullable=False),
    CheckConstraint("state in ('open', 'paused', 'closed')", name="state"),
    UniqueConstraint("station_id", "number"),
    UniqueConstraint("token_hash"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("table_id", ForeignKey("polling_tables.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

officials = Table(
    "officials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("station_id", ForeignKey("stations.id")),
    Column("number", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("pin_hash", String(200), nullable=False),
    UniqueConstraint("election_id", "number"),
)

wrong_codes = Table(
    "wrong_codes",
    metadata,
    Column("official_id", ForeignKey("officials.id"), nullable=False),
    Column("machine", String(40), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_failure_at", Moment, nullable=False),
    PrimaryKeyConstraint("official_id", "machine"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("table_id", ForeignKey("polling_tables.id"), nullable=False),
    Column("official_id", ForeignKey("officials.id"), nullable=False),
    Column("signed_in_at", Moment, nullable=False),
    Column("signed_out_at", Moment),
    PrimaryKeyConstraint("table_id", "official_id"),
)

# People who may only look: board readers on a projector, the office.
reader_codes = Table(
    "reader_codes",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("label", String(60), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

reader_sessions = Table(
    "reader_sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("code_hash", ForeignKey("reader_codes.code_hash"), nullable=False),
    Column("created_at", Moment, nullable=False),
)

register_entries = Table(
    "register_entries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("register_number", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("sex", String(1), nullable=False),
    Column("contests", Integer, nullable=False),
    Column("advance_contests", Integer, nullable=False),
    Column("advance_received_on", Date),
    Column("status", String(10), nullable=False),
    Column("part", String(1), nullable=False),
    Column("street", String(200)),
    Column("postcode", String(10)),
    Column("city", String(60)),
    Column("address_protected", Boolean, nullable=False),
    UniqueConstraint("station_id", "register_number"),
)

sealed_cprs = Table(
    "sealed_cprs",
    metadata,
    Column("entry_id", ForeignKey("register_entries.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Any number ever issued stays here for ever and finds its voter.
poll_cards = Table(
    "poll_cards",
    metadata,
    Column("number", String(24), primary_key=True),
    Column("election_id", Integer, nullable=False),
    Column("entry_id", ForeignKey("register_entries.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("replaced_at", Moment),
    Column("replaced_by", String(24)),
    Index(None, "entry_id"),
)

marks = Table(
    "marks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry_id", ForeignKey("register_entries.id"), nullable=False),
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("table_id", ForeignKey("polling_tables.id"), nullable=False),
    Column("official_id", ForeignKey("officials.id"), nullable=False),
    Column("request_id", Uuid, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("contests", Integer, nullable=False),
    Column("after_advance", Boolean, nullable=False),
    Column("source", String(10), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("handed_over_at", Moment),
    Column("withdrawn_event", Integer),
    UniqueConstraint("station_id", "request_id"),
)
# The last word: one live mark a voter, whatever the card, the table or the road.
Index(
    "uq_marks_live_voter",
    marks.c.entry_id,
    unique=True,
    postgresql_where=marks.c.withdrawn_event.is_(None),
    sqlite_where=marks.c.withdrawn_event.is_(None),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("request_id", Uuid, nullable=False),
    Column("table_id", ForeignKey("polling_tables.id"), nullable=False),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("answer", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "request_id"),
)

events = Table(
    "events",
    metadata,
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("at", Moment, nullable=False),
    Column("table_id", Integer),
    Column("official_id", Integer),
    Column("entry_id", BigInteger),
    Column("details", Text, nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("station_id", "number"),
)

quarter_tallies = Table(
    "quarter_tallies",
    metadata,
    Column("station_id", ForeignKey("stations.id"), nullable=False),
    Column("quarter", Moment, nullable=False),
    Column("marks", Integer, nullable=False),
    PrimaryKeyConstraint("station_id", "quarter"),
)

# A previous election's course of the day, for comparison: share of the electorate at a clock time, 0 to 1 in 1/10000.
previous_turnouts = Table(
    "previous_turnouts",
    metadata,
    Column("election_id", ForeignKey("elections.id"), nullable=False),
    Column("label", String(40), nullable=False),
    Column("municipality_code", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("clock", Time, nullable=False),
    Column("share_e4", Integer, nullable=False),
    PrimaryKeyConstraint("election_id", "municipality_code", "number", "clock"),
)

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row as it comes from a query; it stays inside the query module that read it."""

APPEND_ONLY = ("events", "outcomes")


def open_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine on SQLite or PostgreSQL with the settings that durability rests on, asserted on every new connection.

    A plain ``postgresql://`` URL means psycopg 3. ``RuntimeError`` when a database will not keep its promise
    (``synchronous`` below FULL, ``synchronous_commit`` or ``fsync`` off). The text of a failed statement never holds its
    parameters: they may be a card or a name, and a failure is logged.
    """
    if url.startswith("sqlite"):
        return _open_sqlite(url)
    if url.startswith("postgresql:"):
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_use_lifo=True,  # the connection used last has its statements prepared and its pages at hand
        connect_args=_POSTGRES_PATIENCE,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _assert_postgres_durable)
    return engine


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=POOL_SIZE,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - DB-API connection
    connection.isolation_level = None  # SQLAlchemy's own BEGIN stands alone; see _begin_immediate
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    cursor.execute("pragma synchronous=full")
    cursor.execute("pragma foreign_keys=on")
    cursor.execute("pragma recursive_triggers=on")  # or "insert or replace" would get past the triggers that guard the log
    if cursor.execute("pragma synchronous").fetchone()[0] < 2:  # noqa: PLR2004 - 2 is FULL in SQLite's own numbering
        raise RuntimeError("SQLite does not flush every commit (synchronous is below FULL)")
    if cursor.execute("pragma journal_mode").fetchone()[0] not in {"wal", "memory"}:
        raise RuntimeError("SQLite refuses write-ahead logging; is the database on a network disk?")
    cursor.close()


def _begin_immediate(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy passes its own connection
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("begin" if read_only else "begin immediate")


def _assert_postgres_durable(connection: Any, _record: Any) -> None:  # noqa: ANN401 - DB-API connection
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('synchronous_commit'), current_setting('fsync')")
        synchronous_commit, fsync = cursor.fetchone()
    connection.rollback()
    if synchronous_commit == "off":
        raise RuntimeError("PostgreSQL answers before the commit is on disk (synchronous_commit=off)")
    if fsync == "off":
        raise RuntimeError("PostgreSQL does not flush to disk (fsync=off)")


def read_only(engine: Engine) -> Engine:
    """The same engine for reading: on SQLite it takes no write lock."""
    return engine.execution_options(read_only=True)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection on which every statement sees the same state, so that what is told together was true together.

    SQLite's read transaction is such a state already; PostgreSQL needs REPEATABLE READ.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with read_only(engine).connect() as conn:
        yield conn


def ping(engine: Engine) -> None:
    """Ask the database for one row; raises what the driver raises."""
    with read_only(engine).connect() as conn:
        conn.execute(text("select 1"))
