"""What can stop a measurement.

BenchError
├── NotThere      a program or folder that `make setup` makes is missing
├── WouldNotStart a server that is to be measured did not come up
└── WrongAnswer   a side answered with an error or with nothing: its time means nothing
"""


class BenchError(Exception):
    """The benchmark cannot go on."""


class NotThere(BenchError):
    """Something that `make setup` makes is missing."""


class WouldNotStart(BenchError):
    """A server that is to be measured did not come up."""


class WrongAnswer(BenchError):
    """A side answered with an error or with nothing."""
