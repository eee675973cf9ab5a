"""Every webhook of a service, asked in this process as if over the network."""

import asyncio
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
from sqlalchemy import func, select
from starlette.applications import Starlette

from channels.base import Posted
from onestep.storage import models
from onestep.web.counts import Counts
from onestep.web.webhooks import webhook_routes
from tests.channels.contract import KITS, Kit
from tests.channels.twilio.signed import PUBLIC
from tests.services.world import World

POSTING = [kit for kit in KITS if kit.genuine()]
NOBODY = "http://127.0.0.1:9"  # the port of a service nobody runs


class Door:
    """The webhook of one channel, before a service on a real database."""

    def __init__(self, world: World, kit: Kit) -> None:
        self.world, self.kit, self.counts = world, kit, Counts()
        self.channel = kit.make(NOBODY, world.folder)
        world.app = replace(
            world.app, channels={**world.app.channels, self.channel.name: self.channel}
        )
        routes = webhook_routes(world.app, public_url=PUBLIC, counts=self.counts)
        self._app = Starlette(routes=routes)
        self._runner, self._clients = asyncio.Runner(), {}

    def close(self) -> None:
        """Lets the connections go."""
        for client in self._clients.values():
            self._runner.run(client.aclose())
        self._runner.close()

    def post(self, posted: Posted, method: str = "POST") -> httpx.Response:
        """The answer to one request; whatever breaks the service is raised here."""
        url = urlsplit(posted.url)
        target = httpx.URL(
            PUBLIC, raw_path=url.path.encode() + (b"?" + url.query.encode() if url.query else b"")
        )
        headers = [
            (name.encode("ascii", "ignore"), value.encode("utf-8", "surrogateescape"))
            for name, value in posted.headers.items()
        ]
        client = self._client(posted.remote or "192.0.2.9")
        return self._runner.run(
            client.request(method, target, content=posted.body, headers=headers)
        )

    def _client(self, remote: str) -> httpx.AsyncClient:
        if remote not in self._clients:
            transport = httpx.ASGITransport(app=self._app, client=(remote, 4711))
            self._clients[remote] = httpx.AsyncClient(transport=transport)
        return self._clients[remote]

    def counted(self) -> Counter[str]:
        """The counts of posts, by what became of them."""
        told = [line for line in self.counts.lines() if line.startswith("onestep_posts_total{")]
        found = Counter[str]()
        for line in told:
            found[line.split('outcome="')[1].split('"')[0]] += int(line.split()[-1])
        return found

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = [getattr(models, name) for name in models.__all__]
        with self.world.app.db.read() as session:
            return {
                table.__name__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in tables
            }
