"""Labels that are probably wrong, found by confident learning."""

from __future__ import annotations

import importlib.util
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from sqlglot import exp

from thalweg.clean.names import Names, require_new
from thalweg.clean.sample import sampled
from thalweg.clean.scored import keep_scores, scored_above
from thalweg.clean.step import Outcome, Step, Verdict
from thalweg.core.errors import ComponentError, MissingExtra
from thalweg.engines import sql
from thalweg.engines.table import ROW, Table
from thalweg.engines.types import family, is_moment, is_number

SAMPLE = 200_000  # training rows that are judged
FOLDS = 5
FEWEST = 2 * FOLDS  # rows of a class
MOST_CLASSES = 100
MOST_VALUES = 200  # different texts of a column that are told apart; the others are one
TREES = 100
SETTINGS: dict[str, Any] = {
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 10,
    "deterministic": True,
    "force_row_wise": True,  # else the fastest layout is timed and chosen, and sums differ from run to run
    "num_threads": 1,
    "verbosity": -1,
}


class Labels(Step):
    """Flag, or set aside, training rows whose label contradicts what the other columns say.

        - labels: {target: income, action: quarantine}

    A small model of boosted trees gives each training row the probability of every class, learnt on four fifths of
    the rows and asked of the fifth (out of fold). Confident learning (Northcutt, Jiang & Chuang 2021; the package
    cleanlab) then finds the rows whose label is off. It errs too: look at what it found, or train with and without.
    Rows of validation and test are neither looked at nor removed: what a model is judged by stays as it came. Of
    more than 200,000 training rows, so many are looked at, chosen by their position. Classes of fewer than 10 rows,
    and rows without a label, are left alone.
    """

    kind: ClassVar[str] = "labels"

    target: str
    """The column of labels."""
    columns: Names | None = None
    """The columns that tell the label. Left out: every number, text, boolean and date."""
    action: Literal["flag", "quarantine", "keep"] = "flag"
    """flag: add a column that is true of suspects. quarantine: set them aside. keep: only count them."""
    column: str = "label_suspect"
    """The name of the new column of `flag`."""
    seed: int = 0
    """What the folds and the model are drawn from."""

    @classmethod
    def expand(cls, value: Any) -> Any:
        return {"target": value} if isinstance(value, str) else value

    @classmethod
    def example(cls) -> Labels:
        return cls(target="income", action="quarantine")

    def apply(self, table: Table) -> Outcome:
        if importlib.util.find_spec("cleanlab") is None:
            raise MissingExtra("cleanlab", "labels")
        inputs = self._inputs(table)
        rows, x, labels = self._read(table, inputs)
        y, classes = self._classes(table, labels)
        judged = y >= 0
        found = np.zeros(len(y), dtype=bool)
        texts = [i for i, name in enumerate(inputs) if family(table.columns[name]) in ("text", "boolean")]
        found[judged] = _suspects(x[judged], y[judged], texts, self.seed)
        notes = {
            "suspects": int(found.sum()),
            "rows looked at": int(judged.sum()),
            "training rows": table.training().count(),
            "suspects by label": {name: int(found[y == code].sum()) for code, name in enumerate(classes)},
        }
        if self.action == "keep":
            return Outcome(notes=notes)
        suspect = self._among(table, rows[found])
        if self.action == "quarantine":
            words = f"{self.target} is probably wrong by confident learning"
            return Outcome(verdicts=(Verdict("quarantined", words, suspect),), notes=notes)
        return Outcome({self.column: suspect}, notes=notes, origins={self.column: (self.target, *inputs)})

    def _among(self, table: Table, suspects: np.ndarray) -> exp.Expr:
        """Whether a row is one of the suspects; never true of a row that is not known to be for training."""
        chosen = np.sort(suspects)

        def score(batch: pa.RecordBatch) -> np.ndarray:
            return np.isin(batch.column(ROW).to_numpy(), chosen).astype(np.float64)

        scores = keep_scores(table.training(), {}, score, f"{self.written()} {chosen.tolist()[:1]}")
        return scored_above(scores, 0.5)

    def _inputs(self, table: Table) -> list[str]:
        table.require(self.target, "target column")
        if family(table.columns[self.target]) not in ("text", "integer", "boolean"):
            raise ComponentError(
                f"labels: the target {self.target!r} is {table.columns[self.target]}; expected classes: text, whole "
                "numbers or booleans"
            )
        if self.action == "flag":
            require_new(table, self.column, self.kind, "column")
        usable = [name for name in table.columns if name != self.target and _usable(table.columns[name])]
        for name in self.columns or ():
            if table.require(name) not in usable:
                raise ComponentError(
                    f"labels: column {name!r} ({table.columns[name]}) can't tell the label; expected numbers, texts, "
                    "booleans or dates, other than the target"
                )
        inputs = list(self.columns or usable)
        if not inputs:
            raise ComponentError(
                f"labels: table {table.name!r} has no column beside {self.target!r} to tell it by"
            )
        return inputs

    def _read(self, table: Table, inputs: list[str]) -> tuple[np.ndarray, np.ndarray, list[str | None]]:
        """Rows (n,), inputs (n, D) with NaN where missing, and labels as text, in the order they are drawn."""
        training = table.training()
        drawn = sampled(training, training.count(), SAMPLE)
        values = {f"v{i}": _readable(sql.column(name), table.columns[name]) for i, name in enumerate(inputs)}
        values |= {"label": sql.cast(sql.column(self.target), "VARCHAR"), ROW: sql.column(ROW)}
        read = table.session.table(sql.select(drawn.query, values))
        if not read.num_rows:
            raise ComponentError(f"labels: table {table.name!r} has no training rows to learn from")
        x = np.stack([_numbers(read[f"v{i}"]) for i in range(len(inputs))], axis=1)
        return read[ROW].to_numpy(), x, read["label"].to_pylist()

    def _classes(self, table: Table, labels: list[str | None]) -> tuple[np.ndarray, list[str]]:
        """The code of each row's class (n,), -1 where it has none or too rare a one, and the names of the classes."""
        names, counts = np.unique([label for label in labels if label is not None], return_counts=True)
        classes = [str(name) for name, rows in zip(names, counts, strict=True) if rows >= FEWEST]
        if not 2 <= len(classes) <= MOST_CLASSES:
            raise ComponentError(
                f"labels: expected 2 to {MOST_CLASSES} classes of at least {FEWEST} training rows in {self.target!r} "
                f"of {table.name!r}, found {len(classes)}"
            )
        codes = {name: code for code, name in enumerate(classes)}
        return np.array([codes.get(label, -1) if label is not None else -1 for label in labels]), classes


def _suspects(x: np.ndarray, y: np.ndarray, categorical: list[int], seed: int) -> np.ndarray:
    """Which rows (n,) confident learning takes for mislabelled."""
    from cleanlab.filter import find_label_issues

    probabilities = _out_of_fold(x, y, categorical, seed)
    return np.asarray(find_label_issues(y, probabilities, n_jobs=1), dtype=bool)


def _out_of_fold(x: np.ndarray, y: np.ndarray, categorical: list[int], seed: int) -> np.ndarray:
    """Probabilities (n, K) of each row, from a model that has not seen it."""
    import lightgbm
    from sklearn.model_selection import StratifiedKFold

    classes = int(y.max()) + 1
    settings = {**SETTINGS, "objective": "multiclass", "num_class": classes, "seed": seed}
    probabilities = np.zeros((len(y), classes))
    for learn, ask in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y):
        data = lightgbm.Dataset(x[learn], y[learn], categorical_feature=categorical, params={"verbosity": -1})
        model = lightgbm.train(settings, data, TREES)
        probabilities[ask] = np.asarray(model.predict(x[ask]))
    return probabilities


def _usable(sql_type: str) -> bool:
    return is_number(sql_type) or is_moment(sql_type) or family(sql_type) in ("text", "boolean")


def _readable(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Numbers as they are, points in time as seconds, the rest as text."""
    if is_number(sql_type):
        return sql.cast(value, "DOUBLE")
    return sql.call("epoch", value) if is_moment(sql_type) else sql.cast(value, "VARCHAR")


def _numbers(values: pa.ChunkedArray) -> np.ndarray:
    """Numbers as float64 (n,), NaN where missing; texts as codes, the most frequent first, rare ones together."""
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return values.to_numpy().astype(np.float64)
    cells = np.array([cell if cell is not None else "" for cell in values.to_pylist()], dtype=object)
    names, codes, counts = np.unique(cells.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    ranks = np.empty(len(names), dtype=np.float64)
    ranks[order] = np.minimum(np.arange(len(names)), MOST_VALUES)
    return np.where(np.asarray(values.is_null()), np.nan, ranks[codes])
