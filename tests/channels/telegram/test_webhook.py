"""The webhook as the Bot API server posts to it: the secret each time, and again until taken."""

import threading
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from channels.base import Posted
from channels.errors import Forged
from tests.channels.bot_api.running import wait_until
from tests.channels.telegram.conftest import SECRET, make_telegram, run

pytestmark = pytest.mark.slow


class Service:
    """A webhook one method wide: `statuses` are given first, `events` are what it read."""

    def __init__(self, channel, statuses):
        self.channel, self.statuses = channel, list(statuses)
        self.events, self.forged, self.kinds = [], 0, set()

    async def post(self, request):
        """Reads a post as the real webhook would."""
        if self.statuses:
            return Response(status_code=self.statuses.pop(0))
        self.kinds.add(request.headers["content-type"])
        posted = Posted(str(request.url), dict(request.headers), await request.body())
        try:
            self.events += self.channel.read(posted)
        except Forged:
            self.forged += 1
            return Response(status_code=403)
        answer = self.channel.answer(posted)
        return Response(answer.body, media_type=answer.content_type)


@contextmanager
def served(service):
    """The address the service listens on."""
    route = Route(service.channel.path, service.post, methods=["POST"])
    app = Starlette(routes=[route])
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=0)
    server, listening = uvicorn.Server(config), config.bind_socket()
    listening.listen(100)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}{service.channel.path}"
    server.should_exit = True
    thread.join(10)
    listening.close()


def hook(network, channel, url, secret=SECRET):
    """Sets the webhook."""
    run(channel, lambda c: c.connection.bot().set_webhook(url, secret_token=secret))


def test_posts_come_again_until_they_are_taken(network):
    """A post that was not answered with success comes again, and in a chat everything in order."""
    channel = make_telegram(network)
    service = Service(channel, [500, 503])
    with served(service) as url:
        hook(network, channel, url)
        for number in range(10):
            network.phone(42).type(f"message {number}")
        wait_until(lambda: len(service.events) == 10)
        hook(network, channel, "")
    assert [event.text for event in service.events] == [f"message {n}" for n in range(10)]
    posts = network.look()["posts"]
    assert [post["status"] for post in posts] == [500, 503, *[200] * 10]
    assert len({post["update_id"] for post in posts[:3]}) == 1


def test_one_chat_in_trouble_holds_up_no_other(network):
    """What is not taken for one chat is tried again beside what goes on in others."""
    channel = make_telegram(network)
    service = Service(channel, [500] * 2)
    with served(service) as url:
        hook(network, channel, url)
        network.phone(1).type("in trouble")
        wait_until(lambda: len(service.statuses) == 1)
        service.statuses = []
        network.phone(2).type("not held up")
        wait_until(lambda: len(service.events) == 2)
        hook(network, channel, "")
    assert {event.text for event in service.events} == {"in trouble", "not held up"}


@pytest.mark.parametrize("secret", ["", "another-secret-of-somebody"])
def test_a_wrong_secret_is_never_taken(network, secret):
    """S1: posts that show another secret, or none, are refused each time they come."""
    channel = make_telegram(network)
    service = Service(channel, [])
    with served(service) as url:
        hook(network, channel, url, secret)
        network.phone(42).type("hello")
        wait_until(lambda: service.forged >= 2)
        hook(network, channel, "")
    assert service.events == []
    assert network.look()["waiting"]
