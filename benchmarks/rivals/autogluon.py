"""AutoGluon on Parquet files of training, validation and test rows: prints its AUC on the test rows as JSON.

    python autogluon.py '{"train": …, "validation": …, "test": …, "label": …, "seconds": 240, "folder": …}'

The preset "medium_quality" trains boosted trees of three makes, forests and two networks, and weighs them.
"""

import json
import sys
import time
from importlib.metadata import version


def main() -> None:
    # The script's own folder comes first in sys.path and holds a file of the package's name.
    sys.path.pop(0)
    import pandas
    from autogluon.tabular import TabularPredictor

    asked = json.loads(sys.argv[1])
    train, validation, test = (pandas.read_parquet(asked[part]) for part in ("train", "validation", "test"))
    began = time.perf_counter()
    predictor = TabularPredictor(
        label=asked["label"], eval_metric="roc_auc", path=asked["folder"], verbosity=1
    )
    predictor.fit(train, tuning_data=validation, time_limit=asked["seconds"], presets="medium_quality")
    trained = time.perf_counter() - began
    board = predictor.leaderboard(test, extra_metrics=[])
    answer = {
        "auc": float(predictor.evaluate(test)["roc_auc"]),
        "best": predictor.model_best,
        "models": {row.model: round(float(row.score_test), 4) for row in board.itertuples()},
        "seconds": trained,
        "rows": [len(train), len(validation), len(test)],
        "version": version("autogluon.tabular"),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
