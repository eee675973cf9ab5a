"""A provider that does not exist: its channel signs with one word and speaks JSON."""

import json

from channels.base import Answer, DeliveryReport, Inbound, Pace, Receipt
from channels.errors import Forged, Unreadable

SIGNED = {"x-signature": "ours"}


def read_update(raw):
    """The events of a body: a list of objects, each with its kind of event."""
    try:
        return [_event(dict(each)) for each in json.loads(raw)]
    except (ValueError, TypeError):
        raise Unreadable from None


def _event(fields):
    if fields.pop("about", None) == "report":
        return DeliveryReport("telegram", **fields)
    return Inbound("telegram", **fields)


def update(*events):
    """A body that says these things."""
    return json.dumps(events).encode()


def text(id, words="hello", sender="1001", **more):
    """Something a phone wrote."""
    return {"provider_id": id, "text": words, "sender": sender, **more}


class Provider:
    """The channel: posts, polls and sends; a fault may be put anywhere."""

    name = "telegram"
    pace = Pace()
    path = "/webhooks/made-up"
    limit = 2000

    def __init__(self):
        self.batches, self.asked, self.seen = [], [], []

    def parts(self, words):
        """One part, always."""
        return [words]

    async def send(self, message):
        """Takes over whatever it is given."""
        return Receipt(message.reference)

    def read(self, posted):
        """What a signed post says."""
        self.seen.append(posted)
        if posted.headers.get("x-signature") != "ours":
            raise Forged
        return self.parse(posted.body)

    def answer(self, _):
        """A word by which one knows it."""
        return Answer("<ok/>", "text/xml")

    def parse(self, raw):
        """What one update says."""
        return read_update(raw)

    async def poll(self, after):
        """The next batch prepared by the test: updates, or a fault."""
        self.asked.append(after)
        batch = self.batches.pop(0) if self.batches else []
        if isinstance(batch, Exception):
            raise batch
        return [each for each in batch if each[0] > after]
