"""The commands of the menu do what their words do, and the menu says what the content says."""

import pytest

from onestep.content.menu import COMMANDS
from tests.channels.telegram.whole import running, settings_for
from tests.services.world import ScriptedBot, answer_to, by_rule

pytestmark = pytest.mark.slow
# What each was typed as without a slash, and what must have come before it to mean anything.
WORDS = {
    "help": "help",
    "pause": "Pause",
    "resume": "resume",
    "stop": "STOP",
    "coach": "coach.",
    "mywords": "my words",
    "settings": "settings",
}
BEFORE = {"resume": "pause"}


def rule(turn):
    """Words get an answer without a question."""
    return answer_to(turn, say=["chat"]) if hasattr(turn.input, "messages") else by_rule(turn)


def test_with_and_without_a_slash(network, made, tmp_path):
    """Both have the same effect: state, reply, and what the bot is asked."""
    assert WORDS.keys() == COMMANDS
    settings = settings_for(network, tmp_path, "polling")
    with running(network, settings, made, bot=ScriptedBot(rule)) as whole:
        for number, (name, word) in enumerate(WORDS.items()):
            pair = (6000 + 2 * number, 6001 + 2 * number)
            for chat, typed in zip(pair, (f"/{name}", word), strict=True):
                hand, first = whole.client(chat), BEFORE.get(name)
                for count, text in enumerate(filter(None, (first, typed)), 1):
                    hand.type(text)
                    whole.eventually(lambda h=hand, n=count: len(h.texts) == n)
            # A text lies on the phone a moment before we have noted that it went.
            whole.eventually(lambda p=pair: whole.keys(p[0]) == whole.keys(p[1]) != [])
            assert whole.contact(pair[0]) == whole.contact(pair[1])
        assert whole.bot.texts() == [["my words"]] * 2 + [["settings"]] * 2
