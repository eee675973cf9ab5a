"""The one door of the sealed bot: one turn per request on a unix socket.

    bot/.venv/bin/python -I bot/serve.py --socket run/bot.sock

Started by `onestep bot` with an empty environment and no network; nothing it hears is kept or
written anywhere. It stops by itself when its standard input closes (--watch-stdin).
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # `python -I` leaves it out; actions and components live here

from server.sealing import resident_mb, seal  # noqa: E402  (must come before rasa)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=HERE / "models" / "onestep.tar.gz")
    parser.add_argument("--actions", default="actions", help="the package of rasa_sdk actions")
    parser.add_argument("--cap-mb", type=int, default=3072, help="hard limit of private memory")
    parser.add_argument("--watch-stdin", action="store_true")
    return parser.parse_args()


class Door:
    """Answers what comes through the socket."""

    def __init__(self, model_path: Path, actions: str) -> None:
        """Load the model and the actions; a model that was not recorded is refused."""
        from server.actions import ActionShelf, call_in_process
        from server.model import load_model
        from server.turn import Turner

        model = load_model(model_path)
        call_in_process(ActionShelf(actions, model.domain))
        self._fingerprint = model.fingerprint
        self._turner = Turner(model)
        self._turns = 0

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Return status and JSON for one request; never raises."""
        if path == "/turn":
            return self._turn(body) if method == "POST" else _no("use POST", 405)
        if path == "/health":
            return 200, {
                "status": "ok",
                "model": self._fingerprint,
                "rss_mb": resident_mb(),
                "turns": self._turns,
            }
        return _no("there is only /turn and /health", 404)

    def _turn(self, body: bytes) -> tuple[int, dict[str, Any]]:
        from server.http import told
        from server.request import read_request

        self._turns += 1
        try:
            return 200, self._turner.answer(read_request(body))
        except Exception as error:  # noqa: BLE001  whatever broke, the caller must see it
            return told(error)


def _no(message: str, status: int) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": "bad_request", "message": message}}


def stop_with_stdin(loop: asyncio.AbstractEventLoop, stop: Any) -> None:
    """Stop when the parent goes away: its end of our standard input closes."""

    def readable() -> None:
        if not os.read(0, 1024):
            stop()

    loop.add_reader(0, readable)


async def run(door: Door, place: Path, *, watch_stdin: bool) -> None:
    """Serve until told to stop, then take the socket away."""
    from server.http import bound, serve
    from server.quiet import LOG

    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(serve(bound(place), door.answer))
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, serving.cancel)
    if watch_stdin:
        stop_with_stdin(loop, serving.cancel)
    LOG.info("ready: %s MB", resident_mb())
    try:
        await serving
    except asyncio.CancelledError:
        pass
    finally:
        place.unlink(missing_ok=True)  # noqa: ASYNC240  the loop is over


def main() -> None:
    """Seal, load, serve."""
    given = arguments()
    seal(given.cap_mb)
    from server.quiet import be_quiet

    be_quiet()
    door = Door(given.model, given.actions)
    gc.collect()
    gc.freeze()  # what is loaded stays: without this a full collection stops a turn for 0.3 s
    asyncio.set_event_loop_policy(None)  # importing sanic, as Rasa does, had put in another
    asyncio.run(run(door, given.socket, watch_stdin=given.watch_stdin))


if __name__ == "__main__":
    main()
