"""The whole service in a process of its own, to be killed; its bot answers, or never does."""

import json
import sys
from types import SimpleNamespace

from onestep.content import load
from onestep.settings import Settings
from tests.channels.serving import built, serving
from tests.channels.telegram.whole import SlowBot
from tests.conftest import ROOT
from tests.services.world import by_rule


def main() -> None:
    """Serves until its standard input ends; says so once it runs."""
    job = json.loads(sys.argv[1])
    bot, settings = SlowBot(by_rule), Settings(**job["settings"])
    if job["hangs"]:
        bot.free.clear()
    app = built(settings, SimpleNamespace(content=load(ROOT / "content")), bot)
    with serving(app, settings):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
