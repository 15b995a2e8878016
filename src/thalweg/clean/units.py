"""Units that people write behind numbers, and what each is of the unit it is measured by."""

from __future__ import annotations

from thalweg.core.errors import ComponentError
from thalweg.core.suggest import did_you_mean

Unit = tuple[float, float]
"""Factor and offset: a value in the dimension's own unit is value · factor + offset."""

DIMENSIONS: dict[str, dict[str, Unit]] = {
    "mass": {
        "kg kilogram kilograms kgs kilo kilos 千克 公斤": (1.0, 0.0),
        "g gram grams gr 克": (1e-3, 0.0),
        "mg milligram milligrams 毫克": (1e-6, 0.0),
        "µg ug microgram micrograms": (1e-9, 0.0),
        "t tonne tonnes 吨": (1e3, 0.0),
        "lb lbs pound pounds 磅": (0.45359237, 0.0),
        "oz ounce ounces": (0.028349523125, 0.0),
        "st stone": (6.35029318, 0.0),
        "斤": (0.5, 0.0),
    },
    "length": {
        "m metre metres meter meters 米": (1.0, 0.0),
        "cm centimetre centimetres centimeter centimeters 厘米": (1e-2, 0.0),
        "mm millimetre millimetres millimeter millimeters 毫米": (1e-3, 0.0),
        "km kilometre kilometres kilometer kilometers 公里 千米": (1e3, 0.0),
        "in inch inches": (0.0254, 0.0),
        "ft foot feet": (0.3048, 0.0),
        "yd yard yards": (0.9144, 0.0),
        "mi mile miles": (1609.344, 0.0),
        "nmi": (1852.0, 0.0),
    },
    "volume": {
        "l litre litres liter liters 升": (1.0, 0.0),
        "ml millilitre millilitres milliliter milliliters 毫升": (1e-3, 0.0),
        "cl": (1e-2, 0.0),
        "m3 m³": (1e3, 0.0),
        "gal gallon gallons": (3.785411784, 0.0),
        "qt quart quarts": (0.946352946, 0.0),
        "pt pint pints": (0.473176473, 0.0),
        "fl oz|fluid ounce|fluid ounces|floz": (0.0295735295625, 0.0),
    },
    "time": {
        "s sec secs second seconds 秒": (1.0, 0.0),
        "ms millisecond milliseconds 毫秒": (1e-3, 0.0),
        "min mins minute minutes 分钟": (60.0, 0.0),
        "h hr hrs hour hours 小时": (3600.0, 0.0),
        "d day days 天": (86400.0, 0.0),
        "wk week weeks 周": (604800.0, 0.0),
    },
    "temperature": {
        "°c c celsius ℃ 摄氏度": (1.0, 0.0),
        "°f f fahrenheit ℉": (5 / 9, -160 / 9),
        "k kelvin": (1.0, -273.15),
    },
    "data": {
        "b byte bytes": (1.0, 0.0),
        "kb kilobyte kilobytes": (1e3, 0.0),
        "mb megabyte megabytes": (1e6, 0.0),
        "gb gigabyte gigabytes": (1e9, 0.0),
        "tb terabyte terabytes": (1e12, 0.0),
        "kib": (2.0**10, 0.0),
        "mib": (2.0**20, 0.0),
        "gib": (2.0**30, 0.0),
        "tib": (2.0**40, 0.0),
    },
}
"""By dimension: the names of a unit, divided by blanks (or by `|` where a name has one), and what it is. Measured by
kilogram, metre, litre, second, degree Celsius and byte; gallons, quarts and pints are those of the United States."""


def _names(written: str) -> list[str]:
    return written.split("|") if "|" in written else written.split()


NAMED: dict[str, tuple[str, Unit]] = {
    name: (dimension, unit)
    for dimension, units in DIMENSIONS.items()
    for written, unit in units.items()
    for name in _names(written)
}
"""Each name in lower case, with its dimension and what it is."""


def dimension(unit: str) -> str:
    """What a unit measures. Raises ComponentError with the nearest name for one that is not known."""
    if plain(unit) not in NAMED:
        raise ComponentError(f"unknown unit {unit!r}; {did_you_mean(unit, NAMED)}")
    return NAMED[plain(unit)][0]


def conversions(unit: str) -> dict[str, Unit]:
    """For each name of a unit of the same dimension: factor and offset that turn a value in it into one in `unit`."""
    kind = dimension(unit)
    factor, offset = NAMED[plain(unit)][1]
    return {
        name: (1.0, 0.0) if (own, shift) == (factor, offset) else (own / factor, (shift - offset) / factor)
        for name, (of, (own, shift)) in NAMED.items()
        if of == kind
    }


def plain(unit: str) -> str:
    """A unit's name as the table has it: lower case, without the dot of an abbreviation."""
    return " ".join(unit.lower().rstrip(".").split())
