"""Prism: checks each request against Twilio's own description of its API, and answers from it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.channels.peers.node import packages, program
from tests.channels.peers.process import free_port, listens, running

API = "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
CODES = Path(__file__).with_name("twilio_error_codes.json")


@contextmanager
def prism(folder: Path) -> Iterator[str]:
    """The address of a running one; a request that is not as described gets a 4xx."""
    document = folder / "twilio.json"
    document.write_text(json.dumps(_with_failures()), "utf-8")
    port = free_port()
    command = [*program("@stoplight/prism-cli/dist/index.js"), "mock", document]
    options = ["--host", "127.0.0.1", "--port", port, "--verboseLevel", "warn"]
    with running([*command, *options], folder=folder, ready=lambda: listens(port)):
        yield f"http://127.0.0.1:{port}"


def _with_failures() -> dict:
    """Twilio's description with its failures beside its successes, which it leaves out.

    `Prefer: code=…, example=…` chooses one.
    """
    document = json.loads((packages() / API).read_text("utf-8"))
    messages = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    texts = json.loads(CODES.read_text("utf-8"))
    examples = {
        code: {"value": {"code": int(code), "message": text, "status": 400}}
        for code, text in texts.items()
    }
    failed = {"description": "Failed", "content": {"application/json": {"examples": examples}}}
    # Its example of a page promises a next one, and would for ever.
    listed = messages["get"]["responses"]["200"]["content"]["application/json"]["examples"]
    listed["readFullPage1"]["value"]["next_page_uri"] = None
    for status in ("400", "401", "404", "429", "500", "502", "503"):
        messages["post"]["responses"][status] = failed
        messages["get"]["responses"][status] = failed
    return document
