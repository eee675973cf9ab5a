"""python-telegram-bot as its own pages say, with a handler that does the same work.

Runs in an environment of its own: it may import nothing of the application.
"""

import argparse
import asyncio

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters
from work import work  # type: ignore[import-not-found]  # a script sees its neighbours


def main() -> None:
    """Runs until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("mode", "url", "token", "secret", "port", "database"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is not None:
            chat, text = str(message.chat_id), message.text
            await message.reply_text(await asyncio.to_thread(work, given.database, chat, text))

    builder = ApplicationBuilder().token(given.token).base_url(f"{given.url}/bot")
    application = builder.base_file_url(f"{given.url}/file/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    if given.mode == "polling":
        application.run_polling()
        return
    application.run_webhook(
        listen="127.0.0.1",
        port=int(given.port),
        url_path="telegram",
        secret_token=given.secret,
        webhook_url=f"http://127.0.0.1:{given.port}/telegram",
    )


if __name__ == "__main__":
    main()
