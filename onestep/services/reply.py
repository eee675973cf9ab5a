"""Says what a turn of the bot comes to, in the transaction that records it."""

from onestep import dialogue
from onestep.content import Reply, reply_from
from onestep.domain.permission import SendKind
from onestep.services.context import Context
from onestep.services.scope import Scope
from onestep.services.speak import not_after, speak
from onestep.storage import talk
from onestep.storage.models import Inbox


def reply(
    scope: Scope, answer: dialogue.Answer, *, kind: SendKind, known: Context, last: Inbox
) -> None:
    """Says what the application has to say of the commands, then what the bot chose.

    `kind`: what the turn's message is to the gate; `last`: the newest row that it answers.
    """
    carried = {
        offer.key: offer.command
        for each in answer.replies
        for offer in each.choices
        if offer.command is not None
    }
    replies = [*scope.says, *([] if _taken_over(scope) else _bot_replies(scope, answer))]
    silent = any(command.get("command") == "stay_silent" for command in answer.commands)
    # A new question closes the old one; but one for whom there is no address is never put.
    asks = scope.address is not None and any(each.prompt is not None for each in replies)
    if (answer.replies or not silent) and not asks:
        talk.close_prompt(scope.session, scope.client.id)
    speak(
        scope,
        replies,
        kind=scope.notice or kind,
        texts=known.texts,
        people=known.people,
        commands=carried,
        not_after=not_after(scope, last),
    )
    if scope.cut_off and scope.address is not None:
        scope.address.state = "cut_off"


def _taken_over(scope: Scope) -> bool:
    """After these the bot's own lines would talk over what was just agreed."""
    return scope.notice is not None and bool(scope.says)


def _bot_replies(scope: Scope, answer: dialogue.Answer) -> list[Reply]:
    if scope.conversation is not None:
        asks = sum(each.asks for each in answer.replies)
        scope.conversation.asks_left = max(0, scope.conversation.asks_left - asks)
    return [reply_from(_as_item(each)) for each in answer.replies]


def _as_item(said: dialogue.Reply) -> dict[str, object]:
    item: dict[str, object] = {
        "say": said.say,
        "values": dict(said.values),
        "asks": said.asks,
        "choices": [{"key": offer.key} for offer in said.choices],
    }
    if said.prompt is not None:
        prompt = {"id": said.prompt.id, "asks": said.prompt.asks}
        item["prompt"] = {**prompt, "area": said.prompt.area} if said.prompt.area else prompt
    return item
