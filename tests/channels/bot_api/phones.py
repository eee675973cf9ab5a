"""What people do on their phones, and what a test does to the server: its routes under /test."""

import base64
import time
from typing import Any

from tests.channels.bot_api.faults import Fault, Weather
from tests.channels.bot_api.ledger import Bot


def do(bot: Bot, weather: Weather, what: str, said: dict[str, Any]) -> Any:
    """Does it and answers with what came of it. Raises KeyError for what it does not know."""
    return DOINGS[what](bot, weather, said)


def _type(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    """Writes a message, or sends one with the given fields (photo, voice, location …)."""
    message = bot.arrives(int(said["chat"]), said["fields"])
    bot.push("message", message)
    return message


def _open(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    """These have pressed Start long ago: the bot may write to them."""
    for chat in said["chats"]:
        bot.phone(int(chat)).started = True
    return True


def _edit(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    message = bot.phone(int(said["chat"])).shown[int(said["message_id"])]
    message |= {**said["fields"], "edit_date": int(time.time())}
    bot.push("edited_message", dict(message))
    return message


def _tap(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    """Presses a button, also one that lies there no more (a phone that was slow)."""
    phone = bot.phone(int(said["chat"]))
    query = f"{bot.id}{len(bot.taps) + 1:012d}"
    bot.taps.add(query)
    pressed = {
        "id": query,
        "from": phone.person(),
        "message": phone.shown[int(said["message_id"])],
        "chat_instance": str(phone.chat),
        "data": said["data"],
    }
    bot.push("callback_query", pressed)
    return {"id": query}


def _block(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    phone = bot.phone(int(said["chat"]))
    before, phone.blocked = phone.blocked, bool(said["blocked"])
    bot.push(
        "my_chat_member",
        {
            "chat": phone.place(),
            "from": phone.person(),
            "date": int(time.time()),
            "old_chat_member": _membership(bot, blocked=before),
            "new_chat_member": _membership(bot, blocked=phone.blocked),
        },
    )
    return True


def _membership(bot: Bot, *, blocked: bool) -> dict[str, Any]:
    me = {key: bot.me()[key] for key in ("id", "is_bot", "first_name", "username")}
    return (
        {"user": me, "status": "kicked", "until_date": 0}
        if blocked
        else {
            "user": me,
            "status": "member",
        }
    )


def _update(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    bot.push_raw(said["update"])
    return True


def _fault(bot: Bot, weather: Weather, said: dict[str, Any]) -> Any:
    weather.faults.append(Fault(**said))
    return True


def _flood(bot: Bot, weather: Weather, said: dict[str, Any]) -> Any:
    weather.flood(said.get("chat"), float(said["seconds"]))
    return True


def _calm(_: Bot, weather: Weather, __: dict[str, Any]) -> Any:
    """Nothing goes wrong any more."""
    weather.faults.clear()
    weather.floods.clear()
    return True


def _strict(_: Bot, weather: Weather, said: dict[str, Any]) -> Any:
    weather.strict = bool(said["strict"])
    return True


def _revoke(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    bot.revoked = bool(said["revoked"])
    return True


def _file(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    bot.files[said["name"]] = base64.b64decode(said["body"])
    return True


def _place(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    """Where getFile says that a file lies, as a server of somebody's own might."""
    bot.places[said["name"]] = said["path"]
    return True


def _number(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    """Starts the numbers of updates anew, as Telegram does after a quiet week."""
    bot.next_update = int(said["number"])
    return True


def _reset(bot: Bot, weather: Weather, _: dict[str, Any]) -> Any:
    """Forgets everything, for the next test."""
    vars(bot).update(vars(Bot(bot.token)))
    vars(weather).update(vars(Weather()))
    return True


def _unhook(bot: Bot, _: Weather, __: dict[str, Any]) -> Any:
    """Posts to nobody any more, whatever goes wrong meanwhile: what comes is kept."""
    bot.webhook = {}
    return True


def _look(bot: Bot, _: Weather, __: dict[str, Any]) -> Any:
    """All there is to know, for a test to judge by."""
    return {
        "sent": bot.sent,
        "early": bot.early,
        "refused": bot.refused,
        "waiting": [update["update_id"] for update in bot.updates],
        "posts": bot.posts,
        "answered": bot.answered,
        "typing": bot.typing,
        "calls": bot.calls,
        "menu": bot.menu,
        "wanted": bot.wanted,
        "webhook": bot.webhook.get("url", ""),
    }


def _screen(bot: Bot, _: Weather, said: dict[str, Any]) -> Any:
    return list(bot.phone(int(said["chat"])).shown.values())


DOINGS: dict[str, Any] = {
    "type": _type,
    "open": _open,
    "edit": _edit,
    "tap": _tap,
    "block": _block,
    "update": _update,
    "fault": _fault,
    "flood": _flood,
    "calm": _calm,
    "strict": _strict,
    "revoke": _revoke,
    "file": _file,
    "place": _place,
    "number": _number,
    "reset": _reset,
    "unhook": _unhook,
    "look": _look,
    "screen": _screen,
}
