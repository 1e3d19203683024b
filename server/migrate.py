"""Brings a database to the shape that this version of the server works with."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_LOCK_KEY = 0x76616C67  # "valg": any number that nothing else in the database locks


def upgrade(engine: Engine) -> None:
    """Run every version that the database lacks, all in one transaction, or none.

    Several processes may call it at the same time: one works, the others wait and find nothing to do. Raises
    ``alembic.util.CommandError`` when the database is newer than this program.
    """
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        command.upgrade(_config(conn), "head")


def write_version(engine: Engine, message: str) -> None:
    """Write a new file in ``migrations/versions``: the way from this database to ``server.db``. Read it before using it."""
    with engine.begin() as conn:
        config = _config(conn)
        newest = ScriptDirectory.from_config(config).get_current_head() or "0"
        command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04d}")


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = conn
    return config
