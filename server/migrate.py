"""Brings a database to the shape that this version of the server works with.

``python -m server.migrate "What it is for"`` writes a new version after ``server.db`` was changed.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from server.db import open_engine

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


def write_version(message: str) -> None:
    """Write a file in ``migrations/versions``: the way from the newest version to ``server.db``. Read it before using it."""
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'newest.sqlite3'}")
        upgrade(engine)
        with engine.begin() as conn:
            config = _config(conn)
            newest = ScriptDirectory.from_config(config).get_current_head() or "0"
            command.revision(config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04d}")
        engine.dispose()


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = conn
    return config


if __name__ == "__main__":
    write_version(sys.argv[1])
