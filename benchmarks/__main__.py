"""`python -m benchmarks`: measure, write docs/benchmarks.md, and print one line of JSON last."""

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.errors import BenchError
from benchmarks.measure import QUICK, Measured, Size, measure
from benchmarks.page_parts import kept
from benchmarks.pipeline import Pipeline
from benchmarks.places import require_setup
from benchmarks.report import as_json, page
from benchmarks.sealed import Sealed
from benchmarks.sides import Side
from benchmarks.stock import StockContent, StockInit
from onestep.settings import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
ALL = "abcd"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Onestep beside stock Rasa."
    )
    parser.add_argument("--quick", action="store_true", help="small counts, a few minutes")
    parser.add_argument("--sides", default=ALL, help="which of a, b, c, d (d needs c)")
    parser.add_argument("--write", type=Path, help="where the page goes; - for nowhere")
    return parser.parse_args()


def tell(line: str) -> None:
    """Show one line of progress, over the last one where somebody is watching."""
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{line:<60}", end=end, file=sys.stderr, flush=True)


async def run(which: str, size: Size) -> tuple[Measured, list[Side]]:
    """Start the sides, measure them, and end them whatever happens."""
    with tempfile.TemporaryDirectory(prefix="onestep-bench-") as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            sides = _sides(which, folder)
            for side in sides:
                stack.push_async_callback(side.stop)
            return await measure(sides, size, tell), sides


def _sides(which: str, folder: Path) -> list[Side]:
    sides: list[Side] = []
    if "a" in which:
        tell("making the project of `rasa init` (once; it trains for a minute or two)")
        sides.append(StockInit(folder))
    if "b" in which:
        sides.append(StockContent(folder))
    sealed = Sealed(folder)
    sides.append(sealed)
    if "d" in which:
        sides.append(Pipeline(folder, sealed.dialogue))
    return sides


async def _until_told_to_stop(which: str, size: Size) -> tuple[Measured, list[Side]]:
    """Ctrl-C and TERM cancel the run, which ends the servers on its way out."""
    running = asyncio.ensure_future(run(which, size))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, running.cancel)
    return await running


def main() -> int:
    """Measure and report; 0 also when a target was missed: that is in the table."""
    given = arguments()
    size = QUICK if given.quick else Size()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    try:
        require_setup()
        found, sides = asyncio.run(_until_told_to_stop(given.sides, size))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        print("Stopped; every server it had started is ended.", file=sys.stderr)
        return 130
    command = "make bench" if not given.quick else "python -m benchmarks --quick"
    on = datetime.now(UTC).date()
    about = f"Python {platform.python_version()}, Rasa 3.6.21 on Python 3.10"
    text = page(found, sides, command=command, on=on, about=about)
    _write(given, text)
    print(text)
    print(json.dumps(as_json(found, command=command, on=on)))
    return 0


def _write(given: argparse.Namespace, text: str) -> None:
    """A whole run becomes the page in docs/; any other only where it is told to go."""
    whole = not given.quick and set(given.sides) == set(ALL)
    place = given.write or (PAGE if whole else None)
    if place is not None and str(place) != "-":
        old = place.read_text("utf-8") if place.exists() else ""
        place.write_text(text + kept(old), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
