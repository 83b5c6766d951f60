import threading
from datetime import UTC, datetime

import pytest
import structlog
from pydantic import ValidationError

from workflow_app.bootstrap import build
from workflow_app.clock import ShiftedClock, SystemClock
from workflow_app.config import SettingsError, load_settings

KEY = "k" * 32


def load(tmp_path, **environ):
    return load_settings({"DATA_DIR": str(tmp_path / "data"), **environ})


def test_an_empty_environment_is_enough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.data_dir == tmp_path / "var/data"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/data/workflow.sqlite3"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.redis_url is None
    assert settings.smtp_url is None


def test_without_a_mapping_the_real_environment_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "8123")
    assert load_settings().port == 8123


def test_the_public_address_follows_the_port_unless_given(tmp_path):
    assert load(tmp_path, PORT="8123").public_url == "http://127.0.0.1:8123"
    assert load(tmp_path, PUBLIC_URL="https://a.example/").public_url == "https://a.example"


def test_an_empty_variable_counts_as_unset(tmp_path):
    assert load(tmp_path, PORT="", SMTP_URL="", SECRET_KEY="").port == 8000


def test_every_mistake_is_named_at_once_and_in_russian(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, PORT="abc", CLOCK="yesterday", WEB_WORKERS="0", LOG_LEVEL="loud")
    assert set(caught.value.problems) == {"PORT", "CLOCK", "WEB_WORKERS", "LOG_LEVEL"}
    assert "PORT: ожидается целое число от 1 до 65535, получено «abc»" in str(caught.value)
    assert "CLOCK: ожидается 2025-08-28 или 2025-08-28T10:30" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("DATABASE_URL", "mysql://u:hidden@h/b"),
        ("DATABASE_URL", "hidden"),
        ("REDIS_URL", "http://:hidden@h"),
        ("SMTP_URL", "http://u:hidden@h"),
        ("SMTP_URL", "smtp://u:hidden@h:port"),
        ("SMTP_URL", "smtp://"),
        ("SECRET_KEY", "hidden"),
        ("OIDC_ISSUER", "http://login.example.ru"),
        ("OIDC_ISSUER", "https://login.example.ru/?a=b"),
        ("OIDC_CLIENT_SECRET", "hidden"),
        ("OIDC_TITLE", "x" * 61),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "директор@школа.example"),
        ("MAIL_FROM", "Отдел <otdel@school.example"),
        ("PUBLIC_URL", "example.ru"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "nginx"),
        ("TIMEZONE", "Asia/Omsk"),
        ("CLOCK", "2025-02-30"),
    ],
)
def test_a_wrong_value_names_its_variable_and_repeats_no_password(tmp_path, name, value):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{name: value})
    assert [*caught.value.problems] == [name]
    assert "hidden" not in str(caught.value)


def test_a_data_folder_that_cannot_be_made_is_a_named_mistake(tmp_path):
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(SettingsError, match="DATA_DIR: не удаётся хранить данные"):
        load(tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_gets_the_driver_of_the_house(tmp_path, scheme):
    settings = load(tmp_path, DATABASE_URL=f"{scheme}://u:p@h/b")
    assert settings.database_url == "postgresql+psycopg://u:p@h/b"


def test_settings_do_not_change_and_do_not_print_secrets(tmp_path):
    settings = load(tmp_path, SECRET_KEY=KEY, SMTP_URL="smtp://u:hidden@h")
    with pytest.raises(ValidationError):
        settings.port = 1
    assert KEY not in repr(settings)
    assert "hidden" not in repr(settings)


def test_a_child_builds_the_same_settings_from_the_environment_it_is_given(tmp_path):
    settings = load(
        tmp_path, CLOCK="2025-08-28T10:30", PORT="8123", REDIS_URL="redis://:p@127.0.0.1:1/0"
    )
    assert load_settings(settings.environ()) == settings


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first = load(tmp_path).secret_key
    assert len(first) == 64
    assert load(tmp_path).secret_key == first
    assert (tmp_path / "data/secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_processes_that_come_at_once_agree_on_the_secret_key(tmp_path):
    keys, line = [], threading.Barrier(8)

    def come():
        line.wait()
        keys.append(load(tmp_path).secret_key)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_given_secret_key_is_not_written_anywhere(tmp_path):
    assert load(tmp_path, SECRET_KEY=KEY).secret_key == KEY
    assert not (tmp_path / "data").exists()


def test_a_bare_date_means_the_morning_in_moscow(tmp_path):
    assert load(tmp_path, CLOCK="2025-08-28").clock == datetime(2025, 8, 28, 6, 0, tzinfo=UTC)
    there = load(tmp_path, CLOCK="2025-08-28T10:30+06:00")
    assert there.clock == datetime(2025, 8, 28, 4, 30, tzinfo=UTC)


def test_settings_choose_the_clock(tmp_path):
    assert isinstance(load(tmp_path).make_clock(), SystemClock)
    shifted = load(tmp_path, CLOCK="2026-06-18").make_clock()
    assert isinstance(shifted, ShiftedClock)
    assert shifted.now().date().isoformat() == "2026-06-18"


@pytest.mark.parametrize(("level", "heard"), [("INFO", 1), ("warning", 1), ("ERROR", 0)])
def test_the_logs_of_the_house_follow_the_level(tmp_path, capsys, level, heard):
    build(load(tmp_path, LOG_LEVEL=level))
    structlog.get_logger().warning("effect failed")
    structlog.reset_defaults()
    assert capsys.readouterr().out.count("effect failed") == heard
