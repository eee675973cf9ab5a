"""The whole service in a process of its own, to be killed; its bot answers, or never does."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from onestep.content import load
from tests.channels.bot_api.running import Network
from tests.channels.telegram.whole import SlowBot, running, settings_for
from tests.conftest import ROOT
from tests.services.world import by_rule


def main() -> None:
    """Serves until its standard input ends; says so once it runs."""
    job = json.loads(sys.argv[1])
    network, bot = Network(job["url"]), SlowBot(by_rule)
    if job["hangs"]:
        bot.free.clear()
    lease = {"lease": job["lease"], "send_timeout": job["lease"] / 3}
    settings = settings_for(network, Path(job["folder"]), job["mode"], **lease)
    with running(network, settings, SimpleNamespace(content=load(ROOT / "content")), bot=bot):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
