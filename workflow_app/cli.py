"""The `workflow-app` command. Each part loads only what it needs: a tree of five starts faster."""

# ruff: noqa: PLC0415

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow_app.config import (
    DEFAULT_ZONE,
    Settings,
    SettingsError,
    load_settings,
    settings_beside_tree,
)
from workflow_app.services.progress import Progress, unwatched

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from workflow_app.bootstrap import Container
    from workflow_app.store.accounts.sessions import SqlAccess
    from workflow_app.store.database import Database
    from workflow_app.store.unit_of_work import SqlUnitOfWork


def main() -> None:
    """Run the command; wrong settings are a sentence, not a traceback."""
    try:
        commands(standalone_mode=True)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except Exception as error:
        from sqlalchemy.exc import OperationalError

        if not isinstance(error, OperationalError):
            raise
        click.echo(f"база данных не отвечает: {error.orig}", err=True)
        sys.exit(1)


@click.group()
def commands() -> None:
    """Workflow and document approval for municipal education departments."""


@contextmanager
def _watched(label: str, *, counted: bool = False) -> Iterator[Progress]:
    """Show on a terminal how far a long command is; whoever reads it in a pipe gets nothing."""
    bar = click.progressbar(
        length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty(), show_pos=counted
    )
    with bar:

        def show(done: int, steps: int) -> None:
            bar.length = steps or None
            bar.update(done - bar.pos)

        yield show


def _say_above(line: str) -> None:
    """Print a line where the bar of `_watched` stands; its next step draws the bar anew below."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[2K", nl=False, err=True)
    click.echo(line)


_THIS = [sys.executable, "-m", "workflow_app.cli"]


def _children() -> list[object]:
    from workflow_app.supervisor import ChildSpec

    return [
        ChildSpec("web", [*_THIS, "web"], {"START_AT_EOF": "1"}, first=True),
        ChildSpec("worker", [*_THIS, "worker"], stop_within=30.0),
        ChildSpec("relay", [*_THIS, "relay", "--with-beat"]),
    ]


def _serves(settings: Settings) -> bool:
    """Ask for a page as a browser does; tell whether an answer came."""
    import socket

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    try:
        with socket.create_connection((host, settings.port), 5) as line:
            line.sendall(f"GET /sign-in HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            return bool(line.recv(1))
    except OSError:
        return False


@commands.command()
def up() -> None:
    """Start the whole system on this machine: broker, web, worker, relay, beat."""
    from workflow_app.supervisor import ChildSpec, Supervisor

    migration = ChildSpec("migrate", [*_THIS, "migrate"], restarts=False, prefixed=False)
    sys.exit(
        Supervisor(load_settings(), _children(), migrate=migration, serves=_serves).run()  # type: ignore[arg-type]
    )


def _ready() -> "Container":
    """Return the house over a database that has its tables; say what to do about any other."""
    from workflow_app.bootstrap import build
    from workflow_app.store import schema

    _database_in_place()
    container = build(settings_beside_tree())
    if not schema.is_newest(container.database, container.tables):
        raise click.ClickException("база данных не подготовлена: сначала workflow-app migrate")
    return container


STRANDED = (
    "Дела не тронуты. Верните прежний выпуск программы, он продолжит работу, а эти строки "
    "передайте тому, кто готовил новый."
)


def _upgrade(settings: Settings, progress: Progress = unwatched) -> None:
    """Bring the schema up and store the definitions, or refuse what would strand live cases."""
    from workflow_app.bootstrap import build
    from workflow_app.store import schema
    from workflow_app.store.cases import definitions

    container = build(settings)

    def strands_nobody(connection: "Connection") -> None:
        found = list(definitions.obstacles(container.unit_of_work(connection)))
        if found:
            raise click.ClickException("\n".join([*map(str, found), STRANDED]))

    schema.upgrade(
        container.database, accept=strands_nobody, progress=progress, registers=container.tables
    )
    container.transact(definitions.store)


@commands.command()
def web() -> None:
    """Serve pages and the API."""
    settings = load_settings()
    argv = [
        sys.executable,
        "-m",
        "gunicorn",
        "workflow_app.app:from_environment()",
        "--bind",
        f"{settings.host}:{settings.port}",
        "--workers",
        str(settings.web_workers),
        "--threads",
        "32",
        "--worker-class",
        "workflow_app.web.buffering.BufferingWorker",
        "--no-control-socket",
        "--no-sendfile",
        "--log-level",
        "warning",
        "--preload",
    ]
    environ = {"MALLOC_ARENA_MAX": "2", **os.environ}
    os.execve(sys.executable, argv, environ)  # noqa: S606 (our own command takes its place)


@commands.command()
def worker() -> None:
    """Carry effects out: papers, notices, letters."""
    os.execv(sys.executable, worker_argv())  # noqa: S606


def worker_argv(module: str = "celery_worker", level: str = "WARNING") -> list[str]:
    """Return the command of a worker for all lanes.

    Letters, PDFs and webhooks hang in four of its six threads at most. Processes did no more
    effects a second, and took four times the memory.
    """
    from workflow_app.store.messages.outbox import LANES

    return [
        sys.executable,
        "-m",
        "celery",
        "-q",
        "-A",
        module,
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "6",
        "--without-gossip",
        "--without-mingle",
        "--queues",
        ",".join(LANES),
        "--loglevel",
        level,
    ]


@commands.command()
@click.option("--with-beat", is_flag=True, help="fire due deadlines too, in the same process")
def relay(*, with_beat: bool) -> None:
    """Hand waiting messages out to the workers."""
    from workflow_app.bootstrap import build
    from workflow_app.tasks import loops
    from workflow_app.tasks.app import create_celery
    from workflow_app.tasks.practice import keep_practice

    container = build(load_settings())
    beside = [partial(keep_practice, container)] if container.has_practice else []
    loops.relay(container, create_celery(container), with_beat=with_beat, beside=beside)


@commands.command()
def beat() -> None:
    """Fire due deadlines."""
    from workflow_app.bootstrap import build
    from workflow_app.tasks import loops

    loops.beat(build(load_settings()))


@commands.command()
@click.option("--load", is_flag=True, hidden=True, help="only load the district")
def demo(*, load: bool) -> None:
    """Load the demonstration district, play the main job over HTTP, then serve it."""
    from workflow_app import demo as district
    from workflow_app.practice import PASSWORD
    from workflow_app.supervisor import ChildSpec, Supervisor

    environ = {"DATA_DIR": "var/demo", "CLOCK": district.STORY_DAY.isoformat(), **os.environ}
    environ = {name: value for name, value in environ.items() if value}
    settings = load_settings(environ)
    local = settings.clock and settings.clock.astimezone(DEFAULT_ZONE).date()
    if load:
        _load_district(settings, live_through=local != district.STORY_DAY)
        return
    once = environ.get("ONCE", "") not in ("", "0")
    children = _children()
    if local == district.STORY_DAY:
        argv = [sys.executable, "-m", "workflows.simulation.main_job"]
        story = {
            "STORY_URL": f"http://127.0.0.1:{settings.port}",
            "STORY_PASSWORD": PASSWORD,
            "STORY_FOLDER": str(settings.data_dir),
            "STORY_IS_ALL": "1" if once else "",
        }
        children.append(
            ChildSpec("story", argv, story, restarts=False, ends_tree=once, prefixed=False)
        )
    loading = ChildSpec("district", [*_THIS, "demo", "--load"], restarts=False, prefixed=False)
    # On a terminal a person reads; whoever keeps the output in a file wants all of it.
    calm = sys.stdout.isatty()
    tree = Supervisor(settings, children, migrate=loading, serves=_serves, calm=calm)  # type: ignore[arg-type]
    sys.exit(tree.run())


def _load_district(settings: Settings, *, live_through: bool) -> None:
    from workflow_app import demo as district
    from workflow_app.bootstrap import build
    from workflow_app.practice import PASSWORD
    from workflow_app.supervisor import StartError

    container = build(settings)
    try:
        district.forget(container)
    except StartError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Загружается демонстрационный район, все люди в нём вымышлены…")
    district.load(container, live_through=live_through)
    district.shorten_august(container)
    click.echo(f"\n  адрес   {settings.public_url}\n  пароль  {PASSWORD}, у всех один\n")
    for who, login in district.logins(container):
        click.echo(f"  {login}  {who}")
    click.echo(f"\n  журналы {settings.data_dir / 'logs'}\n  остановить: Ctrl+C\n")


@commands.command(hidden=True)
def practice() -> None:
    """Play the district in which people practise; its keeper copies what comes of it."""
    from workflow_app import demo as district
    from workflow_app.practice import Place

    os.nice(5)  # nobody waits for it but a page that says so
    district.build_practice(Place(load_settings()))


@commands.command()
def year() -> None:
    """Live through a year of the demonstration district and tell it; exit 1 if it does not hold."""
    import tempfile

    from workflow_app import demo as district
    from workflow_app.bootstrap import FIRST_DAY, build
    from workflow_app.replay import live_whole_year

    with tempfile.TemporaryDirectory(prefix="year-") as folder:
        environ = {"DATA_DIR": folder, **os.environ, "CLOCK": FIRST_DAY.isoformat()}
        container = build(load_settings(environ))
        district.load(container)
        municipality = container.read(district.first_municipality)
        with _watched("прожито дней", counted=True) as progress:
            found = live_whole_year(container, municipality, _say_above, progress=progress)
        container.database.engine.dispose()
    for sentence in found:
        click.echo(sentence)
    click.echo(f"инварианты: нарушений {len(found)}" if found else "инварианты: держатся")
    sys.exit(1 if found else 0)


@commands.command()
@click.option("--clauses", is_flag=True, help="print what carries and proves each clause instead")
def check(*, clauses: bool) -> None:
    """Verify processes and templates; every finding names its file and line."""
    from workflow_app.bootstrap import clause_table, findings

    if clauses:
        click.echo("\n".join(clause_table()))
        return
    found = findings()
    for finding in found:
        click.echo(str(finding))
    click.echo("процессы и шаблоны в порядке" if not found else f"ошибок: {len(found)}")
    sys.exit(1 if found else 0)


@commands.command(name="definitions")
def definitions_() -> None:
    """Print the fingerprint of every process; a release keeps them for `check`."""
    from workflow_app.bootstrap import fingerprints

    for line in fingerprints():
        click.echo(line)


def _countable(_context: object, _option: object, moment: "datetime | None") -> "datetime | None":
    """Refuse a day at one end of the calendar, from which nobody can count."""
    from workflow_app.engine.calendar import EARLIEST, LATEST, is_countable

    if moment and not is_countable(moment.date()):
        raise click.BadParameter(f"ожидается день с {EARLIEST} по {LATEST}")
    return moment


@commands.command(name="import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), callback=_countable)
@click.option("--dry-run", is_flag=True)
def import_(folder: Path, as_of: object, *, dry_run: bool) -> None:
    """Bring a municipality in step with a folder of CSV files, and begin what goes on in it."""
    from workflow_app.store.operations.importing import import_district

    container = _ready()
    day = as_of.date() if as_of else None  # type: ignore[attr-defined]
    with _watched("загружаются строки") as progress:
        report = container.transact(
            lambda uow: import_district(uow, folder, as_of=day, dry_run=dry_run, progress=progress)
        )
    for line in report.lines():
        click.echo(line, err=not report.ok)
    sys.exit(0 if report.ok else 1)


@commands.command()
@click.argument("zone", required=False)
@click.option("--municipality", default="", help="its name, where there are several")
@click.option("--dry-run", is_flag=True)
def timezone(zone: str | None, municipality: str, *, dry_run: bool) -> None:
    """Tell the time zone of the municipalities, or give one another and list the dues it moves."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from sqlalchemy import select

    from workflow_app.store.directory.zones import MovedDue, change_zone
    from workflow_app.store.models.directory import Municipality

    container = _ready()
    rows = container.read(
        lambda uow: [
            (one.id, one.name, one.timezone)
            for one in uow.session.scalars(select(Municipality).order_by(Municipality.id))
            if municipality in ("", one.name)
        ]
    )
    if zone is None:
        for _, name, known in rows:
            click.echo(f"{name}: {known}")
        return
    try:
        wanted = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter("нет такого пояса, пример: Asia/Yekaterinburg") from error
    if len(rows) != 1:
        raise click.UsageError("назовите один муниципалитет: --municipality «название»")

    def work(uow: "SqlUnitOfWork") -> "list[MovedDue]":
        with uow.session.begin_nested() as attempt:
            moved = list(change_zone(uow, rows[0][0], wanted))
            if dry_run:
                attempt.rollback()
        return moved

    for due in container.transact(work):
        click.echo(
            f"{due.due_on:%d.%m.%Y} {due.heading}: {due.before:%H:%M} → {due.after:%H:%M} UTC"
        )
    done = "будет" if dry_run else "теперь"
    click.echo(f"{rows[0][1]}: {done} {wanted.key} вместо {rows[0][2]}; перезапустите программу")


def _clean(_context: object, _argument: object, text: str) -> str:
    """Return what was typed without bytes that are no text here."""
    from workflow_app.engine.text import cleaned

    return cleaned(text)


@commands.group()
def user() -> None:
    """Invite people and give the second word to changes of access; all of it is in the history."""


def _zone_of(database: "Database") -> "tzinfo":
    """Return the zone by which the machine has its nights; a database without tables has none."""
    from sqlalchemy.exc import DBAPIError

    from workflow_app.store.directory.zones import zones

    try:
        with database.reading() as connection:
            return next(iter(zones(connection).values()), DEFAULT_ZONE)
    except DBAPIError:
        return DEFAULT_ZONE


def _made_for(
    container: "Container", email: str, what: str, make: "Callable[[SqlAccess, int], str]"
) -> str:
    """Return what was made for a person; that it was done here is in her history."""
    from workflow_app.services.accounts.access import is_closed
    from workflow_app.services.administration import on_server
    from workflow_app.store.accounts.sessions import SqlAccess
    from workflow_app.store.models.directory import Person

    def work(uow: "SqlUnitOfWork") -> str | None:
        access = SqlAccess(uow)
        person = access.person_by_email(email)
        if person is None:
            return None
        if is_closed(access, person):
            raise click.ClickException(f"доступ закрыт: {email}")
        row = uow.session.get_one(Person, person)
        by = on_server(row.municipality_id)
        uow.record(by, "on_server", f"{what}: {row.short_nom}", {"person_id": person})
        return make(access, person)

    made = container.transact(work)
    if made is None:
        raise click.ClickException(f"человека с адресом {email} нет")
    return made


@user.command()
@click.argument("email", callback=_clean)
def invite(email: str) -> None:
    """Print a link by which a person chooses her password."""
    from workflow_app.services.accounts.access import make_link

    container = _ready()
    made = _made_for(
        container,
        email,
        "Ссылка для пароля",
        lambda access, who: make_link(access, who, "invitation"),
    )
    click.echo(f"{container.settings.public_url}/choose/{made}")


@user.command()
def changes() -> None:
    """List the changes of access that wait for a second person's word."""
    from workflow_app.store.accounts.access_changes import waiting

    container = _ready()
    for change, asker in container.read(lambda uow: waiting(uow.session, uow.now)):
        click.echo(f"{change.id}: {change.title}, просит {asker}")


@user.command()
@click.argument("number", type=int)
def confirm(number: int) -> None:
    """Give the second word to a change of access."""
    _decide_on_server(number, agreed=True)


@user.command()
@click.argument("number", type=int)
def refuse(number: int) -> None:
    """Decline a change of access."""
    _decide_on_server(number, agreed=False)


def _decide_on_server(number: int, *, agreed: bool) -> None:
    from workflow_app.engine.refusals import Refusal
    from workflow_app.services.accounts.access_changes import decide_on_server
    from workflow_app.store.accounts.access_changes import SqlAccessChanges

    result = _ready().transact(
        lambda uow: decide_on_server(SqlAccessChanges(uow), number, agreed=agreed)
    )
    if isinstance(result, Refusal):
        raise click.ClickException(result.message)
    click.echo(f"{'сделано' if agreed else 'отклонено'}: {result.title}")


@user.command(name="drop-second-factor")
@click.argument("email", callback=_clean)
def drop_second_factor_(email: str) -> None:
    """Take the second factor of a person who lost her telephone; her visits end."""
    from workflow_app.services.accounts.second_factor import drop_second_factor

    def drop(access: "SqlAccess", person: int) -> str:
        if not drop_second_factor(access, person):
            raise click.ClickException(f"второго фактора нет: {email}")
        return "второй фактор снят, входы этого человека завершены"

    click.echo(_made_for(_ready(), email, "Второй фактор снят", drop))


@commands.command()
@click.argument("email", callback=_clean)
@click.option("--title", default="командная строка", callback=_clean)
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True)
def token(email: str, title: str, days: int) -> None:
    """Print a new token of the API for a person; it ends after so many days."""
    from workflow_app.services.accounts.access import make_token

    click.echo(
        _made_for(
            _ready(),
            email,
            "Ключ для программ",
            lambda access, who: make_token(access, who, title[:100], days),
        )
    )


@commands.command()
@click.option("--dry-run", is_flag=True, help="only say what would change, exit 1 if refused")
def migrate(*, dry_run: bool) -> None:
    """Bring the database and the running cases to the newest definitions."""
    if not dry_run:
        with _watched("приводится к новой редакции") as progress:
            _upgrade(load_settings(), progress)
        click.echo("схема и определения приведены к последней редакции")
        return
    sys.exit(1 if _rehearse(load_settings()) else 0)


def _rehearse(settings: Settings) -> list[object]:
    """Say what a migration would change and take it back; return what would refuse it."""
    from workflow_app.bootstrap import build
    from workflow_app.store import schema
    from workflow_app.store.cases import definitions

    container = build(settings)
    before, after = schema.stands_at(container.database), schema.newest()
    if before != after:
        click.echo(f"схема базы данных: {before or 'таблиц ещё нет'} → {after}")
    found: list[object] = []

    def look(connection: "Connection") -> None:
        uow = container.unit_of_work(connection)
        for process, difference in definitions.differences(uow):
            click.echo(f"{process.key}: {difference.message}")
        found.extend(definitions.obstacles(uow))

    with _watched("пробуется новая редакция") as progress:
        schema.rehearse(container.database, look, progress, container.tables)
    for finding in found:
        click.echo(str(finding))
    return found


@commands.command()
def doctor() -> None:
    """Tell what needs an operator: a missing address, silent parts, waiting effects, roles."""
    from workflow_app.store.operations import health
    from workflow_app.tasks.presence import silent_broker

    container = _ready()
    settings, today = container.settings, container.clock.now().astimezone(container.zone).date()
    found = [*silent_broker(container), *container.read(lambda uow: list(health.complaints(uow)))]
    found += health.full_disk(settings.data_dir)
    if provider := container.identity_provider:
        found += provider.complaints()
    # A moved clock makes no copies: its nights are no nights.
    copies = () if settings.clock else health.old_copies(settings.copies, today)
    for sentence in (*health.local_address(settings.public_url), *copies):
        if settings.is_trial:
            click.echo(f"пока это проба, не мешает: {sentence}")
        else:
            found.append(sentence)
    for sentence in found:
        click.echo(sentence)
    click.echo("всё в порядке" if not found else f"замечаний: {len(found)}")
    sys.exit(1 if found else 0)


@commands.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--nightly", is_flag=True, help="write today's copy into BACKUP_DIR, keep fourteen")
def backup(target: Path | None, *, nightly: bool) -> None:
    """Write one file that holds everything: cases, history, papers."""
    from workflow_app.store.operations import backups

    if nightly == (target is not None):
        raise click.UsageError("назовите файл копии или --nightly")
    database, settings = _database_in_place()
    day = settings.make_clock().now().astimezone(_zone_of(database)).date()
    try:
        with _watched("записывается копия") as progress:
            if target is None:
                target = backups.nightly(database, settings.copies, day)
            else:
                backups.backup(database, target, progress)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"копия записана: {target}" if target else "копия этого дня уже есть")


@commands.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Bring everything back from a backup into an empty place."""
    from workflow_app.store.database import Database
    from workflow_app.store.operations import backups

    try:
        backups.restore(Database(load_settings().database_url), source)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo("данные восстановлены")


def _database_in_place() -> "tuple[Database, Settings]":
    """Return a database that is there already; in a wrong folder nothing is made."""
    from workflow_app.store.database import Database

    settings = load_settings(makes_secret=False)
    file = settings.database_url.removeprefix("sqlite:///")
    if file != settings.database_url and not Path(file).exists():
        said = f"нет базы данных {file}: проверьте DATA_DIR"
        raise click.ClickException(f"{said}; на новом месте сначала workflow-app migrate")
    return Database(settings.database_url), settings


@commands.group()
def audit() -> None:
    """Check what happened against its hashes."""


@audit.command()
@click.option(
    "--root", "roots", multiple=True, help="a root from the printed journal or a letter: DAY=ROOT"
)
@click.option("--at", help="moment of a root that is given without its day")
def verify(roots: tuple[str, ...], at: str | None) -> None:
    """Check histories and registers against what wrote them; exit 1 when something differs."""
    from workflow_app.services.roots import read_root
    from workflow_app.store.journals import chains
    from workflow_app.store.registers.rebuilding import differences

    try:
        typed = [read_root(root, at) for root in roots]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--root") from None
    container = _ready()
    with container.database.reading() as connection:
        torn = chains.broken_roots(connection, typed, container.zone)
        found = [*chains.breaks(connection), *torn, *differences(connection, container.tables)]
    for item in found:
        click.echo(str(item))
    click.echo("история цела" if not found else f"нарушений: {len(found)}")
    sys.exit(1 if found else 0)


@commands.group()
def registers() -> None:
    """Look after the declared registers."""


@registers.command()
def rebuild() -> None:
    """Write again what every row says by day, from its entries; nothing else changes."""
    from workflow_app.store.registers.rebuilding import rebuild_all

    container = _ready()
    with _watched("переписываются реестры") as progress:
        count = rebuild_all(container.database, container.tables, progress)
    click.echo(f"записей переписано: {count}")


@commands.command()
@click.argument("process", required=False)
def passport(process: str | None) -> None:
    """Print the passport of a process: who may do what, if what, then what, and by when."""
    from workflow_app.bootstrap import build
    from workflow_app.engine.passport import passport as text_of

    known = build(load_settings()).processes
    if process and process not in known:
        raise click.ClickException(f"процесса {process} нет; есть: {', '.join(known)}")
    for definition in [known[process]] if process else known.values():
        click.echo(text_of(definition))


if __name__ == "__main__":
    main()
