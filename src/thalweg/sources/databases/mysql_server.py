"""How to speak to MySQL and MariaDB: their catalogue, their types, their errors."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from sqlglot import exp

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.apart import Apart, ForeignError, open_apart
from thalweg.sources.databases.server import DATABASE, Column, Login, Server, Table, Value

PORT = 3306
OWN = ("information_schema", "mysql", "performance_schema", "sys")
VIEW = "VIEW"
DIGITS = 38
DIRECT = {
    *("smallint", "mediumint", "int", "bigint", "year", "float", "double", "date", "datetime"),
    *("timestamp", "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"),
    *("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
}
DATES = ("date", "datetime", "timestamp")
SETTINGS = {"mysql_session_time_zone": "+00:00"}


class MysqlServer(Server):
    """MySQL and MariaDB through the packaged scanner; every query runs on the server."""

    dialect: ClassVar[str] = "mysql"
    ask: ClassVar[str] = "mysql_query"

    def connect(self, login: Login) -> Apart:
        if not login.database:
            raise SourceError("a mysql source needs a database", hint="write mysql://host/database#table")
        apart = open_apart({"mysql_scanner": "mysql"}, SETTINGS)
        try:
            self._reach(login)
            if login.password is not None:
                apart.secret("mysql", {"PASSWORD": login.password})
            said = {
                **{"host": login.host or "localhost", "port": login.port or PORT},
                **{"user": login.user, "database": login.database},
            }
            options = ["TYPE mysql", *(["SECRET credentials"] if login.password is not None else [])]
            address = " ".join(f"{key}={_quoted(value)}" for key, value in said.items() if value is not None)
            apart.attach(address, DATABASE, options)
        except ForeignError as error:
            apart.close()
            raise self._refused(error, login) from None
        except SourceError:
            apart.close()
            raise
        return apart

    def tables(self, apart: Apart) -> list[Table]:
        query = (
            _catalogue("tables", table_schema="s", table_name="t", table_type="k")
            .where(exp.not_(exp.column("table_schema").isin(*OWN)))
            .order_by("s", "t")
        )
        return [Table(*row) for row in apart.run(self.asked(query))]

    def holds_rows(self, table: Table) -> bool:
        return table.kind != VIEW

    def columns(self, apart: Apart, table: Table) -> list[Column]:
        query = (
            _catalogue("columns", column_name="name", column_type="declared")
            .where(exp.column("table_schema").eq(table.schema), exp.column("table_name").eq(table.name))
            .order_by("ordinal_position")
        )
        return [Column(*map(_text, row)) for row in apart.run(self.asked(query))]

    def foreign_keys(self, apart: Apart, table: Table) -> list[tuple[str, str, Table, str]]:
        names = (
            "constraint_name",
            "column_name",
            *(f"referenced_{n}" for n in ("table_schema", "table_name")),
        )
        query = (
            _catalogue(
                "key_column_usage", **{n: f"c{i}" for i, n in enumerate((*names, "referenced_column_name"))}
            )
            .where(exp.column("table_schema").eq(table.schema), exp.column("table_name").eq(table.name))
            .where(sql.not_null(exp.column("referenced_table_name")))
            .order_by("constraint_name", "ordinal_position")
        )
        rows = [tuple(map(_text, row)) for row in apart.run(self.asked(query))]
        return [(name, mine, Table(schema, other, ""), there) for name, mine, schema, other, there in rows]

    def value(self, column: Column) -> Value:
        name = sql.column(column.name)
        base, inside = _parts(column.declared)
        if base == "decimal":
            digits = int(inside.split(",")[0])
            return (
                Value(name)
                if digits <= DIGITS
                else Value(_double(name), f"{column.declared}, read as DOUBLE")
            )
        if base in DATES:
            return Value(exp.Case().when(_incomplete(name), exp.null()).else_(name))
        if base in DIRECT:
            return Value(name)
        if base in (
            "bit",
            "tinyint",
        ):  # the scanner takes `tinyint(1)` for a truth value, though it may hold a 5
            return Value(exp.Add(this=name, expression=exp.Literal.number(0)))
        if base in ("json", "time", "uuid", "inet4", "inet6"):
            return Value(exp.cast(name, "CHAR", dialect=self.dialect), f"{column.declared}, read as text")
        return Value(exp.func("ST_AsText", name), f"{column.declared}, read as text")

    def digest(self, apart: Apart, table: Table, columns: Sequence[Column]) -> list[str]:
        if table.kind != VIEW:
            reference = self.reference(table).sql(dialect=self.dialect)
            answer = exp.select(exp.Star()).from_(sql.call(self.ask, DATABASE, f"CHECKSUM TABLE {reference}"))
            return [str(part) for part in apart.run(answer)[0]]
        texts = [exp.func("quote", sql.column(column.name)) for column in columns]
        hashed = exp.func("crc32", exp.func("concat_ws", exp.Literal.string(","), *texts))
        query = exp.select(
            exp.cast(exp.Count(this=exp.Star()), "CHAR", dialect=self.dialect).as_("n"),
            exp.cast(exp.Sum(this=hashed), "CHAR", dialect=self.dialect).as_("h"),
        ).from_(self.reference(table))
        return [str(_text(part)) for part in apart.run(self.asked(query))[0]]

    def notes(self, apart: Apart, table: Table, columns: Sequence[Column]) -> dict[str, str]:
        """How many dates of a column are incomplete: they are read as missing."""
        dates = [column.name for column in columns if _parts(column.declared)[0] in DATES]
        if not dates:
            return {}
        counts = []
        for i, name in enumerate(dates):
            count = exp.cast(exp.Sum(this=_incomplete(sql.column(name))), "SIGNED", dialect=self.dialect)
            counts.append(count.as_(f"c{i}"))
        found = apart.run(self.asked(exp.select(*counts).from_(self.reference(table))))[0]
        told = "{:,} dates without a month or a day, read as missing"
        return {name: told.format(int(count)) for name, count in zip(dates, found, strict=True) if count}

    def tell(self, error: ForeignError, where: str) -> SourceError:
        said = _words(error.message)
        if "command denied" in said or "Access denied" in said:
            return SourceError(
                f"{where}: {said}",
                hint="ask for the right SELECT on it, or log in as another user, with: user",
            )
        if re.search("Lost connection|gone away|Connection was killed", said):
            return SourceError(
                f"{where}: the connection was lost: {said}", hint="run again; nothing was kept"
            )
        return SourceError(f"{where}: {said}")

    def _reach(self, login: Login) -> None:
        """Wait for the server's greeting for `timeout` seconds: the client library would wait for minutes."""
        if login.host is None or login.host.startswith("/"):
            return
        place = f"{login.host}:{login.port or PORT}"
        try:
            with socket.create_connection((login.host, login.port or PORT), login.timeout) as connection:
                greeted = bool(connection.recv(1))
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        except socket.gaierror as error:
            raise SourceError(
                f"there is no host named {login.host!r}", hint="check the name, and the network"
            ) from error
        except OSError as error:
            raise _silent(place, str(error)) from error
        if not greeted:
            raise _silent(place, "the connection was closed at once")

    def _refused(self, error: ForeignError, login: Login) -> SourceError:
        said = _words(error.message)
        place = f"{login.host or 'localhost'}:{login.port or PORT}"
        unknown = re.search(r"Unknown database '(.*?)'|to database '(.*?)'", said)
        if unknown:
            name = unknown.group(1) or unknown.group(2)
            return SourceError(
                f"MySQL at {place} has no database {name!r} that the user {login.user!r} may read",
                hint=self._databases(login, name),
            )
        if "Access denied" in said:
            what = "with this password" if login.password else "without a password"
            return SourceError(
                f"MySQL at {place} does not let the user {login.user!r} in {what}",
                hint="set MYSQL_USER and MYSQL_PWD, or name the variable that holds the password with: password_env",
            )
        return SourceError(f"MySQL at {place} cannot be read: {said}")

    def _databases(self, login: Login, name: str) -> str | None:
        """Advice: the nearest of the databases that the user may see."""
        if login.database == OWN[0]:
            return None
        other = Login(login.host, login.port, OWN[0], login.user, login.password, login.timeout)
        try:
            with self.connect(other) as apart:
                found = apart.run(self.asked(_catalogue("schemata", schema_name="s")))
        except SourceError:
            return "and the user may not list those there are"
        return did_you_mean(name, [text for row in found if (text := _text(row[0])) not in OWN])


def _silent(place: str, why: str) -> SourceError:
    return SourceError(
        f"no MySQL server answers at {place}: {why}", hint="check host and port, and that it is running"
    )


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _catalogue(name: str, **columns: str) -> exp.Select:
    return exp.select(*(exp.column(column).as_(short) for column, short in columns.items())).from_(
        exp.table_(name, db=OWN[0])
    )


def _incomplete(date: exp.Expr) -> exp.Expr:
    """Whether a date lacks its month or its day: the engine has no such dates."""
    parts = [exp.func(part, date.copy(), dialect="mysql").eq(0) for part in ("month", "dayofmonth")]
    return exp.paren(exp.or_(*parts))


def _double(name: exp.Expr) -> exp.Expr:
    return exp.Add(this=name, expression=exp.cast(exp.Literal.number(0), "DOUBLE"))


def _text(value: object) -> str:
    """The server gives some columns of its catalogue as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _parts(declared: str) -> tuple[str, str]:
    """`decimal(10,2) unsigned` as `decimal` and `10,2`."""
    found = re.match(r"(\w+)(?:\((.*?)\))?", declared.lower())
    return (found.group(1), found.group(2) or "") if found else (declared, "")


def _words(message: str) -> str:
    """What the server itself said, without what the scanner wrapped around it."""
    said = re.sub(r'^.*?(?:with parameters|MySQL query) ".*": ', "", message)
    return re.sub(r"\s*Attempted host: \S+$", "", said).strip()
