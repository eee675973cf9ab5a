"""`python -m benchmarks.messages`: kill each service while people write to it, and count.

Prints the table, and puts it into docs/benchmarks.md when it was measured whole.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from benchmarks.errors import BenchError
from benchmarks.messages.judge import Counted
from benchmarks.messages.ours import Ours, OursPolling
from benchmarks.messages.ptb import Ptb, PtbWebhook
from benchmarks.messages.rasa import Rasa
from benchmarks.messages.rounds import Size, rounds
from benchmarks.messages.side import Side
from benchmarks.messages.table import section
from benchmarks.page_parts import put
from benchmarks.places import require_setup
from onestep.settings import ROOT
from tools.setup.errors import SetupError

PAGE = ROOT / "docs" / "benchmarks.md"
SIDES: Mapping[str, type[Side]] = {
    "webhook": Ours,
    "polling": OursPolling,
    "ptb-webhook": PtbWebhook,
    "ptb-polling": Ptb,
    "rasa": Rasa,
}
ROUNDS = 5


def main() -> int:
    """Measure and tell; 0 whatever was found: that is in the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.messages", description=__doc__)
    parser.add_argument(
        "--side", choices=SIDES, action="append", help="only this; may be repeated"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--messages", type=int, default=Size.messages, help="of one round")
    given = parser.parse_args()
    size, names = Size(messages=given.messages), given.side or list(SIDES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    began, load = time.monotonic(), os.getloadavg()[0]
    found: dict[str, Counted] = {}
    try:
        require_setup()
        for name in names:
            found[SIDES[name].name] = rounds(SIDES[name], given.rounds, size, _tell)
    except (BenchError, SetupError) as error:
        print(error, file=sys.stderr)
        return 1
    text = section(
        found,
        on=datetime.now(UTC).date(),
        rounds=given.rounds,
        size=size,
        minutes=(time.monotonic() - began) / 60,
        load=(load, os.getloadavg()[0]),
    )
    if given.rounds == ROUNDS and size == Size() and set(names) == set(SIDES):
        put(PAGE, "messages", text)
    print(text)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
