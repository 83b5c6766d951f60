"""Settings, built once from the environment; a wrong value names its variable at start."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from workflow_app.clock import Clock, ShiftedClock, SystemClock
from workflow_app.engine.addresses import mail_address
from workflow_app.engine.calendar import EARLIEST, LATEST, is_countable
from workflow_app.engine.text import cleaned

Network = IPv4Network | IPv6Network

WORKDAY_START = time(9, 0)
"""CLOCK given as a bare date means the morning of that working day."""

_DATABASES = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}
_SECRET = frozenset({"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "OIDC_CLIENT_SECRET"})
_OIDC = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")


def is_local(host: str) -> bool:
    """Tell whether an address leads to this very machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def is_private_way(url: str) -> bool:
    """Tell whether nobody between can read or change what goes to an address: TLS, or no network.

    >>> [is_private_way(f"http://{host}/") for host in ("127.0.0.1", "[::1]", "127.0.0.1.example")]
    [True, True, False]
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "http":
        return parts.scheme == "https" and bool(host)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


DEFAULT_ZONE = ZoneInfo("Europe/Moscow")
"""Where nothing tells another: before a municipality is loaded, and of CLOCK without an offset."""


class SettingsError(Exception):
    """The environment holds wrong values; `problems` maps each variable to its sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = (f"{name}: {sentence}" for name, sentence in self.problems.items())
        super().__init__("Неверные настройки окружения:\n  " + "\n  ".join(lines))


class Settings(BaseModel):
    """Everything a process of the house has to know about its surroundings."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data_dir: Path = Path("var/data")
    backup_dir: Path | None = None
    database_url: str = Field(default="", repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = "workflow@localhost.localdomain"
    public_url: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    secret_key: Annotated[str, Field(min_length=32)] = Field(repr=False)
    clock: datetime | None = None
    clock_since: datetime | None = None
    trusted_proxies: str = ""
    webhook_networks: str = ""
    web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    oidc_title: Annotated[str, Field(max_length=60)] = "учётную запись организации"
    """What people sign in through, as «Войти через …» goes on."""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    practice: bool = True

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """The networks whose machines are believed when they say for whom they ask."""
        return _networks(self.trusted_proxies)

    @cached_property
    def inner_receivers(self) -> tuple[Network, ...]:
        """The networks of this house that webhooks may be sent into; none by default."""
        return _networks(self.webhook_networks)

    @property
    def copies(self) -> Path:
        """Where the copy of each night is written."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def by_tls(self) -> bool:
        """Tell whether people come by TLS."""
        return self.public_url.startswith("https://")

    @property
    def is_trial(self) -> bool:
        """Tell whether no link leaves this machine: letters are files, pages are served here."""
        return self.smtp_url is None and is_local(self.host)

    def environ(self) -> dict[str, str]:
        """Return the variables from which a child process builds these very settings."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {name.upper(): str(value) for name, value in values.items()}

    def make_clock(self) -> Clock:
        """Return the clock of this process: the real one, or the shifted one of a demonstration."""
        return SystemClock() if self.clock is None else ShiftedClock(self.clock, self.clock_since)

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, text: str) -> str:
        address = mail_address(text)
        if address is None or not address.user.isascii():
            raise _wrong("ожидается адрес вида otdel@school.example или Имя <otdel@school.example>")
        return text

    @field_validator("data_dir", "backup_dir")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        return folder and folder.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not url:
            return url
        if not separator or scheme not in _DATABASES:
            raise _wrong("ожидается адрес sqlite:///файл или postgresql://пользователь@узел/база")
        # The supervisor needs no more of SQLAlchemy than this, and mostly not even this.
        from sqlalchemy.engine import make_url  # noqa: PLC0415
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

        found = f"{_DATABASES[scheme]}://{rest}"
        try:
            make_url(found)
        except (ValueError, ArgumentError):
            raise _wrong("адрес не читается: знаки @ : / в пароле пишут как %40 %3A %2F") from None
        return found

    @field_validator("redis_url")
    @classmethod
    def _known_broker(cls, url: str | None) -> str | None:
        if url is not None and not _is_redis(url):
            raise _wrong("ожидается адрес redis://:пароль@узел:порт/0 или rediss://…")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, url: str | None) -> str | None:
        if url is not None and not _is_smtp(url):
            raise _wrong("ожидается адрес smtp://имя:пароль@узел:порт или smtps://…")
        return url

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            raise _wrong("ожидается адрес сайта, пример: https://docs.example.ru")
        return url.rstrip("/")

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _known_networks(cls, given: str) -> str:
        try:
            _networks(given)
        except ValueError as error:
            raise _wrong(
                "ожидаются адреса или сети через запятую: 127.0.0.1, 10.0.0.0/8"
            ) from error
        return given

    @field_validator("oidc_issuer")
    @classmethod
    def _known_issuer(cls, url: str) -> str:
        if url and not (is_private_way(url) and re.fullmatch(r"[^\s?#@]+", url)):
            raise _wrong("ожидается адрес поставщика входа, как он сам себя называет: https://…")
        return url

    @field_validator("oidc_client_secret")
    @classmethod
    def _whole_client(cls, secret: str, info: ValidationInfo) -> str:
        given = [bool(value) for value in (*map(info.data.get, _OIDC[:-1]), secret)]
        if any(given) and not all(given) and _OIDC[0] in info.data:
            raise _wrong("задаются вместе: OIDC_ISSUER, OIDC_CLIENT_ID и OIDC_CLIENT_SECRET")
        if not secret.isascii() or not secret.isprintable():
            raise _wrong("ожидаются латинские буквы, цифры и знаки")
        return secret

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("clock", "clock_since", mode="before")
    @classmethod
    def _moment(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        try:
            moment = (
                datetime.combine(date.fromisoformat(given), WORKDAY_START)
                if len(given) == len("2025-08-28")
                else datetime.fromisoformat(given)
            )
        except ValueError as error:
            raise _wrong("ожидается 2025-08-28 или 2025-08-28T10:30") from error
        if not is_countable(moment.date()):
            raise _wrong(f"ожидается день с {EARLIEST} по {LATEST}")
        return moment

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Fill the values that follow from others; a frozen model lets only itself do it."""
        derived = {
            "database_url": self.database_url or f"sqlite:///{self.data_dir / 'workflow.sqlite3'}",
            "public_url": self.public_url or f"http://127.0.0.1:{self.port}",
            "clock": self._in_utc(self.clock),
            "clock_since": self._in_utc(self.clock_since),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)
        return self

    def _in_utc(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        local = moment if moment.tzinfo else moment.replace(tzinfo=DEFAULT_ZONE)
        return local.astimezone(UTC)


def load_settings(
    environ: Mapping[str, str] | None = None, *, makes_secret: bool = True
) -> Settings:
    """Return the settings of this environment, or raise one `SettingsError` naming every mistake.

    An empty variable counts as unset. Without SECRET_KEY the key is made once and kept with the
    data; `makes_secret=False` is for what needs none and may have been given a wrong folder.
    """
    given = os.environ if environ is None else environ
    names = {name: name.upper() for name in Settings.model_fields}
    values = {name: given[variable] for name, variable in names.items() if given.get(variable)}
    if given.get("TIMEZONE"):
        said = (
            "такой настройки больше нет: пояс хранится у муниципалитета; уберите её и сверьте "
            "пояс командой workflow-app timezone"
        )
        raise SettingsError({"TIMEZONE": said})
    draft = _build({"secret_key": "0" * 32, **values})
    if "secret_key" in values or not makes_secret:
        return draft
    return draft.model_copy(update={"secret_key": _kept_secret(draft.data_dir)})


RUNNING = ("REDIS_URL", "CLOCK", "CLOCK_SINCE")
"""What a running tree has chosen for itself: its broker, and the moment its clock counts from."""


def running_settings(data_dir: Path) -> Path:
    """Return where a running tree keeps these; the file is open to its owner alone."""
    return data_dir / "running.json"


def settings_beside_tree(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a command that comes beside a running tree: its broker, its clock."""
    given = os.environ if environ is None else environ
    kept = running_settings(load_settings(given).data_dir)
    running = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    return load_settings({**running, **{name: value for name, value in given.items() if value}})


def _build(values: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(dict(map(_explain, error.errors(include_url=False)))) from None


def _explain(problem: Mapping[str, object]) -> tuple[str, str]:
    """Return (variable, Russian sentence); a value that may hold a password is not repeated."""
    location = problem["loc"]
    variable = str(location[0]).upper() if isinstance(location, tuple) and location else "окружение"
    sentence = _SENTENCES.get(variable, str(problem["msg"]))
    if problem["type"] == _WRONG:
        sentence = str(problem["msg"])
    shown = "" if variable in _SECRET else f", получено «{cleaned(str(problem['input']))}»"
    return variable, f"{sentence}{shown}"


_WRONG = "wrong_setting"
_SENTENCES = {
    "PORT": "ожидается целое число от 1 до 65535",
    "WEB_WORKERS": "ожидается целое число от 1 до 64",
    "SECRET_KEY": "ожидается не меньше 32 знаков",
    "OIDC_TITLE": "ожидается не больше 60 знаков",
    "LOG_LEVEL": "ожидается DEBUG, INFO, WARNING или ERROR",
    "PRACTICE": "ожидается 1 (учебный район есть) или 0 (его нет)",
}


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _wrong(sentence: str) -> PydanticCustomError:
    # Braces of the sentence would be read as its placeholders.
    return PydanticCustomError(_WRONG, "{sentence}", {"sentence": sentence})


def _is_redis(url: str) -> bool:
    try:
        port = urlsplit(url).port
    except ValueError:  # its message would repeat a part of the password
        return False
    return urlsplit(url).scheme in {"redis", "rediss"} and port != 0


def _is_smtp(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _kept_secret(data_dir: Path) -> str:
    """Return the key kept in the data folder; the first of several processes to come makes it."""
    kept = data_dir / "secret_key"
    try:
        if not kept.exists():
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = kept.with_name(f"secret_key.{secrets.token_hex(4)}")
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
            ) as file:
                file.write(secrets.token_hex(32))
            try:
                # A link refuses to replace: whoever comes second reads what the first one wrote.
                os.link(draft, kept)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return kept.read_text(encoding="ascii").strip()
    except OSError as error:
        sentence = f"не удаётся хранить данные в папке «{data_dir}»: {error.strerror}"
        raise SettingsError({"DATA_DIR": sentence}) from error
