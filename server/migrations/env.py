"""Alembic's entry: it gets the connection from ``server.migrate`` and works inside that transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from server.db import Moment, metadata


def _render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic gives types, tables, indexes
    """Write a column type into a new version in plain SQLAlchemy: a version must not change when ``server.db`` does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too: server.db begins every transaction itself, so a half version cannot stay
    compare_type=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
