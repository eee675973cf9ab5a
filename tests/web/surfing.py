"""A person at a browser, asking the console in this process as if over the network."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pyotp
from starlette.applications import Starlette

from onestep.services import sign_in
from onestep.web.console.call import Console
from onestep.web.console.doors import console_routes

HERE = "https://inside"
PROOF = re.compile(r'name="proof" value="([0-9a-f]+)"')
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Wall:
    """A clock on the wall that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self):
        """The time it shows."""
        return self.at


class Surfer:
    """One browser."""

    def __init__(self, app, *, demo=False, wall=None, public_url=HERE) -> None:
        self.console = Console(app, public_url, demo=demo, wall=wall or Wall())
        self.web = Starlette(routes=console_routes(self.console))
        self.cookies = httpx.Cookies()
        self.proof = ""

    def open(self, path, **headers):
        """A page, asked for; a redirect is not followed."""
        return self._ask("GET", path, headers=headers)

    def post(self, path, *, origin=HERE, proof=None, **fields):
        """A form of the page that was opened last."""
        sent = {"proof": self.proof if proof is None else proof, **fields}
        return self._ask("POST", path, data=sent, headers={"origin": origin} if origin else {})

    def be(self, coach_id):
        """Is signed in as this coach from here on."""
        token = sign_in.let_in(self.console.app, coach_id, browser="a test", now=self.wall())
        self.cookies.set(self.console.cookie, token)
        self.proof = self.console.proof(token)
        return self

    @property
    def wall(self):
        """The clock on the wall."""
        return self.console.wall

    def _ask(self, method, path, **more):
        async def asked():
            transport = httpx.ASGITransport(app=self.web, client=("192.0.2.7", 4711))
            async with httpx.AsyncClient(
                transport=transport, base_url=HERE, cookies=self.cookies
            ) as client:
                return await client.request(method, path, **more)

        answer = asyncio.run(asked())
        for name, value in answer.cookies.items():
            self.cookies.delete(name) if name in self.cookies else None
            self.cookies.set(name, value)
        found = PROOF.search(answer.text)
        self.proof = found[1] if found else self.proof
        return answer


def digits(secret, at):
    """What an authenticator app shows at this moment."""
    return pyotp.TOTP(secret).at(at)
