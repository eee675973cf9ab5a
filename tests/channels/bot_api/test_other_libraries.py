"""The Bot API server is a Telegram to other people's libraries too, not only to ours.

aiogram and python-telegram-bot parse every answer into their own types: what they cannot read,
or do not call an error when Telegram would, is the server's fault.
"""

import asyncio

import pytest
import telegram
from aiogram import Bot, Dispatcher, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

from tests.channels.bot_api.running import telegram_network, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def one_network():
    """One server for all tests here."""
    with telegram_network() as made:
        yield made


@pytest.fixture
def network(one_network):
    """A server where nothing has happened yet."""
    one_network.do("reset")
    return one_network


def with_aiogram(network, doing):
    """Runs `doing(bot)` with aiogram's client."""

    async def whole():
        server = TelegramAPIServer.from_base(network.url)
        async with Bot(network.token, session=AiohttpSession(api=server)) as bot:
            return await doing(bot)

    return asyncio.run(whole())


def keyboard(*data):
    """Buttons as aiogram makes them."""
    buttons = [types.InlineKeyboardButton(text=one, callback_data=one) for one in data]
    return types.InlineKeyboardMarkup(inline_keyboard=[buttons])


async def finished(events, count):
    """Waits until so many things have happened."""
    await asyncio.to_thread(wait_until, lambda: len(events) >= count)


def test_aiogram_polls_and_answers(network):
    """Polling, replies, buttons, taps and edits work as aiogram expects them to."""
    phone, events = network.phone(42), []
    phone.type("before it ran")

    async def doing(bot):
        dispatcher = Dispatcher()

        @dispatcher.message()
        async def heard(message):
            events.append(message.text)
            await message.answer(f"you said {message.text}", reply_markup=keyboard("yes"))

        @dispatcher.edited_message()
        async def edited(message):
            events.append(f"edited {message.text}")

        @dispatcher.callback_query()
        async def tapped(query):
            events.append(f"tapped {query.data}")
            await query.answer()
            await query.message.edit_reply_markup(reply_markup=None)

        @dispatcher.my_chat_member()
        async def changed(member):
            events.append(member.new_chat_member.status)

        running = asyncio.create_task(
            dispatcher.start_polling(bot, polling_timeout=2, handle_signals=False)
        )
        await finished(events, 1)
        message = await asyncio.to_thread(phone.type, "hello")
        await finished(events, 2)
        await asyncio.to_thread(phone.edit, message["message_id"], "hello!")
        await finished(events, 3)
        await asyncio.to_thread(wait_until, lambda: len(phone.texts) == 2)
        await asyncio.to_thread(phone.tap, "yes")
        await finished(events, 4)
        await asyncio.to_thread(phone.block)
        await finished(events, 5)
        await dispatcher.stop_polling()
        await running

    with_aiogram(network, doing)
    assert events == ["before it ran", "hello", "edited hello!", "tapped yes", "kicked"]
    assert phone.texts == ["you said before it ran", "you said hello"]
    assert list(network.look()["answered"].values()) == [1]


def test_aiogram_reads_every_answer(network):
    """Each method answers with what aiogram's types say it must."""
    network.phone(42).type("hello")
    network.phone(42).photo(b"picture")

    async def doing(bot):
        me = await bot.get_me()
        sent = await bot.send_message(42, "hi", reply_markup=keyboard("a", "b"))
        edited = await bot.edit_message_reply_markup(
            chat_id=42, message_id=sent.message_id, reply_markup=keyboard("c")
        )
        await bot.send_chat_action(42, "typing")
        await bot.set_my_commands([types.BotCommand(command="help", description="Help")])
        await bot.set_my_description("d")
        await bot.set_my_short_description("s")
        updates = await bot.get_updates(timeout=0)
        file = await bot.get_file(updates[-1].message.photo[-1].file_id)
        body = await bot.download_file(file.file_path)
        await bot.set_webhook("https://x.example/hook", secret_token="abc")
        hook = await bot.get_webhook_info()
        await bot.delete_webhook()
        return me, sent, edited, updates, body.read(), hook

    me, sent, edited, updates, body, hook = with_aiogram(network, doing)
    assert me.username == "onestep_test_bot"
    assert sent.reply_markup.inline_keyboard[0][1].text == "b"
    assert edited.reply_markup.inline_keyboard[0][0].text == "c"
    assert [update.message.text for update in updates] == ["hello", None]
    assert body == b"picture"
    assert hook.url == "https://x.example/hook"


def test_aiogram_hears_every_refusal(network):
    """Refusals are what aiogram tells Telegram's own apart by: status, words, parameters."""
    phone = network.phone(42)
    phone.type("hello")

    async def refused(bot, what, call):
        with pytest.raises(what) as raised:
            await call()
        return raised.value

    async def doing(bot):
        def send(text="hi", chat=42, **more):
            return lambda: bot.send_message(chat, text, **more)

        await refused(bot, TelegramBadRequest, send("x" * 4097))
        await refused(bot, TelegramBadRequest, send(" "))
        await refused(bot, TelegramBadRequest, send(chat=43))
        await refused(bot, TelegramBadRequest, send(reply_markup=keyboard("x" * 65)))
        await refused(bot, TelegramBadRequest, lambda: bot.answer_callback_query("old"))
        sent = await bot.send_message(42, "hi", reply_markup=keyboard("a"))
        same = {"chat_id": 42, "message_id": sent.message_id, "reply_markup": keyboard("a")}
        error = await refused(
            bot, TelegramBadRequest, lambda: bot.edit_message_reply_markup(**same)
        )
        assert "message is not modified" in error.message
        network.do("flood", seconds=1)
        flood = await refused(bot, TelegramRetryAfter, send())
        assert 0 < flood.retry_after <= 2
        network.do("fault", kind="status", code=500)
        await refused(bot, TelegramServerError, send())
        phone.block()
        await refused(bot, TelegramForbiddenError, send())
        await bot.set_webhook("https://x.example/hook")
        await refused(bot, TelegramConflictError, lambda: bot.get_updates(timeout=0))
        network.do("revoke", revoked=True)
        await refused(bot, TelegramUnauthorizedError, bot.get_me)

    with_aiogram(network, doing)
    assert [sent["text"] for sent in network.ledger] == ["hi"]


def test_a_second_asker_ends_the_first(network):
    """Two copies of a bot: the one that asked before is told of the other, as on Telegram."""

    async def doing(bot):
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.2)
        await bot.get_updates(timeout=0)
        with pytest.raises(TelegramConflictError):
            await first

    with_aiogram(network, doing)


def test_python_telegram_bot_runs_its_own_application(network):
    """PTB's own polling, parser and handlers work against the server: also for the comparison."""
    phone, events = network.phone(42), []

    async def heard(update, _):
        events.append(update.message.text)
        await update.message.reply_text(
            "which?",
            reply_markup=telegram.InlineKeyboardMarkup.from_button(
                telegram.InlineKeyboardButton("this", callback_data="this")
            ),
        )

    async def tapped(update, _):
        events.append(update.callback_query.data)
        await update.callback_query.answer()

    async def whole():
        builder = ApplicationBuilder().token(network.token)
        builder = builder.base_url(f"{network.url}/bot").base_file_url(f"{network.url}/file/bot")
        application = builder.build()
        application.add_handler(MessageHandler(filters.TEXT, heard))
        application.add_handler(CallbackQueryHandler(tapped))
        async with application:
            await application.start()
            await application.updater.start_polling(timeout=1)
            await asyncio.to_thread(phone.type, "hello")
            await finished(events, 1)
            await asyncio.to_thread(wait_until, lambda: phone.texts)
            await asyncio.to_thread(phone.tap, "this")
            await finished(events, 2)
            await application.updater.stop()
            await application.stop()

    asyncio.run(whole())
    assert events == ["hello", "this"]
    assert phone.texts == ["which?"]
