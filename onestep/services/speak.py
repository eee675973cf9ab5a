"""Says something to a client: picks the wording, keeps it in the thread, queues it to go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from onestep.content import Outgoing, Rendered, Reply, render
from onestep.domain.permission import SendKind
from onestep.domain.schedule import GRACE
from onestep.services.scope import Scope
from onestep.services.times import in_words, next_check_in_words
from onestep.storage import outbox, talk
from onestep.storage.base import insert_row
from onestep.storage.models import Inbox, Prompt

# A reply that could not go out for this long answers nothing any more (turn contract).
REPLY_LIVES = timedelta(hours=12)
WORDS_LIVE = timedelta(hours=24)


def speak(
    scope: Scope,
    replies: Sequence[Reply],
    *,
    kind: SendKind,
    not_after: datetime | None = None,
    texts: Mapping[str, str] | None = None,
    people: Sequence[str] = (),
    commands: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Renders `replies` and queues what results behind the client's earlier messages.

    `texts` maps each ref that a reply may quote to its exact text; `commands` maps the key of a
    choice to the command it stands for. A reply with a prompt opens that prompt.
    """
    if not replies or scope.address is None:
        return
    before = scope.dialogue.wordings
    rendered = _render(scope, replies, before, texts or scope.texts, people)
    scope.dialogue.wordings = {**before, **rendered.used}
    for outgoing in rendered.messages:
        _queue(scope, outgoing, kind, not_after or scope.now + REPLY_LIVES, commands or {})


def not_after(scope: Scope, last: Inbox) -> datetime | None:
    """Until when the answer to what waited may go out.

    A check-in that cannot go out within its grace is not sent late; nor is an answer to words
    of more than a day ago, which the bot picked up when it came back.
    """
    if last.kind != "event":
        return min(scope.now + REPLY_LIVES, last.received_at + WORDS_LIVE)
    if last.body["event"] == "check_in_due":
        return scope.now + GRACE
    return None


def queue_text(
    scope: Scope,
    text: str,
    *,
    kind: SendKind,
    lane: str = "ordinary",
    said: Sequence[str] = (),
    choices: list[dict[str, str]] | None = None,
    not_after: datetime | None = None,
    **more: Any,
) -> str:
    """Queues one ready text, such as a fixed reply or a coach's words; returns its message id.

    `said`: the keys of the utterances it is made of. `more` goes to the message's row.
    """
    assert scope.address is not None
    message_id = talk.add_line_out(
        scope.session,
        text=text,
        channel=scope.address.channel,
        kind=kind.value,
        at=scope.now,
        zone=scope.terms.zone,
        client_id=scope.client.id,
        address_id=scope.address.id,
        turn_id=scope.turn_id,
        said=[{"say": key} for key in said] or None,
        conversation_id=scope.conversation.id if scope.conversation else None,
        **more,
    )
    outbox.queue(
        scope.session,
        client_id=scope.client.id,
        address_id=scope.address.id,
        message_id=message_id,
        kind=kind.value,
        now=scope.now,
        lane=lane,
        choices=choices,
        turn_id=scope.turn_id,
        not_after=not_after,
    )
    return message_id


def _render(
    scope: Scope,
    replies: Sequence[Reply],
    wordings: Mapping[str, str],
    texts: Mapping[str, str],
    people: Sequence[str],
) -> Rendered:
    return render(
        scope.content,
        replies,
        turn_id=scope.turn_id,
        channel=scope.channel,
        values=_values(scope, replies),
        texts=texts,
        people=people,
        discreet=scope.discreet,
        last_used=wordings,
    )


def _values(scope: Scope, replies: Sequence[Reply]) -> dict[str, str | None]:
    """As `standing_values`; the next check-in is looked up only for a wording that may name it."""
    said = [scope.content.utterances.get(reply.say) for reply in replies]
    if any(utterance is not None and "next_check_in" in utterance.without for utterance in said):
        return standing_values(scope)
    return _standing(scope, next_check_in=None)


def standing_values(scope: Scope) -> dict[str, str | None]:
    """What a wording may always name."""
    return _standing(scope, next_check_in=next_check_in_words(scope))


def _standing(scope: Scope, *, next_check_in: str | None) -> dict[str, str | None]:
    return {
        "called": scope.called,
        "coach": scope.coach,
        "service": scope.content.service.name,
        "next_check_in": next_check_in,
        "date": in_words(scope.client.paused_until, scope) if scope.client.paused_until else None,
    }


def _queue(
    scope: Scope,
    outgoing: Outgoing,
    kind: SendKind,
    not_after: datetime,
    commands: Mapping[str, Mapping[str, Any]],
) -> None:
    message_id = queue_text(
        scope,
        outgoing.text,
        kind=kind,
        said=outgoing.keys,
        choices=[{"key": choice.key, "label": choice.label} for choice in outgoing.choices],
        not_after=not_after,
    )
    if outgoing.prompt is not None:
        _open_prompt(scope, outgoing, message_id, commands)


def _open_prompt(
    scope: Scope, outgoing: Outgoing, message_id: str, commands: Mapping[str, Mapping[str, Any]]
) -> None:
    assert outgoing.prompt is not None
    talk.close_prompt(scope.session, scope.client.id)
    choices: list[dict[str, Any]] = [
        {"key": choice.key, "label": choice.label, "command": commands.get(choice.key)}
        for choice in outgoing.choices
    ]
    insert_row(
        scope.session,
        Prompt,
        id=outgoing.prompt.id,
        client_id=scope.client.id,
        asks=outgoing.prompt.asks,
        conversation_id=scope.conversation.id if scope.conversation else None,
        message_id=message_id,
        area=outgoing.prompt.area,
        choices=choices,
        open=True,
        asked_at=scope.now,
    )
