"""What whoever runs a service asks of Telegram once: is the token good, where to post, the menu.

Every function answers with findings in plain words, and raises nothing for what Telegram says.
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from telegram import User, WebhookInfo
from telegram.error import BadRequest, TelegramError

from channels.base import Finding
from channels.errors import NotSent, OurFault, SendError
from channels.telegram.connection import Connection
from channels.telegram.failures import MISREAD, asked, send_error
from channels.telegram.parse import COMMANDS, WANTED

PORTS = (443, 80, 88, 8443)  # the only ones Telegram posts to
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LEAST_SECRET = 16  # letters; fewer could be guessed
MENU = ("start", *COMMANDS)
UNKNOWN_BOT = (
    "Telegram does not know this token. Copy it again from @BotFather (/mybots, API Token); if it "
    "was revoked, the old one never works again."
)
NO_WAY = (
    "Telegram cannot be reached from this machine. Check that it may open connections to "
    "api.telegram.org on port 443."
)
NO_ANSWER = "Telegram did not answer in time, or not as expected. Try again in a minute."


@dataclass(frozen=True)
class Checked:
    """What a look at the bot found; `username` is what t.me/… links are made of."""

    username: str | None
    findings: tuple[Finding, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing has to be done."""
        return all(finding.fine for finding in self.findings)


async def check(connection: Connection, *, webhook: str | None) -> Checked:
    """Whether the token is good and updates reach us; `webhook` is None where we poll."""
    try:
        me = await asked(connection.bot().get_me())
        posts = await asked(connection.bot().get_webhook_info())
    except SendError as failure:
        return Checked(None, (_wrong(failure),))
    findings = (Finding(True, f"The token is good: this is @{me.username}."), *_groups(me))
    return Checked(me.username, (*findings, *_posting(posts, webhook)))


async def set_webhook(connection: Connection, *, url: str, secret: str) -> Finding:
    """Asks Telegram to post to `url`, showing `secret` each time."""
    if wrong := _url_fault(url) or _secret_fault(secret):
        return Finding(False, wrong)
    call = connection.bot().set_webhook(
        url, secret_token=secret, allowed_updates=list(WANTED), max_connections=40
    )
    return await _done(call, f"Telegram posts to {urlsplit(url).hostname} from now on.")


async def delete_webhook(connection: Connection) -> Finding:
    """Stops the posts, so that updates can be polled; those that wait are kept."""
    call = connection.bot().delete_webhook(drop_pending_updates=False)
    return await _done(call, "Telegram posts nowhere: updates are polled from now on.")


async def set_menu(
    connection: Connection,
    commands: Mapping[str, str],
    *,
    description: str,
    short_description: str,
    language: str | None = None,
) -> tuple[Finding, ...]:
    """Sets the menu of commands with a line about each, and what a stranger reads of the bot.

    Raises ValueError for a command the channel does not understand. `language` is the two letters
    of the phones that see it; None is for all others.
    """
    if unknown := sorted(set(commands) - set(MENU)):
        raise ValueError("no such command: " + ", ".join(unknown))
    bot = connection.bot()
    menu = bot.set_my_commands(list(commands.items()), language_code=language)
    says = bot.set_my_description(description, language_code=language)
    short = bot.set_my_short_description(short_description, language_code=language)
    return (
        await _done(menu, "The menu of commands is set."),
        await _done(says, "The description is set."),
        await _done(short, "The short description is set."),
    )


async def _done(call: Awaitable[object], says: str) -> Finding:
    try:
        await call
    except BadRequest as error:
        return Finding(False, f"Telegram refused: {error.message}")
    except (TelegramError, *MISREAD) as error:
        return _wrong(send_error(error))
    return Finding(True, says)


def _wrong(failure: SendError) -> Finding:
    says = {OurFault: UNKNOWN_BOT, NotSent: NO_WAY}.get(type(failure), NO_ANSWER)
    return Finding(False, says)


def _groups(me: User) -> tuple[Finding, ...]:
    if not me.can_join_groups:
        return ()
    says = (
        "The bot may be added to groups, where it never answers. Better forbid it: @BotFather, "
        "/setjoingroups, Disable."
    )
    return (Finding(True, says),)


def _posting(posts: WebhookInfo, webhook: str | None) -> tuple[Finding, ...]:
    waiting = f"{posts.pending_update_count} updates are waiting at Telegram."
    if posts.url != (webhook or ""):
        return (Finding(False, _elsewhere(posts.url, webhook)), Finding(True, waiting))
    way = "Telegram posts to our webhook." if webhook else "Updates are polled."
    found = [Finding(True, way), Finding(True, waiting)]
    # Telegram keeps the last trouble for ever; it counts while something is waiting.
    if posts.last_error_message and posts.pending_update_count:
        found.append(Finding(False, f"Its last post failed: {posts.last_error_message}"))
    return tuple(found)


def _elsewhere(url: str, webhook: str | None) -> str:
    if not url:
        return "Telegram posts nowhere yet. Set the webhook, or leave it out and poll."
    if webhook is None:
        return "Telegram posts to a webhook, so nothing can be polled. Delete the webhook first."
    return f"Telegram posts to another address ({urlsplit(url).hostname}). Set the webhook again."


def _url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "The webhook's address cannot be read."
    if parts.hostname == "127.0.0.1":  # a Bot API server on this machine posts anywhere
        return None
    if parts.scheme != "https":
        return "The webhook's address must begin with https://."
    if port not in PORTS:
        return f"Telegram posts to the ports {', '.join(map(str, PORTS))} only, not to {port}."
    return None


def _secret_fault(secret: str) -> str | None:
    if not SECRET.fullmatch(secret):
        return "The webhook's secret may hold letters, digits, _ and - only, up to 256 of them."
    if len(secret) < LEAST_SECRET:
        return f"The webhook's secret is too short: it needs {LEAST_SECRET} letters at least."
    return None
