"""An axis of a chart: from values to pixels, and where its ticks are."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    log: bool
    first_pixel: float
    last_pixel: float
    ticks: tuple

    @staticmethod
    def over(values, log, first_pixel, last_pixel, ticks=()):
        """Reaches over all values, and from zero if it is linear. Given ticks replace its own."""
        low, high, own = _log_range(values) if log else _linear_range([*values, *ticks])
        if ticks and log:  # the data's own places, with some air on both sides
            low, high = min(ticks) / 1.15, max(ticks) * 1.15
        return Axis(low, high, log, first_pixel, last_pixel, tuple(ticks) or own)

    def place(self, value):
        if self.log:
            part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.first_pixel + part * (self.last_pixel - self.first_pixel)


def short(value):
    """1500000 → 1.5M"""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _linear_range(values):
    top = max(values, default=0) or 1
    step = _step_up(top / 5, (1, 2, 2.5, 5, 10))
    count = math.ceil(top / step - 1e-9)
    return 0, step * count, tuple(step * i for i in range(count + 1))


def _log_range(values):
    """Ticks at 1, 2, 5, 10, …, from the one below all values to the one above."""
    positive = [value for value in values if value > 0] or [1]
    exponents = range(math.floor(math.log10(min(positive))) - 1,
                      math.ceil(math.log10(max(positive))) + 2)
    steps = [factor * 10.0**exponent for exponent in exponents for factor in (1, 2, 5)]
    low = max(step for step in steps if step <= min(positive) * 1.000001)
    high = min(step for step in steps if step >= max(positive) * 0.999999 and step > low)
    return low, high, tuple(step for step in steps if low <= step <= high)


def _step_up(rough, factors):
    size = 10 ** math.floor(math.log10(rough))
    return next(size * factor for factor in factors if size * factor >= rough - 1e-12)
