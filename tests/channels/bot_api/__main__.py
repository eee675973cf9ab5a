"""Runs the Bot API server by itself: python -m tests.channels.bot_api --port 8081."""

import argparse

import uvicorn

from tests.channels.bot_api.running import TOKEN
from tests.channels.bot_api.server import make_app


def main() -> None:
    """Serves until it is stopped."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--port", type=int, default=8081)
    said.add_argument("--token", default=TOKEN)
    said.add_argument("--again", type=float, default=0.2, help="seconds to the next try of a post")
    given = said.parse_args()
    app = make_app(given.token, again=given.again)
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
