"""Parts of an expression that are no function of one row, taken out of it and computed in layers of their own.

What is left is over one row again: aggregates, windows, what queries give a row, and whether a value is in a query are
columns of a layer below.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from thalweg.engines import sql
from thalweg.engines.on_spark.spread import is_spread
from thalweg.engines.on_spark.windows import NUMBERING, SHIFTING


class Lifted:
    """Parts by the name of the column that stands for them, each once."""

    def __init__(self, prefix: str, wanted: Callable[[exp.Expr], bool]):
        self.prefix = prefix
        self.wanted = wanted
        self.parts: dict[str, exp.Expr] = {}

    def out_of(self, value: exp.Expr) -> exp.Expr:
        """The expression with columns in place of the parts."""
        root = exp.Paren(this=value.copy())
        self._lift(root)
        return root.this

    def _lift(self, node: exp.Expr) -> None:
        for child in list(node.iter_expressions()):
            if self.wanted(child):
                child.replace(sql.column(self.named(child)))
            elif not isinstance(child, exp.Query):
                self._lift(child)

    def named(self, part: exp.Expr) -> str:
        """The column that stands for a part."""
        for name, known in self.parts.items():
            if known == part:
                return name
        name = f"{self.prefix}{len(self.parts)}"
        self.parts[name] = part.copy()
        return name


def is_membership(node: exp.Expr) -> bool:
    """Whether a value is asked to be among the rows of a query."""
    return isinstance(node, exp.In) and node.args.get("query") is not None


def is_lookup(node: exp.Expr) -> bool:
    """Whether a query stands for one value; that of a membership is a list of values."""
    return isinstance(node, exp.Subquery) and not isinstance(
        node.parent, (exp.In, exp.Exists, exp.From, exp.Join)
    )


def is_window(node: exp.Expr) -> bool:
    return isinstance(node, exp.Window)


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node gathers rows, and is not itself the function of a window."""
    if not isinstance(node, (exp.AggFunc, exp.Filter, exp.WithinGroup, exp.IgnoreNulls)):
        return False
    above = node.parent
    while isinstance(above, (exp.IgnoreNulls, exp.Filter)):
        above = above.parent
    return not isinstance(above, exp.Window)


def over_columns(part: exp.Expr, arguments: Lifted) -> exp.Expr:
    """An aggregate or window over columns: what it is computed from is taken out of it."""
    root = part.copy()
    for node in _operands(root):
        if not isinstance(node, (exp.Star, exp.Literal, exp.Null)):
            node.replace(sql.column(arguments.named(node)))
    return root


def _operands(node: exp.Expr) -> list[exp.Expr]:
    """The expressions over one row that an aggregate or window is made of."""
    structure = (
        exp.AggFunc,
        exp.Window,
        exp.Filter,
        exp.WithinGroup,
        exp.IgnoreNulls,
        exp.Order,
        exp.Ordered,
    )
    structure += (*NUMBERING, *SHIFTING, exp.Where, exp.Distinct)
    found: list[exp.Expr] = []
    for child in node.iter_expressions():
        if isinstance(child, structure) or (isinstance(node, exp.Window) and is_spread(child)):
            found += _operands(child)
        elif not isinstance(child, (exp.Identifier, exp.Var, exp.WindowSpec)):
            found.append(child)
    return found
