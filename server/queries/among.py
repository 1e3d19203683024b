"""``among`` and ``pair_among``: whether a column's value is in a list that travels as one parameter.

An ``IN`` with a parameter for each value is another statement for each length: it is rendered again and again, and
PostgreSQL's prepared statements are thrown out faster than they are used.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import NullType, TypeEngine


class Listed(TypeDecorator[Collection[Any]]):
    """A list as one parameter: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item_type: TypeEngine[Any]) -> None:
        """``item_type`` is the type of the column that the list is compared with."""
        super().__init__()
        self.item_type = item_type

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The parameter's type."""
        return postgresql.ARRAY(self.item_type) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - as the driver wants it
        """The parameter's value; SQLite keeps a UUID as its 32 hex digits."""
        items = list(value or ())
        if dialect.name == "postgresql":
            return items
        return json.dumps([item.hex if isinstance(item, UUID) else item for item in items])


class among(FunctionElement[Any]):  # noqa: N801 - it is read as SQL
    """``among(column, parameter)``; the parameter is a ``Listed``."""

    type = NullType()  # a Boolean would be compared with 1 on SQLite, past every index
    inherit_cache = True


class pair_among(FunctionElement[Any]):  # noqa: N801 - as ``among``
    """``pair_among(column, column, parameter, parameter)``: both values stand at the same place of the two lists.

    SQLite searches no index for a list of pairs, it would read the whole table. There, rows come too that have the left
    value of one pair and the right value of another: callers look up the pairs that they asked for.
    """

    type = NullType()  # a Boolean would be compared with 1 on SQLite, past every index
    inherit_cache = True


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    clauses: list[ColumnElement[Any]] = list(element.clauses)
    return [compiler.process(clause, **options) for clause in clauses]


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    column, values = _parts(element, compiler, options)
    return f"{column} = ANY ({values})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    column, values = _parts(element, compiler, options)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled SQL, no value


@compiles(pair_among, "postgresql")
def _pair_among_postgresql(element: pair_among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    left, right, lefts, rights = _parts(element, compiler, options)
    return f"({left}, {right}) IN (SELECT * FROM unnest({lefts}, {rights}))"  # noqa: S608 - compiled SQL, no value


@compiles(pair_among, "sqlite")
def _pair_among_sqlite(element: pair_among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    left, right, lefts, rights = _parts(element, compiler, options)
    values = "(SELECT value FROM json_each({}))"
    return f"{left} IN {values.format(lefts)} AND {right} IN {values.format(rights)}"
