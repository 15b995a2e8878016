"""How numbers, metrics and models read in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACRONYMS = {"roc", "auc", "pr", "rmse", "mse", "mae", "mape", "f1", "mcc"}
METRICS = {"r2": "R²", "ece": "calibration error", "brier": "Brier score"}
MODELS = {"network": "the network", "lightgbm": "boosted trees (LightGBM)", "linear": "a linear model"}
UNITS = ("B", "kB", "MB", "GB", "TB")


def metric(name: str) -> str:
    """`roc_auc` as `ROC AUC`."""
    if name in METRICS:
        return METRICS[name]
    return " ".join(word.upper() if word in ACRONYMS else word for word in name.split("_"))


def model(name: str) -> str:
    """A model, in a sentence."""
    return MODELS.get(name, name)


def decimal(value: float | None, signed: bool = False) -> str:
    """A metric: three digits after the point below 10, four significant ones from there on.

    What would round to nothing gets a fourth digit, or an exponent.
    """
    if value is None:
        return "–"
    sign, amount = "−" if value < 0 else "+" if signed and value > 0 else "", abs(value)
    if 5e-5 <= amount < 5e-4:
        return f"{sign}{amount:.4f}"
    if amount >= 1e6 or 0 < amount < 5e-5:
        return sign + f"{amount:.2e}".replace("e+0", "e").replace("e-0", "e−")
    return sign + (f"{amount:.3f}" if amount < 10 else f"{amount:,.{max(0, 4 - len(str(int(amount))))}f}")


def interval(found: Mapping[str, Any], signed: bool = False) -> str:
    """`.771 [.766, .776]`, or the value alone where it has no interval."""
    value = decimal(found.get("value"), signed)
    if found.get("low") is None or found.get("high") is None:
        return value
    return f"{value} [{decimal(found['low'], signed)}, {decimal(found['high'], signed)}]"


def count(value: int | float | None) -> str:
    """A whole number with thousands apart."""
    return "–" if value is None else f"{value:,.0f}"


def share(part: float, whole: float) -> str:
    """A percentage that does not round something to nothing, or not all to all."""
    if not whole:
        return "–"
    ratio = part / whole
    if 0 < ratio < 0.001:
        return "<0.1%"
    if 0.999 < ratio < 1:
        return ">99.9%"
    return f"{ratio:.0%}" if ratio in (0, 1) else f"{ratio:.1%}"


def plural(number: int, noun: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count(number)} {noun if number == 1 else many or noun + 's'}"


def duration(seconds: float | None) -> str:
    """Seconds as a person says them."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def size(number: float | None) -> str:
    """Bytes in decimal units."""
    if number is None:
        return "–"
    for unit in UNITS:
        if number < 1000 or unit == UNITS[-1]:
            return f"{number:.0f} {unit}" if number >= 100 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def sentence(words: str) -> str:
    """Words with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
