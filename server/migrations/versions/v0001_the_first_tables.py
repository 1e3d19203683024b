"""The first tables; events and outcomes can be added to and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "elections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("card_series", sa.String(length=2), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('practice', 'live')", name=op.f("ck_elections_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elections")),
        sa.UniqueConstraint("card_series", name=op.f("uq_elections_card_series")),
    )
    op.create_table(
        "card_aliases",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_card_aliases_election_id")),
        sa.PrimaryKeyConstraint("election_id", "length", "prefix", name=op.f("pk_card_aliases")),
    )
    op.create_table(
        "contests",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ballot_colour", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_contests_election_id")),
        sa.PrimaryKeyConstraint("election_id", "position", name=op.f("pk_contests")),
        sa.UniqueConstraint("election_id", "code", name=op.f("uq_contests_election_id_code")),
    )
    op.create_table(
        "previous_turnouts",
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("municipality_code", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Time(), nullable=False),
        sa.Column("share_e4", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_previous_turnouts_election_id")),
        sa.PrimaryKeyConstraint("election_id", "municipality_code", "number", "clock", name=op.f("pk_previous_turnouts")),
    )
    op.create_table(
        "reader_codes",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_reader_codes_election_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_reader_codes")),
    )
    op.create_table(
        "stations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.Integer(), nullable=False),
        sa.Column("municipality_name", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("venue", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("dagi_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_stations_election_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        sa.UniqueConstraint(
            "election_id", "municipality_code", "number", name=op.f("uq_stations_election_id_municipality_code_number")
        ),
    )
    op.create_table(
        "events",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=True),
        sa.Column("official_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_events_station_id")),
        sa.PrimaryKeyConstraint("station_id", "number", name=op.f("pk_events")),
    )
    op.create_table(
        "officials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["elections.id"], name=op.f("fk_officials_election_id")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_officials_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officials")),
        sa.UniqueConstraint("election_id", "number", name=op.f("uq_officials_election_id_number")),
    )
    op.create_table(
        "polling_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsettled", sa.Integer(), nullable=False),
        sa.Column("calls_help", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state in ('open', 'paused', 'closed')", name=op.f("ck_polling_tables_state")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_polling_tables_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polling_tables")),
        sa.UniqueConstraint("station_id", "number", name=op.f("uq_polling_tables_station_id_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_polling_tables_token_hash")),
    )
    op.create_table(
        "quarter_tallies",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_quarter_tallies_station_id")),
        sa.PrimaryKeyConstraint("station_id", "quarter", name=op.f("pk_quarter_tallies")),
    )
    op.create_table(
        "reader_sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code_hash"], ["reader_codes.code_hash"], name=op.f("fk_reader_sessions_code_hash")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_reader_sessions")),
    )
    op.create_table(
        "register_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("register_number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("contests", sa.Integer(), nullable=False),
        sa.Column("advance_contests", sa.Integer(), nullable=False),
        sa.Column("advance_received_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("part", sa.String(length=1), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=60), nullable=True),
        sa.Column("address_protected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_register_entries_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("station_id", "register_number", name=op.f("uq_register_entries_station_id_register_number")),
    )
    op.create_table(
        "station_heads",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("last_link", sa.LargeBinary(length=32), nullable=False),
        sa.Column("package_hash", sa.String(length=64), nullable=False),
        sa.Column("electorate", sa.Integer(), nullable=False),
        sa.Column("advance_votes", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("marks_after_advance", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('prepared', 'open', 'closed')", name=op.f("ck_station_heads_state")),
        sa.CheckConstraint(
            "marks >= 0 and marks_after_advance >= 0 and marks_after_advance <= marks", name=op.f("ck_station_heads_tally")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_station_heads_station_id")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_heads")),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["table_id"], ["polling_tables.id"], name=op.f("fk_enrolment_codes_table_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_codes")),
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("contests", sa.Integer(), nullable=False),
        sa.Column("after_advance", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_marks_entry_id")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_marks_official_id")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_marks_station_id")),
        sa.ForeignKeyConstraint(["table_id"], ["polling_tables.id"], name=op.f("fk_marks_table_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint("station_id", "request_id", name=op.f("uq_marks_station_id_request_id")),
    )
    op.create_index(
        "uq_marks_live_voter",
        "marks",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_event IS NULL"),
        sqlite_where=sa.text("withdrawn_event IS NULL"),
    )
    op.create_table(
        "outcomes",
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_outcomes_station_id")),
        sa.ForeignKeyConstraint(["table_id"], ["polling_tables.id"], name=op.f("fk_outcomes_table_id")),
        sa.PrimaryKeyConstraint("station_id", "request_id", name=op.f("pk_outcomes")),
    )
    op.create_table(
        "poll_cards",
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_poll_cards_entry_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_poll_cards")),
    )
    op.create_index(op.f("ix_poll_cards_entry_id"), "poll_cards", ["entry_id"], unique=False)
    op.create_table(
        "sealed_cprs",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_sealed_cprs_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_sealed_cprs")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_sign_ins_official_id")),
        sa.ForeignKeyConstraint(["table_id"], ["polling_tables.id"], name=op.f("fk_sign_ins_table_id")),
        sa.PrimaryKeyConstraint("table_id", "official_id", name=op.f("pk_sign_ins")),
    )
    op.create_table(
        "wrong_codes",
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_wrong_codes_official_id")),
        sa.PrimaryKeyConstraint("official_id", "machine", name=op.f("pk_wrong_codes")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE_ON_POSTGRESQL)
    for table in ("events", "outcomes"):
        _allow_only_inserts(table)


def downgrade() -> None:
    raise RuntimeError("a register is never taken back to an older shape; restore the backup taken before the upgrade")


_REFUSE_ON_POSTGRESQL = """
create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% can only be added to', tg_table_name using errcode = 'restrict_violation'; end $$
"""


def _allow_only_inserts(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"create trigger {table}_only_inserts before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        return
    for change in ("update", "delete"):
        op.execute(
            f"create trigger {table}_no_{change} before {change} on {table} "
            f"begin select raise(abort, '{table} can only be added to'); end"
        )
