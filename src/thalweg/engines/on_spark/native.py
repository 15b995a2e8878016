"""Expressions over one row that mean the same in Spark's own SQL.

Short on purpose: what is here is known to give the same value, bit by bit, for every input. All else is computed by
DuckDB (`function.py`). The two engines agree on NaN (equal to itself, above all numbers), on NULL in logic, on the
order of text (by code point) and on arithmetic of whole numbers, which fails where it overflows.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.core.errors import ComponentError, DataError
from thalweg.engines.on_spark.binder import Binder, Columns
from thalweg.engines.on_spark.constant import constant, is_constant, typed
from thalweg.engines.on_spark.types import ordered_alike

SMALL = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
"""Whole numbers that Spark carries as such."""
FLOATS = ("FLOAT", "DOUBLE")
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Mod)
EQUALITY = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
ORDER = (exp.LT, exp.LTE, exp.GT, exp.GTE)
LOGIC = (exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.IsNan, exp.Boolean, *EQUALITY, *ORDER)
OTHERS = (
    *(
        exp.Column,
        exp.Paren,
        exp.Case,
        exp.If,
        exp.Coalesce,
        exp.Cast,
        exp.TryCast,
        exp.MD5,
        exp.DPipe,
        exp.Length,
    ),
    *(exp.Rand, exp.Anonymous),
)


class NotNative(Exception):
    """Spark's own SQL does not mean the same."""


class Native:
    """Translates expressions over the columns of one row. Raises NotNative where Spark has no equal."""

    def __init__(self, binder: Binder, columns: Columns):
        self.binder = binder
        self.columns = columns
        self._types: dict[int, str | None] = {}

    def translated(self, value: exp.Expr, sql_type: str) -> exp.Expr:
        """The expression in Spark's dialect, as the carrier of `sql_type`."""
        self._learn_types(value)
        return self._as(value, sql_type)

    def _learn_types(self, value: exp.Expr) -> None:
        """Ask for the types of all parts at once."""
        unknown: list[exp.Expr] = []
        for part in value.walk(prune=lambda node: isinstance(node, exp.DataType) or _is_leaf(node)):
            if isinstance(part, (exp.DataType, exp.Identifier)):
                continue
            if not _is_leaf(part) and not isinstance(part, (*LOGIC, *ARITHMETIC, *OTHERS)):
                raise NotNative(part.key)
            if _is_leaf(part) or isinstance(
                part, (exp.Case, exp.Coalesce, exp.Cast, exp.Anonymous, *ARITHMETIC)
            ):
                unknown.append(part)
        found = self.binder.types(unknown, self.columns) if unknown else []
        self._types |= {id(part): kind for part, kind in zip(unknown, found, strict=True)}

    def type(self, value: exp.Expr) -> str:
        """The DuckDB type of a part."""
        if isinstance(value, exp.Column):
            return self.columns[value.name]
        if isinstance(value, exp.Paren):
            return self.type(value.this)
        if isinstance(value, LOGIC):
            return "BOOLEAN"
        if isinstance(value, (exp.MD5, exp.DPipe)):
            return "VARCHAR"
        if isinstance(value, (exp.Length, exp.Rand)):
            return "BIGINT" if isinstance(value, exp.Length) else "DOUBLE"
        found = self._types.get(id(value))
        if found is None:
            raise NotNative(value.key)
        return found

    def _as(self, value: exp.Expr, sql_type: str) -> exp.Expr:
        """A part as a value of some type."""
        if isinstance(value, exp.Null):
            return typed(exp.null(), sql_type)
        if is_constant(value):
            return self._constant(value, sql_type)
        return _converted(self._part(value), self.type(value), sql_type)

    def _part(self, value: exp.Expr) -> exp.Expr:
        if isinstance(value, exp.Column):
            return value.copy()
        if isinstance(value, exp.Paren):
            return exp.paren(self._part(value.this))
        if is_constant(value) and not isinstance(value, exp.Null):
            return self._constant(value, self.type(value))
        for kind, translate in TRANSLATIONS:
            if isinstance(value, kind):
                return translate(self, value)
        raise NotNative(value.key)

    def _constant(self, value: exp.Expr, sql_type: str) -> exp.Expr:
        try:
            return constant(self.binder, value, sql_type)
        except (ComponentError, DataError) as error:
            raise NotNative("constant") from error

    def _logic(self, value: exp.Expr) -> exp.Expr:
        parts = {
            key: exp.paren(self._as(part, "BOOLEAN")) for key, part in value.args.items() if part is not None
        }
        return type(value)(**parts)

    def _is(self, value: exp.Expr) -> exp.Expr:
        if not isinstance(value.expression, exp.Null):
            raise NotNative("is")
        return exp.Is(this=exp.paren(self._part(value.this)), expression=exp.null())

    def _compared(self, value: exp.Expr) -> exp.Expr:
        one, other = self._alike(value.this, value.expression, isinstance(value, ORDER))
        if isinstance(value, exp.NullSafeNEQ):
            return exp.Not(this=exp.paren(exp.NullSafeEQ(this=one, expression=other)))
        return type(value)(this=one, expression=other)

    def _alike(self, one: exp.Expr, other: exp.Expr, ordered: bool) -> tuple[exp.Expr, exp.Expr]:
        """Both sides of a comparison as the type that DuckDB compares them in."""
        kind = self._compared_as(one, other)
        if ordered and not ordered_alike(kind):
            raise NotNative("order")
        return exp.paren(self._as(one, kind)), exp.paren(self._as(other, kind))

    def _compared_as(self, one: exp.Expr, other: exp.Expr) -> str:
        kinds = (self.type(one), self.type(other))
        if kinds[0] == kinds[1]:
            return kinds[0]
        for value, kind, than in ((one, kinds[0], kinds[1]), (other, kinds[1], kinds[0])):
            if _is_text_literal(value) or isinstance(value, exp.Null):
                return than  # a literal takes the type of what it is compared with
            if than == "DOUBLE" and (kind in (*SMALL, "FLOAT") or is_constant(value)):
                return than
        if set(kinds) <= set(SMALL):
            return "BIGINT"
        raise NotNative("comparison")

    def _in(self, value: exp.Expr) -> exp.Expr:
        if not value.expressions or value.args.get("query") is not None:
            raise NotNative("in")
        kinds = {self._compared_as(value.this, each) for each in value.expressions}
        if len(kinds) > 1:
            raise NotNative("in")
        (kind,) = kinds
        listed = [self._as(each, kind) for each in value.expressions]
        return exp.In(this=exp.paren(self._as(value.this, kind)), expressions=listed)

    def _case(self, value: exp.Expr) -> exp.Expr:
        kind = self.type(value)
        chosen = exp.Case()
        for branch in value.args["ifs"]:
            when = branch.this
            if value.this is not None:
                one, other = self._alike(value.this, when, ordered=False)
                condition: exp.Expr = exp.EQ(this=one, expression=other)
            else:
                condition = self._as(when, "BOOLEAN")
            chosen = chosen.when(condition, self._as(branch.args["true"], kind))
        default = value.args.get("default")
        return chosen.else_(self._as(default, kind)) if default is not None else chosen

    def _coalesce(self, value: exp.Expr) -> exp.Expr:
        kind = self.type(value)
        first, *rest = (self._as(part, kind) for part in (value.this, *value.expressions))
        return exp.Coalesce(this=first, expressions=rest)

    def _cast(self, value: exp.Expr) -> exp.Expr:
        return _converted(self._part(value.this), self.type(value.this), self.type(value))

    def _arithmetic(self, value: exp.Expr) -> exp.Expr:
        kind = self.type(value)
        divisor = value.expression
        if kind not in ("INTEGER", "BIGINT") or (isinstance(value, exp.Mod) and not _is_not_zero(divisor)):
            raise NotNative(value.key)
        sides = (exp.paren(self._as(part, kind)) for part in (value.this, divisor))
        return type(value)(**dict(zip(("this", "expression"), sides, strict=True)))

    def _joined_text(self, value: exp.Expr) -> exp.Expr:
        sides = (value.this, value.expression)
        if any(self.type(side) != "VARCHAR" for side in sides):
            raise NotNative("concatenation")
        return exp.Anonymous(this="concat", expressions=[self._part(side) for side in sides])

    def _of_text(self, value: exp.Expr) -> exp.Expr:
        if self.type(value.this) != "VARCHAR":
            raise NotNative(value.key)
        name = "md5" if isinstance(value, exp.MD5) else "char_length"
        return exp.Anonymous(this=name, expressions=[self._part(value.this)])

    def _is_nan(self, value: exp.Expr) -> exp.Expr:
        if self.type(value.this) not in FLOATS:
            raise NotNative("isnan")
        return _unless_null(self._part(value.this), lambda part: _nan(part))

    def _named(self, value: exp.Expr) -> exp.Expr:
        if value.name.lower() != "isfinite" or len(value.expressions) != 1:
            raise NotNative(value.name)
        (argument,) = value.expressions
        if self.type(argument) not in FLOATS:
            raise NotNative("isfinite")
        part = self._part(argument)
        ends = [typed(exp.Literal.string(end), "DOUBLE") for end in ("Infinity", "-Infinity", "NaN")]
        beyond = exp.In(this=typed(part.copy(), "DOUBLE"), expressions=ends)
        return _unless_null(part, lambda _: exp.Not(this=exp.paren(beyond)))

    def _random(self, value: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="rand", expressions=[])


TRANSLATIONS: tuple[tuple[type | tuple[type, ...], Callable[[Native, exp.Expr], exp.Expr]], ...] = (
    ((exp.And, exp.Or, exp.Not), Native._logic),
    (exp.Is, Native._is),
    (exp.In, Native._in),
    ((*EQUALITY, *ORDER), Native._compared),
    (exp.Case, Native._case),
    (exp.Coalesce, Native._coalesce),
    ((exp.Cast, exp.TryCast), Native._cast),
    (ARITHMETIC, Native._arithmetic),
    (exp.DPipe, Native._joined_text),
    ((exp.MD5, exp.Length), Native._of_text),
    (exp.IsNan, Native._is_nan),
    (exp.Anonymous, Native._named),
    (exp.Rand, Native._random),
)


def _converted(value: exp.Expr, found: str, wanted: str) -> exp.Expr:
    """A value as another type, where every value fits and none changes its meaning."""
    if found == wanted:
        return value
    wider = (
        found in SMALL
        and wanted in SMALL
        and SMALL.index(found) < SMALL.index(wanted) <= SMALL.index("BIGINT")
    )
    widened = found == "UTINYINT" and wanted in ("SMALLINT", "INTEGER", "BIGINT")
    widened |= (found == "USMALLINT" and wanted in ("INTEGER", "BIGINT")) or (found, wanted) == (
        "UINTEGER",
        "BIGINT",
    )
    exact = found in SMALL and found != "BIGINT" and wanted == "DOUBLE"
    rounded = (found, wanted) in (("BIGINT", "DOUBLE"), ("FLOAT", "DOUBLE"), ("DATE", "TIMESTAMP"))
    huge = found in SMALL and wanted == "HUGEINT"
    counted = found == "BOOLEAN" and wanted in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
    told = found in (*SMALL, "BOOLEAN") and wanted == "VARCHAR"
    if not (wider or widened or exact or rounded or huge or counted or told):
        raise NotNative("cast")
    return typed(value, wanted)


def _is_leaf(value: exp.Expr) -> bool:
    """Whether a part is worked out as a whole, being the same for every row."""
    return is_constant(value) and not isinstance(value, (exp.If, exp.Identifier))


def _nan(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="isnan", expressions=[value])


def _unless_null(value: exp.Expr, told: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    given = exp.Not(this=exp.paren(exp.Is(this=exp.paren(value.copy()), expression=exp.null())))
    return exp.Case().when(given, told(value))


def _is_text_literal(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and value.is_string


def _is_not_zero(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and not value.is_string and value.name.strip("0.") != ""
