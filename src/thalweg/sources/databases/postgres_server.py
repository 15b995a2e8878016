"""How to speak to PostgreSQL: its catalogue, its types, its errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp, parse_one

from thalweg.core.errors import SourceError
from thalweg.core.suggest import did_you_mean
from thalweg.engines import sql
from thalweg.engines.apart import Apart, ForeignError, open_apart
from thalweg.sources.databases.server import DATABASE, Column, Login, Server, Table, Value

PART = "part"  # of a partitioned table
STORED = {
    "r",
    "p",
    "m",
    PART,
}  # tables, partitioned ones, materialised views: their rows have `ctid` and `xmin`
SORTS = ("r", "p", "m", "v", "f")
DIRECT = {
    *("boolean", "smallint", "integer", "bigint", "real", "double precision", "text", "name", "date", "uuid"),
    *("bytea", "json", "jsonb", "timestamp", "timestamp without time zone", "timestamp with time zone"),
    *("time without time zone", "character varying", "character", "bpchar"),
}
MOMENTS = ("date", "timestamp", "timestamp without time zone", "timestamp with time zone")
DIGITS = 38


FOREIGN_KEYS = """
SELECT c.conname::text AS k, a.attname::text AS a, rn.nspname::text AS s, r.relname::text AS t, b.attname::text AS b
FROM pg_catalog.pg_constraint AS c
JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_class AS r ON r.oid = c.confrelid
JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
CROSS JOIN pg_catalog.generate_series(1, 32) AS p(i)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[p.i]
JOIN pg_catalog.pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[p.i]
WHERE c.contype = 'f'
ORDER BY k, p.i
"""


class PostgresServer(Server):
    """PostgreSQL through the packaged scanner; every query runs on the server, in a read-only transaction."""

    dialect: ClassVar[str] = "postgres"
    ask: ClassVar[str] = "postgres_query"

    def connect(self, login: Login) -> Apart:
        apart = open_apart({"postgres_scanner": "postgres"})
        if login.password is not None:
            apart.secret("postgres", {"PASSWORD": login.password})
        said = {
            **{"host": login.host, "port": login.port, "dbname": login.database, "user": login.user},
            "connect_timeout": login.timeout,
            # else a scan of a large table may start in its middle, where another scan happens to be
            "options": "-c synchronize_seqscans=off",
        }
        options = ["TYPE postgres", *(["SECRET credentials"] if login.password is not None else [])]
        address = " ".join(f"{key}={_quoted(value)}" for key, value in said.items() if value is not None)
        try:
            apart.attach(address, DATABASE, options)
        except ForeignError as error:
            apart.close()
            raise self._refused(error, login) from None
        return apart

    def tables(self, apart: Apart) -> list[Table]:
        relation, space = _catalogue("pg_class", "c"), _catalogue("pg_namespace", "n")
        name, schema = exp.column("relname", "c"), exp.column("nspname", "n")
        query = (
            exp.select(*(exp.cast(part, "text").as_(as_) for part, as_ in [(schema, "s"), (name, "t")]))
            .select(
                exp.Case()
                .when(exp.column("relispartition", "c"), exp.Literal.string(PART))
                .else_(exp.cast(exp.column("relkind", "c"), "text"))
                .as_("k")
            )
            .from_(relation)
            .join(space, on=exp.EQ(this=exp.column("oid", "n"), expression=exp.column("relnamespace", "c")))
            .where(exp.cast(exp.column("relkind", "c"), "text").isin(*SORTS))
            .where(exp.not_(exp.Or(this=_own(schema), expression=schema.copy().eq("information_schema"))))
        )
        return sorted((Table(*row) for row in apart.run(self.asked(query))), key=lambda table: table.shown)

    def holds_rows(self, table: Table) -> bool:
        return table.kind in ("r", "p", "f")

    def columns(self, apart: Apart, table: Table) -> list[Column]:
        attribute = "a"
        kind = exp.func("format_type", exp.column("atttypid", "a"), exp.column("atttypmod", "a"))
        query = (
            exp.select(exp.cast(exp.column("attname", attribute), "text").as_("name"), kind.as_("declared"))
            .from_(_catalogue("pg_attribute", "a"))
            .join(_catalogue("pg_class", "c"), on=exp.column("oid", "c").eq(exp.column("attrelid", "a")))
            .join(
                _catalogue("pg_namespace", "n"), on=exp.column("oid", "n").eq(exp.column("relnamespace", "c"))
            )
            .where(exp.column("nspname", "n").eq(table.schema), exp.column("relname", "c").eq(table.name))
            .where(exp.column("attnum", "a") > 0, exp.not_(exp.column("attisdropped", "a")))
            .order_by(exp.column("attnum", "a"))
        )
        return [Column(*row) for row in apart.run(self.asked(query))]

    def foreign_keys(self, apart: Apart, table: Table) -> list[tuple[str, str, Table, str]]:
        query = parse_one(FOREIGN_KEYS, dialect=self.dialect, into=exp.Select).where(
            exp.column("nspname", "n").eq(table.schema), exp.column("relname", "t").eq(table.name)
        )
        rows = apart.run(self.asked(query))
        return [(name, mine, Table(schema, other, ""), there) for name, mine, schema, other, there in rows]

    def value(self, column: Column) -> Value:
        name = sql.column(column.name)
        base, digits = _parts(column.declared)
        if base in MOMENTS:
            return Value(exp.Case().when(_is_finite(name), name))
        if base in DIRECT or (base.endswith("[]") and base[:-2] in DIRECT):
            return Value(name)
        if base == "numeric" and digits is not None and digits[0] <= DIGITS and 0 <= digits[1] <= digits[0]:
            return Value(exp.cast(_no_nan(name), f"DECIMAL({digits[0]},{digits[1]})"))
        if base == "numeric":
            return Value(exp.cast(_no_nan(name), "DOUBLE"), f"{column.declared}, read as DOUBLE")
        if base == "numeric[]":
            return Value(exp.cast(name, "DOUBLE[]"), f"{column.declared}, read as DOUBLE[]")
        if base == "oid":
            return Value(exp.cast(name, "BIGINT"))
        return Value(exp.cast(name, "TEXT"), f"{column.declared}, read as text")

    def digest(self, apart: Apart, table: Table, columns: Sequence[Column]) -> list[str]:
        """The number of rows and the sum of their hashes: no order matters, no row is fetched."""
        if table.kind in STORED:
            parts: list[exp.Expr] = [exp.column(name, "t") for name in ("tableoid", "ctid", "xmin")]
            row: exp.Expr = exp.func(
                "concat_ws", exp.Literal.string("|"), *(exp.cast(p, "text") for p in parts)
            )
        else:
            row = exp.cast(exp.column("t"), "text")
        hashed = exp.func("hashtextextended", row, exp.Literal.number(0), dialect=self.dialect)
        query = exp.select(
            exp.cast(exp.Count(this=exp.Star()), "text").as_("n"),
            exp.cast(exp.Sum(this=exp.cast(hashed, "DECIMAL")), "text").as_("h"),
        ).from_(exp.alias_(self.reference(table), "t", table=True))
        return [str(part) for part in apart.run(self.asked(query))[0]]

    def notes(self, apart: Apart, table: Table, columns: Sequence[Column]) -> dict[str, str]:
        """How many dates of a column are infinite: they are read as missing."""
        moments = [column.name for column in columns if _parts(column.declared)[0] in MOMENTS]
        if not moments:
            return {}
        infinite = [exp.Case().when(exp.not_(_is_finite(sql.column(n))), exp.convert(1)) for n in moments]
        counts = [exp.cast(exp.Count(this=case), "BIGINT").as_(f"c{i}") for i, case in enumerate(infinite)]
        found = apart.run(self.asked(exp.select(*counts).from_(self.reference(table))))[0]
        told = "{:,} infinite dates, read as missing"
        return {name: told.format(count) for name, count in zip(moments, found, strict=True) if count}

    def tell(self, error: ForeignError, where: str) -> SourceError:
        said = _words(error.message)
        if "permission denied" in said:
            return SourceError(
                f"{where}: {said}",
                hint="ask for the right SELECT on it, or log in as another user, with: user",
            )
        if "does not exist" in said and "operator" in said:
            return SourceError(
                f"{where}: {said}", hint="the condition `where` compares values of unlike types"
            )
        if re.search("terminat|closed the connection|could not receive", said):
            return SourceError(
                f"{where}: the connection was lost: {said}", hint="run again; nothing was kept"
            )
        return SourceError(f"{where}: {said}")

    def _refused(self, error: ForeignError, login: Login) -> SourceError:
        said = _words(error.message)
        place = f"{login.host or 'the local server'}:{login.port or 5432}"
        if "password authentication failed" in said or "no password supplied" in said:
            user = re.search(r'for user "([^"]*)"', said)
            whom = (
                f"the user {user.group(1)!r}"
                if user
                else f"the user {login.user!r}"
                if login.user
                else "the user"
            )
            what = "without a password" if "no password" in said else "with this password"
            return SourceError(
                f"PostgreSQL at {place} does not let {whom} in {what}",
                hint="set PGUSER and PGPASSWORD, or name the variable that holds the password with: password_env",
            )
        missing = re.search(r'database "(.*)" does not exist', said)
        if missing:
            return SourceError(
                f"PostgreSQL at {place} has no database {missing.group(1)!r}",
                hint=self._databases(login, missing.group(1)),
            )
        if "translate host name" in said:
            return SourceError(
                f"there is no host named {login.host!r}", hint="check the name, and the network"
            )
        if re.search("refused|timeout|timed out|unreachable|No such file|No route", said):
            return SourceError(
                f"no PostgreSQL server answers at {place}: {said}",
                hint="check host and port, and that it is running",
            )
        return SourceError(f"PostgreSQL at {place} cannot be read: {said}")

    def _databases(self, login: Login, name: str) -> str | None:
        """Advice: the nearest of the databases there are, where the user may look."""
        if login.database == "postgres":
            return None
        other = Login(login.host, login.port, "postgres", login.user, login.password, login.timeout)
        try:
            with self.connect(other) as apart:
                query = exp.select(exp.cast(exp.column("datname"), "text").as_("d")).from_(
                    _catalogue("pg_database", "d")
                )
                return did_you_mean(name, [found for (found,) in apart.run(self.asked(query))])
        except SourceError:
            return "and the user may not list those there are"


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _catalogue(name: str, alias: str) -> exp.Expr:
    return exp.alias_(exp.table_(name, db="pg_catalog"), alias, table=True)


def _own(schema: exp.Expr) -> exp.Expr:
    """Whether a schema is the server's own; names that begin so are reserved."""
    return exp.func(
        "starts_with", exp.cast(schema.copy(), "text"), exp.Literal.string("pg_"), dialect="postgres"
    )


def _is_finite(date: exp.Expr) -> exp.Expr:
    return exp.func("isfinite", date.copy(), dialect="postgres")


def _no_nan(name: exp.Expr) -> exp.Expr:
    """NaN of the type numeric comes through as 0 otherwise."""
    return exp.Nullif(this=name, expression=exp.cast(exp.Literal.string("NaN"), "DECIMAL"))


def _parts(declared: str) -> tuple[str, tuple[int, int] | None]:
    """`numeric(10,2)` as its base type and digits; `character varying(5)[]` as `character varying[]` and None."""
    found = re.fullmatch(r"(.*?)\((\d+)(?:,(-?\d+))?\)(.*)", declared)
    if found is None:
        return declared, None
    base = found.group(1) + found.group(4)
    return base, (int(found.group(2)), int(found.group(3) or 0)) if base == "numeric" else None


def _words(message: str) -> str:
    """What the server itself said, without what the scanner wrapped around it."""
    for mark in ("FATAL:", "ERROR:"):
        if mark in message:
            return message.rpartition(mark)[2].strip()
    return re.sub(r'^.*?Unable to connect to Postgres at ".*": ', "", message).strip()
