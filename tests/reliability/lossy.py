"""A line to a provider that loses requests, or the answers to requests that were taken."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

NEVER = 3600.0  # seconds; whoever waits gives up before
LOST, UNANSWERED = "lost", "unanswered"  # before it was taken; after


@contextmanager
def lossy(to: str, fate: Callable[[str, bytes], str | None]) -> Iterator[str]:
    """The address of a line to `to`; `fate` says what becomes of a request (method, body)."""

    @asynccontextmanager
    async def client(app: Starlette):
        async with httpx.AsyncClient(base_url=to, timeout=30) as app.state.client:
            yield

    async def carry(request: Request) -> Response:
        body = await request.body()
        becomes = fate(request.method, body)
        if becomes == LOST:
            await asyncio.sleep(NEVER)
        kept = ("authorization", "content-type")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        target = (
            httpx.URL(to).join(str(request.url.path)).copy_with(query=request.url.query.encode())
        )
        answer = await request.app.state.client.request(
            request.method, target, content=body, headers=headers
        )
        if becomes == UNANSWERED:
            await asyncio.sleep(NEVER)
        return Response(
            answer.content, answer.status_code, media_type=answer.headers.get("content-type")
        )

    routes = [Route("/{path:path}", carry, methods=["GET", "POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes, lifespan=client),
        port=0,
        log_level="critical",
        timeout_graceful_shutdown=0,
        lifespan="on",
    )
    server, listening = uvicorn.Server(config), config.bind_socket()
    listening.listen(512)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
