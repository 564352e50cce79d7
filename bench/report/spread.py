"""What several repetitions found: the middle, and how far they lie apart."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values))

    @staticmethod
    def of_rounds(figures):
        """Of what river-bench printed in each round: {"median": …, "min": …, "max": …}."""
        return Spread(statistics.median(figure["median"] for figure in figures),
                      min(figure["min"] for figure in figures),
                      max(figure["max"] for figure in figures))

    def scaled(self, factor):
        return Spread(self.median * factor, self.low * factor, self.high * factor)

    def text(self, digits=0):
        """1,180,000 (1,150,000 – 1,200,000), or one number if all are alike."""
        middle, low, high = (f"{value:,.{digits}f}" for value in (self.median, self.low, self.high))
        return middle if low == high else f"{middle} ({low} – {high})"

    @property
    def percent(self):
        """From the lowest to the highest, as a part of the median."""
        return 100 * (self.high - self.low) / self.median if self.median else 0
