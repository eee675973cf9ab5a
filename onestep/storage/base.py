"""The base of every table: ids made by us, times always aware, closed sets checked."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Insert,
    MetaData,
    String,
    Table,
    insert,
    or_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Float, TypeDecorator
from ulid import ULID

ID_LENGTH = 26
# Names are fixed so that a migration can find a constraint again on either database.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> str:
    """A new id, sortable by time. Made before the insert: it is part of what seals a value."""
    # The library counts up inside one millisecond: ids sort in the order they were made.
    return str(ULID())


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite has no time zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive time is a mistake of ours and is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be kept")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's shape
    ) -> datetime | None:
        """Back as an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(FunctionElement[float]):  # noqa: N801  # read as the function it is
    """Database time, in seconds: what leases compare with, and nothing else (D14)."""

    type = Float()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(_: database_now, _compiler: SQLCompiler, **_kw: Any) -> str:
    # unixepoch('subsec') needs SQLite 3.42; Debian 12 has 3.40.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now)
def _other_now(_: database_now, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "extract(epoch from clock_timestamp())"


def one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """As `column.in_(values)`, which is spelt out anew each time: for what every turn asks."""
    return or_(*(column == value for value in values))


def insert_row(session: Session, model: type["Base"], /, **values: Any) -> None:
    """Inserts one row that this transaction does not read back; a third of the ORM's price."""
    session.flush()  # what it points at goes first
    session.connection().execute(_insert(model), values)


@cache  # building a statement costs more than running it
def _insert(model: type["Base"]) -> Insert:
    return insert(table_of(model))


def table_of(model: type["Base"]) -> Table:
    """The table of a model: a statement about it costs half of what one about the model does."""
    return cast(Table, model.__table__)


class Base(DeclarativeBase):
    """Every table of Onestep."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        str: String(),
    }
