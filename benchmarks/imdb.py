"""The reviews of films (Maas et al., 2011) as one file with the published split: `python -m benchmarks.imdb FILE`.

Nothing is changed but the form: a column `part` tells training, validation (a tenth of the training reviews of either
kind, by their number) and test. The rating, which is the answer in other words, stays out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.places import data, scratch

COLUMNS = ("text", "label")
VALIDATION = 10  # of how many training reviews one validates
ROWS = 50_000


def imdb_parquet(path: Path | None = None) -> Path:
    """The file, made of train.parquet and test.parquet in `THALWEG_DATA`."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    path = path or scratch("data") / "imdb.parquet"
    if path.is_file():
        return path
    learnt, judged = (
        parquet.read_table(data("imdb") / f"{name}.parquet", columns=[*COLUMNS, "id"])
        for name in ("train", "test")
    )
    validates = pa.array(learnt["id"].to_numpy() % VALIDATION == 0)
    parts = [pc.if_else(validates, "validation", "training"), pa.array(["test"] * len(judged))]
    whole = pa.concat_tables(
        table.select(COLUMNS).append_column("part", part)
        for table, part in zip((learnt, judged), parts, strict=True)
    )
    if len(whole) != ROWS:
        raise RuntimeError(f"expected {ROWS:,} rows, found {len(whole):,}")
    partial = path.with_suffix(".partial")
    parquet.write_table(whole, partial)
    return partial.rename(path)


if __name__ == "__main__":
    sys.stdout.write(f"{imdb_parquet(Path(sys.argv[1]) if len(sys.argv) > 1 else None)}\n")
