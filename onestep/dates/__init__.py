"""Free date words ("till Monday week") to a moment: the only place that uses a date library."""

from onestep.dates.reading import Date, Unsure, Why, read_date

__all__ = ["Date", "Unsure", "Why", "read_date"]
