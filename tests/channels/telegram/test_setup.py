"""`onestep telegram` on the Bot API server: what is wrong, said in plain words."""

import pytest

from channels.base import Finding
from channels.telegram import setup
from channels.telegram.connection import Connection
from channels.telegram.parse import COMMANDS, WANTED
from tests.channels.telegram.conftest import SECRET, make_telegram, run

pytestmark = pytest.mark.slow

HOOK = "https://onestep.example/webhooks/telegram"


def asking(network, doing):
    """Runs `doing(connection)` and closes the connection."""
    return run(make_telegram(network), lambda channel: doing(channel.connection))


def test_all_is_well(network):
    """A good token that is polled: nothing to do, and the name that links are made of."""
    checked = asking(network, lambda way: setup.check(way, webhook=None))
    assert checked.fine
    assert checked.username == "onestep_test_bot"
    assert "@onestep_test_bot" in checked.findings[0].says


def test_a_wrong_token(network):
    """A token Telegram does not know is said to be that, and is not repeated."""
    network.do("revoke", revoked=True)
    checked = asking(network, lambda way: setup.check(way, webhook=None))
    assert [finding.fine for finding in checked.findings] == [False]
    assert "@BotFather" in checked.findings[0].says
    assert network.token not in checked.findings[0].says


def test_nobody_there(network):
    """No way to Telegram is told from a wrong token."""
    away = Connection(network.token, base_url="http://127.0.0.1:9", seconds=1)
    checked = run(make_telegram(network), lambda _: setup.check(away, webhook=None))
    assert checked.findings == (Finding(False, setup.NO_WAY),)


def test_a_webhook_is_set_and_taken_away(network):
    """The webhook with its secret and kinds of update; polling says what stands in its way."""

    async def talk(way):
        first = await setup.set_webhook(way, url=HOOK, secret=SECRET)
        polled = await setup.check(way, webhook=None)
        posted = await setup.check(way, webhook=HOOK)
        moved = await setup.check(way, webhook=HOOK.replace("onestep", "other"))
        return first, polled, posted, moved, await setup.delete_webhook(way)

    first, polled, posted, moved, last = asking(network, talk)
    assert first.fine
    assert last.fine
    assert not polled.fine
    assert any("Delete the webhook" in finding.says for finding in polled.findings)
    assert posted.fine
    assert not moved.fine
    assert any("onestep.example" in finding.says for finding in moved.findings)
    assert network.look()["webhook"] == ""
    assert network.look()["wanted"] == list(WANTED)
    assert set(WANTED) == {"message", "edited_message", "callback_query", "my_chat_member"}


@pytest.mark.parametrize(
    ("url", "secret", "says"),
    [
        ("http://onestep.example/x", SECRET, "https"),
        ("https://onestep.example:8000/x", SECRET, "8000"),
        ("https://onestep.example:port/x", SECRET, "cannot be read"),
        (HOOK, "", "letters"),
        (HOOK, "spaces in it are not allowed", "letters"),
        (HOOK, "short", "too short"),
    ],
)
def test_what_telegram_would_refuse_is_said_before(network, url, secret, says):
    """Address, port and secret are looked at before Telegram is asked."""
    finding = asking(network, lambda way: setup.set_webhook(way, url=url, secret=secret))
    assert not finding.fine
    assert says in finding.says
    assert network.look()["calls"] == {}


def test_what_telegram_refuses_is_passed_on(network):
    """Telegram's own words tell what it did not like."""
    said = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    network.do("fault", method="setWebhook", kind="status", code=400, description=said)
    finding = asking(network, lambda way: setup.set_webhook(way, url=HOOK, secret=SECRET))
    assert not finding.fine
    assert "failed to resolve host" in finding.says.lower()


def test_the_menu_is_set(network):
    """Commands in their order, and both descriptions, for one language or all."""
    menu = {"start": "Begin", **{name: f"About {name}" for name in COMMANDS}}

    def doing(way, language=None):
        return setup.set_menu(
            way, menu, description="Keeps…", short_description="Short", language=language
        )

    assert all(finding.fine for finding in asking(network, doing))
    assert all(finding.fine for finding in asking(network, lambda way: doing(way, "cy")))
    kept = network.look()["menu"]
    assert [each["command"] for each in kept["commands"]] == list(menu)
    assert kept["description"] == kept["description cy"] == "Keeps…"
    assert kept["short_description cy"] == "Short"


def test_a_menu_of_what_is_not_understood(network):
    """A command the channel would not understand never gets into the menu."""
    with pytest.raises(ValueError, match="dance"):
        asking(
            network,
            lambda way: setup.set_menu(way, {"dance": "x"}, description="", short_description=""),
        )
