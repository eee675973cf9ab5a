"""Every setting, read once at the start and checked; each is listed in `.env.example`."""

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of one installation: `ONESTEP_…` variables, or the same lines in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="ONESTEP_", env_file=".env", extra="forbid", frozen=True
    )

    demo: bool = Field(
        default=False, description="made-up clients on a simulated phone; no real token"
    )
    data: Path = Field(default=ROOT / "var", description="folder of the database and keys")
    database: str | None = Field(
        default=None, description="database address; default SQLite in data"
    )
    key_file: Path | None = Field(
        default=None, description="file of the keys that seal what is kept"
    )
    content: Path = Field(
        default=ROOT / "content", description="folder of wording, areas and routes"
    )
    language: str = Field(default="en", description="language that new clients are written to in")
    host: str = Field(default="127.0.0.1", description="address the web pages are served on")
    port: int = Field(default=8000, ge=1, le=65535, description="port the web pages are served on")
    bot_python: Path = Field(
        default=ROOT / "bot" / ".venv" / "bin" / "python",
        description="Python 3.10 that runs the bot",
    )
    lull_telegram: float = Field(
        default=3, ge=0, le=15, description="seconds a burst may pause, Telegram"
    )
    lull_sms: float = Field(default=20, ge=0, le=60, description="seconds a burst may pause, SMS")
    lease: float = Field(default=30, gt=0, description="seconds a worker may hold a row")
    send_timeout: float = Field(
        default=10, gt=0, description="seconds a provider may take to answer"
    )
    telegram_token: SecretStr | None = Field(default=None, description="token of the Telegram bot")

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.demo and self.telegram_token is not None:
            raise ValueError(
                "demo mode refuses a real token: remove ONESTEP_TELEGRAM_TOKEN or ONESTEP_DEMO"
            )
        if self.send_timeout >= self.lease / 2:
            raise ValueError(
                "ONESTEP_SEND_TIMEOUT must be less than half of ONESTEP_LEASE: a message that "
                "outlives its lease could be sent by two workers"
            )
        return self

    @property
    def database_url(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{self.data / 'onestep.db'}"

    @property
    def keys(self) -> Path:
        """The key file."""
        return self.key_file or self.data / "keys.json"
