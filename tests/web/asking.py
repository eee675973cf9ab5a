"""Asks a web application in this process, as if over the network."""

import asyncio

import httpx


def ask(app, path, *, method="GET", body=b"", **headers):
    """The answer to one request; `body` may be an asynchronous generator."""

    async def asked():
        transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, content=body, headers=named)

    return asyncio.run(asked())
