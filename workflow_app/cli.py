"""The `workflow-app` command. Each part loads only what it needs: a tree of five starts faster."""

# ruff: noqa: PLC0415

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow_app.config import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workflow_app.bootstrap import House


def main() -> None:
    """Run the command; wrong settings are a sentence, not a traceback."""
    try:
        commands(standalone_mode=True)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@click.group()
def commands() -> None:
    """Workflow and document approval for municipal education departments."""


def _children() -> list[object]:
    from workflow_app.supervisor import ChildSpec

    this = [sys.executable, "-m", "workflow_app.cli"]
    return [
        ChildSpec("web", [*this, "web"]),
        ChildSpec("worker", [*this, "worker"], stop_within=30.0),
        ChildSpec("relay", [*this, "relay"]),
        ChildSpec("beat", [*this, "beat"]),
    ]


@commands.command()
def up() -> None:
    """Start the whole system on this machine: broker, web, worker, relay, beat."""
    from workflow_app.supervisor import Supervisor

    sys.exit(Supervisor(load_settings(), _children(), migrate=_upgrade).run())  # type: ignore[arg-type]


def _ready() -> "House":
    """Return the house over a database that has its tables; say what to do about any other."""
    from workflow_app.bootstrap import build
    from workflow_app.store import schema

    house = build(load_settings())
    if not schema.is_newest(house.database):
        raise click.ClickException("база данных не подготовлена: сначала workflow-app migrate")
    return house


STRANDED = (
    "Дела не тронуты. Верните прежний выпуск программы, он продолжит работу, а эти строки "
    "передайте тому, кто готовил новый."
)


def _upgrade(settings: Settings) -> None:
    """Bring the schema up and store the definitions, or refuse what would strand live cases."""
    from workflow_app.bootstrap import build
    from workflow_app.store import definitions, schema

    house = build(settings)

    def strands_nobody(connection: "Connection") -> None:
        found = list(definitions.obstacles(house.unit_of_work(connection)))
        if found:
            raise click.ClickException("\n".join([*map(str, found), STRANDED]))

    schema.upgrade(house.database, accept=strands_nobody)
    house.transact(definitions.store)


@commands.command()
def web() -> None:
    """Serve pages and the API."""
    settings = load_settings()
    argv = [
        sys.executable, "-m", "gunicorn", "workflow_app.app:from_environment()",
        "--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.web_workers),
        "--threads", "4", "--worker-class", "gthread", "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip
    os.execv(sys.executable, argv)  # noqa: S606 (our own command takes this process's place)


@commands.command()
def worker() -> None:
    """Carry effects out: papers, notices, letters."""
    os.execv(sys.executable, worker_argv())  # noqa: S606


def worker_argv(module: str = "celery_worker", level: str = "WARNING") -> list[str]:
    """Return the command of a worker for all lanes.

    Letters and PDFs hang in three of its six threads at most. Processes did no more effects a
    second, and took four times the memory.
    """
    from workflow_app.store.outbox import LANES

    return [
        sys.executable, "-m", "celery", "-q", "-A", module, "worker", "--pool", "threads",
        "--concurrency", "6", "--without-gossip", "--without-mingle", "--queues", ",".join(LANES),
        "--loglevel", level,
    ]  # fmt: skip


@commands.command()
def relay() -> None:
    """Hand waiting messages out to the workers."""
    from workflow_app.bootstrap import build
    from workflow_app.tasks import loops
    from workflow_app.tasks.app import create_celery

    house = build(load_settings())
    loops.relay(house, create_celery(house))


@commands.command()
def beat() -> None:
    """Fire due deadlines."""
    from workflow_app.bootstrap import build
    from workflow_app.tasks import loops

    loops.beat(build(load_settings()))


@commands.command()
def demo() -> None:
    """Load the demonstration district, play the main job over HTTP, then serve it."""
    from workflow_app import demo as district
    from workflow_app.supervisor import ChildSpec, Supervisor

    environ = {"DATA_DIR": "var/demo", "CLOCK": district.STORY_DAY.isoformat(), **os.environ}
    environ = {name: value for name, value in environ.items() if value}
    settings = load_settings(environ)
    once = environ.get("ONCE", "") not in ("", "0")
    children = _children()
    local = settings.clock and settings.clock.astimezone(settings.zone).date()
    if local == district.STORY_DAY:
        argv = [sys.executable, "-m", "workflows.story"]
        story = {
            "STORY_URL": f"http://127.0.0.1:{settings.port}",
            "STORY_PASSWORD": district.PASSWORD,
            "STORY_FOLDER": str(settings.data_dir),
        }
        children.append(
            ChildSpec("story", argv, story, restarts=False, ends_tree=once, prefixed=False)
        )

    def prepare(final: Settings) -> None:
        from workflow_app.bootstrap import build

        house = build(final)
        district.forget(house)
        district.load(house, live_through=local != district.STORY_DAY)
        district.shorten_august(house)
        click.echo(f"демонстрационный район загружен, адрес {final.public_url}")
        click.echo(f"пароль у всех: {district.PASSWORD}")
        for who, login in district.logins(house):
            click.echo(f"  {login}  {who}")

    sys.exit(Supervisor(settings, children, migrate=prepare).run())  # type: ignore[arg-type]


@commands.command()
def year() -> None:
    """Live through a year of the demonstration district and tell it; exit 1 if it does not hold."""
    import tempfile

    from workflow_app import demo as district
    from workflow_app.bootstrap import FIRST_DAY, build
    from workflow_app.replay import live_whole_year

    with tempfile.TemporaryDirectory(prefix="year-") as folder:
        environ = {"DATA_DIR": folder, **os.environ, "CLOCK": FIRST_DAY.isoformat()}
        house = build(load_settings(environ))
        district.load(house)
        found = live_whole_year(house, house.read(district.first_municipality), click.echo)
        house.database.engine.dispose()
    for sentence in found:
        click.echo(sentence)
    click.echo(f"инварианты: нарушений {len(found)}" if found else "инварианты: держатся")
    sys.exit(1 if found else 0)


@commands.command()
def check() -> None:
    """Verify processes and templates; every finding names its file and line."""
    from workflow_app.bootstrap import findings

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


@commands.command(name="import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--dry-run", is_flag=True)
def import_(folder: Path, as_of: object, *, dry_run: bool) -> None:
    """Bring the directory in step with a folder of CSV files."""
    from workflow_app.store.importing import import_directory

    house = _ready()
    day = as_of.date() if as_of else None  # type: ignore[attr-defined]
    report = house.transact(
        lambda uow: import_directory(uow.session, folder, as_of=day, dry_run=dry_run)
    )
    for line in report.lines():
        click.echo(line, err=not report.ok)
    sys.exit(0 if report.ok else 1)


@commands.group()
def user() -> None:
    """Invite people and reset their access."""


@user.command()
@click.argument("email")
def invite(email: str) -> None:
    """Print a link by which a person chooses her first password."""
    from workflow_app.services.access import make_link
    from workflow_app.store.accounts import SqlAccess

    house = _ready()

    def make(uow: object) -> str | None:
        access = SqlAccess(uow)  # type: ignore[arg-type]
        person = access.person_by_email(email)
        return make_link(access, person, "invitation") if person else None

    token = house.transact(make)
    if token is None:
        raise click.ClickException(f"человека с адресом {email} нет")
    click.echo(f"{house.settings.public_url}/choose/{token}")


@commands.command()
@click.argument("email")
@click.option("--title", default="командная строка")
def token(email: str, title: str) -> None:
    """Print a new token of the API for a person."""
    from workflow_app.services.access import make_token
    from workflow_app.store.accounts import SqlAccess

    house = _ready()

    def make(uow: object) -> str | None:
        access = SqlAccess(uow)  # type: ignore[arg-type]
        person = access.person_by_email(email)
        return make_token(access, person, title) if person else None

    made = house.transact(make)
    if made is None:
        raise click.ClickException(f"человека с адресом {email} нет")
    click.echo(made)


@commands.command()
@click.option("--dry-run", is_flag=True, help="only say what would change, exit 1 if refused")
def migrate(*, dry_run: bool) -> None:
    """Bring the database and the running cases to the newest definitions."""
    if not dry_run:
        _upgrade(load_settings())
        click.echo("схема и определения приведены к последней редакции")
        return
    sys.exit(1 if _rehearse(load_settings()) else 0)


def _rehearse(settings: Settings) -> list[object]:
    """Say what a migration would change and take it back; return what would refuse it."""
    from workflow_app.bootstrap import build
    from workflow_app.store import definitions, schema

    house = build(settings)
    before, after = schema.stands_at(house.database), schema.newest()
    if before != after:
        click.echo(f"схема базы данных: {before or 'таблиц ещё нет'} → {after}")
    found: list[object] = []

    def look(connection: "Connection") -> None:
        uow = house.unit_of_work(connection)
        for process, difference in definitions.differences(uow):
            click.echo(f"{process.key}: {difference.message}")
        found.extend(definitions.obstacles(uow))

    schema.rehearse(house.database, look)
    for finding in found:
        click.echo(str(finding))
    return found


@commands.command()
def doctor() -> None:
    """Tell what needs an operator: a missing address, silent parts, waiting effects, roles."""
    from workflow_app.store import health

    house = _ready()
    found = house.read(lambda uow: list(health.complaints(uow)))
    for sentence in health.local_address(house.settings.public_url):
        if house.settings.is_trial:
            click.echo(f"пока это проба, не мешает: {sentence}")
        else:
            found.append(sentence)
    for sentence in found:
        click.echo(sentence)
    click.echo("всё в порядке" if not found else f"замечаний: {len(found)}")
    sys.exit(1 if found else 0)


@commands.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Write one file that holds everything: cases, history, papers."""
    from workflow_app.bootstrap import build
    from workflow_app.store import backups

    backups.backup(build(load_settings()).database, target)
    click.echo(f"копия записана: {target}")


@commands.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Bring everything back from a backup into an empty place."""
    from workflow_app.bootstrap import build
    from workflow_app.store import backups

    backups.restore(build(load_settings()).database, source)
    click.echo("данные восстановлены")


@commands.group()
def audit() -> None:
    """Check what happened against its hashes."""


@audit.command()
@click.option(
    "--root", "roots", multiple=True, help="a root from the printed journal or a letter: DAY=ROOT"
)
@click.option("--at", help="moment of a root that is given without its day")
def verify(roots: tuple[str, ...], at: str | None) -> None:
    """Check every line of history; exit 1 when something was changed, moved, or cut off."""
    from workflow_app.services.roots import read_root
    from workflow_app.store import audit as chains

    try:
        typed = [read_root(root, at) for root in roots]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--root") from None
    house = _ready()
    with house.database.reading() as connection:
        torn = chains.broken_roots(connection, typed, house.settings.zone)
        found = [*chains.breaks(connection), *torn]
    for item in found:
        click.echo(str(item))
    click.echo("история цела" if not found else f"нарушений: {len(found)}")
    sys.exit(1 if found else 0)


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
