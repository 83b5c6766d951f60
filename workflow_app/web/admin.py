"""Administration: people, offices, substitutions, calendar, deadlines, incidents, findings."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.text import plural
from workflow_app.http.container import container, read, transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services import administration as service
from workflow_app.services.accounts import access_changes
from workflow_app.services.accounts.people import STAFF
from workflow_app.services.registers.names import TitleForms
from workflow_app.store.accounts import admin as store
from workflow_app.store.accounts import persons as person_store
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.directory import offices, questions
from workflow_app.store.directory.calendar import is_announced, outdated
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.operations import health
from workflow_app.store.operations.backups import last_night
from workflow_app.store.read_models.search import folded
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.filters import effect_title, moment
from workflow_app.web.security import person_id

admin = Blueprint("admin", __name__)

Answer = Response | str | tuple[str, int]
Work = Callable[[store.SqlAdministration, Actor], Any]

YEARS = frozenset(map(str, range(2000, 2100)))
MOST_NAMES = 4
MOST_IN_FILE = 20_000
"""Rows of a list that is saved as a file."""
NAMED = 10
"""So many of those who wait for an invitation are named on the first page."""
INVITED_AT_ONCE = 200
"""Invitations of one press: each is a letter, and all are one transaction."""
TYPED = frozenset(
    {
        "person",
        "organisation",
        "place",
        "role",
        "title",
        "starts_on",
        "ends_on",
        "position",
        "basis",
        "day",
        "works",
        "note",
    }
)
"""Fields of the forms on pages that are shown anew after a refusal."""
LONGEST_TYPED = 300
INVITATIONS = {
    "invitation": "Вам открыт доступ к системе документов. {place}.\nДоступ открыли: {by}.\n"
    "Задайте пароль: {link}\nСсылка действует две недели.",
    "password": "Задать новый пароль: {link}\nСсылка действует два часа. "
    "Если вы её не просили, ничего делать не нужно.",
}


def _officer(uow: SqlUnitOfWork) -> Capacity:
    """Return in which capacity the person administers; for others these pages do not exist."""
    return service.officer(uow.actor(person_id())) or abort(404)


def _do(work: Work, said: str, back: str) -> Response:
    """Carry out one intent and go back with its result."""
    person = person_id()
    result = transact(lambda uow: work(store.SqlAdministration(uow), uow.actor(person)))
    return _answer(result, said, back)


def _wish(wished: access_changes.Wish, said: str, back: str) -> Response:
    """Carry out what opens a way to somebody's name, or tell whose word it waits for."""
    person = person_id()
    result = transact(
        lambda uow: access_changes.wish(SqlAccessChanges(uow), uow.actor(person), wished)
    )
    if isinstance(result, access_changes.Asked):
        flash(
            f"Ничего ещё не изменилось: нужно согласие второго человека. {whose_word(result)}",
            "info",
        )
        return redirect(back)
    return _answer(result, said, back)


def whose_word(asked: access_changes.Asked) -> str:
    """Return who may give the word that is waited for."""
    if not asked.names:
        return (
            "Дать его сегодня некому: это делают на сервере, командой «workflow-app user confirm»."
        )
    others = len(asked.names) - MOST_NAMES
    more = f" и ещё {others}" if others > 0 else ""
    return f"Письмо об этом получат: {', '.join(asked.names[:MOST_NAMES])}{more}"


def _home(path: str, who: int, **more: Any) -> str:
    """Return where a form leads back to: the person's page it stood on, else a list."""
    if request.form.get("back") == "person":
        return url_for("persons.show", who=who)
    return url_for(path, **more)


def _answer(result: object, said: str, back: str) -> Response:
    if isinstance(result, Refusal):
        if result.code in ("not_your_role", "not_found"):
            abort(404)
        flash(result.message, "danger")
        return redirect(_with_typed(back))
    flash(said, "success")
    return redirect(back)


def _with_typed(back: str) -> str:
    """Return the address of a page whose form begins with what was refused."""
    typed = {name: request.form[name][:LONGEST_TYPED] for name in TYPED & request.form.keys()}
    return f"{back}{'&' if '?' in back else '?'}{urlencode(sorted(typed.items()))}"


def _date(name: str) -> dt.date | None:
    return day_in(request.values.get(name))


def _int(name: str) -> int:
    return number_in(request.form.get(name)) or 0


def _show(template: str, values: Callable[[SqlUnitOfWork, int], Mapping[str, Any]]) -> str:
    def look(uow: SqlUnitOfWork) -> str:
        municipality = _officer(uow).municipality_id
        return render_template(f"admin/{template}.html", **values(uow, municipality))

    return read(look)


# ---------------------------------------------------------------- overview and findings


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs an administrator: what, whom it is about, and where it is mended."""

    title: str
    why: str
    lines: Sequence[tuple[str, str]]
    """(text, address) each; an empty address leads nowhere."""
    way: str
    to: str
    is_late: bool = False


@admin.get("/admin")
def index() -> str:
    """Show what needs an administrator, the most harmful first, and what was changed last."""

    def values(uow: SqlUnitOfWork, municipality: int) -> Mapping[str, Any]:
        return {
            "troubles": [*_troubles(uow, municipality)],
            "copied_on": last_night(container().settings.copies),
            "events": store.events(uow.session, municipality, 10),
        }

    return _show("index", values)


def _troubles(uow: SqlUnitOfWork, place: int) -> Iterator[Trouble]:
    """Yield what is wrong: first what stands, then who is missing, then what will stand."""
    yield from _standing(uow, place)
    yield from _missing(uow, place)
    yield from _ahead(uow, place)


def _standing(uow: SqlUnitOfWork, place: int) -> Iterator[Trouble]:
    parts = [*health.silent_parts(uow), *health.standing_lanes(uow, place)]
    if parts:
        said = [(re.sub(r" \([a-z]+\)", "", one), "") for one in parts]
        why = "Письма, бумаги или сроки ждут. Скажите тому, кто ведёт сервер."
        yield Trouble("Программа работает не вся", why, said, "", "", is_late=True)
    failed = [
        (effect_title(row.kind), heading)
        for row, heading in store.incidents(uow.session, place)
        if row.resolved_at is None
    ]
    if failed:
        lines = [(f"{title}: {heading}" if heading else title, "") for title, heading in failed]
        why = "Действие не выполнено после всех попыток."
        way = url_for("admin.incidents")
        yield Trouble("Сбои", why, lines, way, "Повторить или пропустить", is_late=True)
    stranded = [
        (f"{case.heading}: {item.title}", url_for("cases.show", instance_id=case.id))
        for item, case in store.work_without_performer(uow.session, place)
    ]
    if stranded:
        why = "Должность, от которой ждут дела, никто не занимает."
        way = url_for("admin.positions")
        yield Trouble(
            "Дела, которые некому исполнить", why, stranded, way, "Назначить", is_late=True
        )


def _missing(uow: SqlUnitOfWork, place: int) -> Iterator[Trouble]:
    roles = [(f"{role} ({', '.join(where)})", "") for role, where, _ in vacant(uow, place)]
    if roles:
        way, why = url_for("admin.positions"), "Дела дойдут до этой роли и встанут."
        yield Trouble("Роли, которые никто не занимает", why, roles, way, "Назначить", is_late=True)
    shut_out = [(f"{name} ({office})", "") for name, office in _shut_out(uow, place)]
    if shut_out:
        yield Trouble(
            "Учётная запись закрыта, а должность занята",
            "Писем и дел эти люди не получают. Откройте запись, назначьте другого или оформите "
            "замещение.",
            shut_out,
            url_for("admin.people"),
            "Люди",
        )
    bounced = [
        (f"{one.short_nom}, {one.email}", url_for("persons.show", who=one.id, _anchor="access"))
        for one in store.bounced(uow.session, place)
    ]
    if bounced:
        why = "Почтовый сервер не принимает эти адреса. Исправьте их на странице человека."
        yield Trouble("Письма не доходят", why, bounced, "", "")
    if container().settings.smtp_url is None and not container().is_practice:
        why = "Письма остаются в файлах на сервере. Скажите тому, кто его ведёт."
        yield Trouble("Почта не подключена", why, [], url_for("letters.show"), "Письма")
    asked = [(f"{one.title} ({by})", "") for one, by in SqlAccessChanges(uow).asked_in(place)]
    if asked:
        way = url_for("access_changes.show")
        yield Trouble("Ждут согласия второго человека", "", asked, way, "Посмотреть")
    people, total = store.uninvited(uow, place, NAMED)
    if people:
        more = f" И ещё {total - len(people)}." if total > len(people) else ""
        why = f"Есть должность и почта, но войти ещё нельзя.{more}"
        lines = [(one.short_nom, url_for("persons.show", who=one.id)) for one in people]
        way = url_for("admin.people")
        yield Trouble("Ждут приглашения", why, lines, way, "Пригласить всех")
    idle = person_store.without_office(uow.session, place, uow.today, NAMED)
    if idle:
        lines = [(one.short_nom, url_for("persons.show", who=one.id)) for one in idle]
        why = "Закройте доступ тем, кто больше не работает."
        yield Trouble("Вход открыт, а должности нет", why, lines, "", "")


def _ahead(uow: SqlUnitOfWork, place: int) -> Iterator[Trouble]:
    if ends := health.calendar_ends(uow, place):
        why = (
            f"Рабочие дни известны по {ends:%d.%m.%Y}. После этого сроки не считаются, и ни одного "
            "шага не сделать."
        )
        way = url_for("admin.calendar", year=ends.year + 1)
        yield Trouble("Календарь кончается", why, (), way, "Загрузить следующий год")
    for year in health.outdated_years(uow, place):
        why = f"После загрузки на {year} год объявлены другие выходные: сроки считаются по прежним."
        way = url_for("admin.calendar", year=year)
        yield Trouble("Календарь изменился", why, (), way, "Загрузить снова")
    copied = last_night(container().settings.copies)
    if copied and uow.today - copied > health.COPY_IS_OLD_AFTER:
        why = f"Последняя исправная сделана {copied:%d.%m.%Y}. Скажите тому, кто ведёт сервер."
        yield Trouble("Ночная копия данных устарела", why, (), "", "")


def vacant(uow: SqlUnitOfWork, municipality: int) -> list[tuple[str, Sequence[str], str]]:
    """Return (office, processes, role) of those nobody holds today: work would wait for nobody."""
    required = service.required_offices(uow.processes.values())
    held = offices.holders_of_targets(
        uow.session, municipality, {(key, 0) for key in required}, uow.today
    )
    return [(*named, key) for key, named in required.items() if not held[key, 0]]


def _shut_out(uow: SqlUnitOfWork, municipality: int) -> list[tuple[str, str]]:
    """Return (person, office) of closed accounts in whose place nobody acts."""
    facts = uow.facts(municipality)
    return [
        (name, f"{office.title}, {facts.name('school', office.organisation_id)}")
        for office, name in offices.shut_out(uow.session, municipality, uow.today)
    ]


# ---------------------------------------------------------------- people and offices


@admin.get("/admin/people")
def people() -> str:
    """List the accounts."""
    text, is_only = request.args.get("text", "").strip()[:100], "waiting" in request.args
    after = number_in(request.args.get("after")) or 0

    def values(uow: SqlUnitOfWork, municipality: int) -> Mapping[str, Any]:
        asked = SqlAccessChanges(uow).asked_in(municipality)
        waiting = {change.wish.person_id for change, _ in asked}
        only = waiting if is_only else None
        lines = store.users(uow.session, municipality, uow.today, text, only=only, after=after)
        return {
            "lines": lines[: store.A_PAGE],
            "further": after + store.A_PAGE if len(lines) > store.A_PAGE else None,
            "text": text,
            "places": questions.organisation_names(uow.session, municipality, uow.today),
            "uninvited": store.uninvited(uow, municipality, 0)[1],
            "files": _files("admin.people", text=text or None),
            "waiting": waiting,
            "is_only": is_only,
        }

    return _show("people", values)


@admin.post("/admin/people/<int:who>/invite")
def invite(who: int) -> Response:
    """Send a link for a password; that of a newcomer is shown too, for mail may not work yet."""
    person = person_id()
    result = transact(lambda uow: send_invitation(uow, person, who))
    if isinstance(result, Refusal):
        abort(404)
    shown = f" Ссылка на случай, если письмо не дойдёт: {result}" if result else ""
    flash(f"Приглашение отправлено.{shown}", "success")
    return redirect(_home("admin.people", who, text=request.form.get("text") or None))


def send_invitation(uow: SqlUnitOfWork, person: int, who: int) -> str | Refusal:
    """Queue the letter with a link for a password; return the link where it may be shown."""
    made = access_changes.invite(SqlAccessChanges(uow), uow.actor(person), who)
    if isinstance(made, Refusal):
        return made
    link = f"{container().settings.public_url}/choose/{made.token}"
    by = _officer(uow)
    place = questions.municipality_name(uow.session, by.municipality_id)
    asker = f"{questions.person(uow.session, person).short_nom}, {by.title}"
    text = INVITATIONS[made.kind].format(place=place, by=asker, link=link)
    put_letter(uow, who, "Доступ к системе документов", text)
    return link if made.is_shown else ""


@admin.post("/admin/people/invite")
def invite_all() -> Response:
    """Send a link to those who have an office and an address and were never invited."""
    person = person_id()

    def work(uow: SqlUnitOfWork) -> tuple[int, int]:
        place = _officer(uow).municipality_id
        people, total = store.uninvited(uow, place, INVITED_AT_ONCE)
        invited = [send_invitation(uow, person, one.id) for one in people]
        return sum(not isinstance(one, Refusal) for one in invited), total - len(people)

    sent, left = transact(work)
    more = f" Осталось пригласить: {left}, нажмите ещё раз." if left else ""
    flash(f"Приглашений отправлено: {sent}.{more}", "success")
    return redirect(url_for("admin.people"))


@admin.post("/admin/people/<int:who>/email")
def set_email(who: int) -> Response:
    """Put a person's address right."""
    email = request.form.get("email", "").strip().lower()
    return _wish(
        access_changes.NewEmail(person_id=who, email=email),
        "Адрес записан: письма пойдут на него, по нему же входят.",
        _home("admin.people", who),
    )


@admin.post("/admin/people/<int:who>/access")
def set_access(who: int) -> Response:
    """Open or close an account."""
    active = request.form.get("active") == "1"
    said = "Доступ открыт." if active else "Доступ закрыт, все входы завершены."
    return _wish(
        access_changes.NewState(person_id=who, active=active), said, _home("admin.people", who)
    )


@admin.post("/admin/people/<int:who>/second-factor/drop")
def drop_second_factor(who: int) -> Response:
    """Let a person who lost her telephone in by her password alone."""
    return _wish(
        access_changes.NoSecondFactor(person_id=who),
        "Второй фактор снят.",
        url_for("persons.show", who=who),
    )


@admin.post("/admin/people/<int:who>/erase")
def erase(who: int) -> Response:
    """Delete the account and the address of who asked for it."""
    return _wish(
        access_changes.Erasure(person_id=who),
        "Доступ и адрес удалены. В документах имя осталось.",
        url_for("persons.show", who=who),
    )


@admin.post("/admin/people/<int:who>/visits/end")
def end_visits(who: int) -> Response:
    """Sign a person out everywhere."""
    person = person_id()
    result = transact(
        lambda uow: access_changes.end_visits(SqlAccessChanges(uow), uow.actor(person), who)
    )
    if isinstance(result, Refusal):
        abort(404)
    flash("Все входы этого человека завершены.", "success")
    return redirect(url_for("persons.show", who=who))


@admin.post("/admin/people/<int:who>/invitation/withdraw")
def withdraw_invitation(who: int) -> Response:
    """End the link a person was invited by."""
    person = person_id()
    result = transact(
        lambda uow: access_changes.withdraw_invitation(
            SqlAccessChanges(uow), uow.actor(person), who
        )
    )
    if isinstance(result, Refusal):
        abort(404)
    if result:
        flash("Приглашение отозвано: ссылка больше не действует.", "success")
    else:
        flash("Действующего приглашения нет: ссылкой уже воспользовались.", "info")
    return redirect(url_for("persons.show", who=who, _anchor="access"))


@admin.get("/admin/positions")
def positions() -> str:
    """List the offices on a date, organisation by organisation, what nobody holds first."""
    after = number_in(request.args.get("after")) or 0

    def values(uow: SqlUnitOfWork, municipality: int) -> Mapping[str, Any]:
        day, text, role = _asked_offices(uow)
        rows = _offices(uow, municipality, after, store.A_PAGE)
        names = questions.organisation_names(uow.session, municipality, day)
        roles = {**service.office_titles(uow.processes.values()), STAFF: WITHOUT_RIGHTS}
        asked: dict[str, Any] = {"text": text or None, "on": day.isoformat(), "role": role or None}
        page = rows[: store.A_PAGE]
        return {
            "groups": [
                (names[place], place, [*held])
                for place, held in groupby(page, key=attrgetter("organisation_id"))
            ],
            "further": url_for("admin.positions", **asked, after=after + store.A_PAGE)
            if len(rows) > store.A_PAGE
            else "",
            "files": _files("admin.positions", **asked),
            "vacancies": [*_vacancies(uow, municipality, names, roles)],
            "text": text,
            "role": role,
            "on": day,
            "roles": roles,
            "role_groups": role_groups(uow),
            "people": choosable_people(uow, municipality),
            "organisations": names,
        }

    return _show("positions", values)


WITHOUT_RIGHTS = "сотрудник без прав"


def role_groups(uow: SqlUnitOfWork) -> Mapping[str, Mapping[str, str]]:
    """Return «в школе» → the roles given there: role → what it is called."""
    found: dict[str, dict[str, str]] = {}
    roles = {**service.office_titles(uow.processes.values()), STAFF: WITHOUT_RIGHTS}
    for key, title in roles.items():
        at = uow.offices[key].at.values() if key in uow.offices else ()
        found.setdefault(" или ".join(at) or "в любой организации", {})[key] = title
    return found


def _asked_offices(uow: SqlUnitOfWork) -> tuple[dt.date, str, str]:
    """Return of which day, with which words and in which role offices are looked for."""
    text = request.args.get("text", "").strip()[:100]
    role = request.args.get("role", "") if "title" not in request.args else ""
    return _date("on") or uow.today, text, role


def _offices(uow: SqlUnitOfWork, municipality: int, after: int, most: int) -> Sequence[Any]:
    day, text, role = _asked_offices(uow)
    return store.positions(uow.session, municipality, day, text, role=role, after=after, most=most)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """An office that is missed: how much work stands for it, or in which processes it will."""

    title: str
    place: str
    why: str
    role: str
    organisation: int | str


def _vacancies(
    uow: SqlUnitOfWork, municipality: int, names: Mapping[int, str], roles: Mapping[str, str]
) -> Iterator[Vacancy]:
    """Yield the offices nobody holds: those for which work stands first."""
    awaited = store.awaited_offices(uow.session, municipality)
    held = offices.holders_of_targets(uow.session, municipality, awaited.keys(), uow.today)
    waiting = Counter({one: count for one, count in awaited.items() if not held[one]})
    for (role, place), count in waiting.most_common():
        cases = plural(count, "дело", "дела", "дел")
        title = roles.get(role, "")
        yield Vacancy(title, names.get(place, ""), f"стоит {cases}", role, place or "")
    for title, where, role in vacant(uow, municipality):
        if (role, 0) not in waiting:
            yield Vacancy(title, "", f"понадобится: {', '.join(where)}", role, "")


def _files(endpoint: str, **asked: Any) -> Sequence[tuple[str, str]]:
    """Return (title, address) of the same list as a workbook and as CSV."""
    forms = (("xlsx", "Excel"), ("csv", "CSV"))
    return [(title, url_for(f"{endpoint}_as_{form}", **asked)) for form, title in forms]


@admin.get("/admin/positions.csv")
def positions_as_csv() -> FileResponse:
    """Give the same list as CSV."""
    return _positions_as_file("csv")


@admin.get("/admin/positions.xlsx")
def positions_as_xlsx() -> FileResponse:
    """Give the same list as a workbook."""
    return _positions_as_file("xlsx")


def _positions_as_file(form: str) -> FileResponse:
    def look(uow: SqlUnitOfWork) -> FileResponse:
        place = _officer(uow).municipality_id
        names = questions.organisation_names(uow.session, place, _asked_offices(uow)[0])
        roles = service.office_titles(uow.processes.values())
        head = ("Организация", "Кто", "Должность", "Что делает в системе", "С", "По")
        rows = (
            (
                names[one.organisation_id],
                one.person.full_name,
                one.title,
                roles.get(one.role, WITHOUT_RIGHTS),
                one.starts_on,
                one.ends_on,
            )
            for one in _offices(uow, place, 0, MOST_IN_FILE)
        )
        return tables.sent([head, *rows], f"Должности {uow.today:%d.%m.%Y}", form)

    return read(look)


@admin.get("/admin/people.csv")
def people_as_csv() -> FileResponse:
    """Give the same list as CSV."""
    return _people_as_file("csv")


@admin.get("/admin/people.xlsx")
def people_as_xlsx() -> FileResponse:
    """Give the same list as a workbook."""
    return _people_as_file("xlsx")


def _people_as_file(form: str) -> FileResponse:
    text = request.args.get("text", "").strip()[:100]

    def look(uow: SqlUnitOfWork) -> FileResponse:
        place = _officer(uow).municipality_id
        names = questions.organisation_names(uow.session, place, uow.today)
        head = ("Кто", "Почта", "Должность сегодня", "Последний визит", "Доступ")
        rows = (
            (
                line.person.full_name,
                line.person.email or "",
                "; ".join(f"{row.title}, {names[row.organisation_id]}" for row in line.positions),
                moment(line.account.last_visit_at) if line.account else "",
                access_in_words(line),
            )
            for line in store.users(uow.session, place, uow.today, text, most=MOST_IN_FILE)
        )
        return tables.sent([head, *rows], f"Люди и доступ {uow.today:%d.%m.%Y}", form)

    return read(look)


def access_in_words(line: store.UserLine) -> str:
    """Return whether a person comes in."""
    if line.account and not line.account.is_active:
        return "закрыт"
    return "открыт" if line.account and line.account.password_hash else "не приглашён"


@admin.post("/admin/positions")
def appoint() -> Answer:
    """Give a person an office."""
    sent = request.form
    starts_on, back = _date("starts_on"), _home("admin.positions", _int("person"))
    if starts_on is None:
        read(_officer)
        return _answer(Refusal("field_required", "Укажите первый день", "starts_on"), "", back)
    place = read(lambda uow: place_in(uow, sent))
    if place is None and number_in(sent.get("organisation")):
        abort(404)
    if place is None:
        said = "Выберите организацию из списка"
        return _answer(Refusal("field_required", said, "organisation"), "", back)
    title, forms = " ".join(sent.get("title", "").split()), _forms(sent)
    wished = access_changes.Appointment(
        person_id=_int("person"),
        organisation_id=place,
        role=sent.get("role", ""),
        title=title,
        starts_on=starts_on,
        ends_on=_date("ends_on"),
        **asdict(forms),
    )
    if service.gap_in(forms):
        who = person_id()
        refusal = read(
            lambda uow: access_changes.why_not(SqlAccessChanges(uow), uow.actor(who), wished)
        )
        if refusal:
            return _answer(refusal, "", back)
        return _ask_forms(title, forms, url_for("admin.appoint"), ASKED_OF_OFFICE)
    return _wish(wished, "Назначение записано.", back)


ASKED_OF_OFFICE = (
    *("person", "organisation", "place", "role", "title", "starts_on", "ends_on", "back"),
)


def place_in(uow: SqlUnitOfWork, sent: Mapping[str, str]) -> int | None:
    """Return the organisation that was chosen, or typed by its name; None for an unknown one."""
    places = questions.organisation_names(uow.session, _officer(uow).municipality_id, uow.today)
    typed = folded(" ".join(sent.get("place", "").split()))
    named = [key for key, name in places.items() if typed and folded(name) == typed]
    chosen = number_in(sent.get("organisation")) or (named[0] if len(named) == 1 else None)
    return chosen if chosen in places else None


def _forms(sent: Mapping[str, str]) -> TitleForms:
    return TitleForms(*(sent.get(one.name, "").strip()[:200] for one in fields(TitleForms)))


def _ask_forms(title: str, forms: TitleForms, action: str, hidden: Sequence[str] = ()) -> str:
    """Propose how a title is declined; what was typed already stays as it is."""

    def values(uow: SqlUnitOfWork, municipality: int) -> Mapping[str, Any]:
        proposed = asdict(store.title_forms(uow.session, municipality, title))
        typed = {name: value for name, value in asdict(forms).items() if value}
        refusal = service.gap_in(forms) if typed else None
        return {
            "title": title,
            "forms": proposed | typed,
            "action": action,
            "refusal": refusal,
            "hidden": {name: request.form.get(name, "") for name in hidden},
        }

    return _show("title_forms", values)


@admin.get("/admin/positions/<int:position_id>/forms")
def title_forms(position_id: int) -> Answer:
    """Ask how the title of an office is declined."""

    def look(uow: SqlUnitOfWork) -> tuple[str, TitleForms]:
        place = _officer(uow).municipality_id
        return store.title_with_forms(uow.session, place, position_id) or abort(404)

    title, known = read(look)
    action = url_for("admin.set_title_forms", position_id=position_id)
    return _ask_forms(title, TitleForms("", "", "") if service.gap_in(known) else known, action)


@admin.post("/admin/positions/<int:position_id>/forms")
def set_title_forms(position_id: int) -> Response:
    """Confirm how the title of an office is declined."""
    forms = _forms(request.form)
    return _do(
        lambda s, actor: service.set_title_forms(s, actor, position_id, forms),
        "Формы должности записаны.",
        url_for("admin.positions"),
    )


@admin.post("/admin/positions/<int:position_id>/end")
def end_position(position_id: int) -> Response:
    """Write the last day of an office."""
    return _do(
        lambda s, actor: service.end_position(s, actor, position_id, _date("ends_on")),
        "Последний день записан.",
        _home("admin.positions", _int("person")),
    )


# ---------------------------------------------------------------- substitutions: for everybody


@admin.get("/substitutions")
def substitutions() -> str:
    """Show who stands in for whom: the administrator sees all, others their own."""

    def look(uow: SqlUnitOfWork) -> str:
        actor = uow.actor(person_id())
        by = service.officer(actor)
        municipality = questions.person(uow.session, actor.person_id).municipality_id
        held = _choosable(
            "absent",
            lambda text: store.positions(
                uow.session,
                municipality,
                uow.today,
                text,
                people=None if by else [actor.person_id],
                most=store.CHOSEN_AMONG,
            ),
        )
        return render_template(
            "admin/substitutions.html",
            is_officer=by is not None,
            today=uow.today,
            organisations=questions.organisation_names(uow.session, municipality, uow.today),
            positions_owner=actor.person_id,
            rows=store.substitutions(
                uow.session, municipality, uow.today, None if by else actor.person_id
            ),
            positions=held,
            people=choosable_people(uow, municipality, besides=None if by else actor.person_id),
        )

    return read(look)


def choosable_people(
    uow: SqlUnitOfWork, municipality: int, besides: int | None = None
) -> "Choosable":
    """Return the people a form offers: to a narrow view those of her own organisation.

    So they are to who holds no office today, or is away from it.
    """
    actor, near = uow.actor(person_id()), None
    if uow.is_narrow or not actor.capacities:
        held = store.positions(uow.session, municipality, uow.today, people=[actor.person_id])
        near = {row.organisation_id for row in held}
        near |= {one.organisation_id for one in actor.capacities}
    found = _choosable(
        "who", lambda text: store.in_service(uow.session, municipality, text, near=near)
    )
    return replace(found, found=[one for one in found.found if one.id != besides])


@dataclass(frozen=True, slots=True)
class Choosable:
    """What a form offers in a list, and for what it was asked; where there are more, not all."""

    name: str
    text: str
    found: Sequence[Any]
    are_more: bool


def _choosable(name: str, find: Callable[[str], Sequence[Any]]) -> Choosable:
    """Return what is found by the text that the address has under a name."""
    text = request.args.get(name, "").strip()[:100]
    found = find(text)
    most = store.CHOSEN_AMONG
    return Choosable(name, text, found[:most], len(found) > most)


@admin.post("/substitutions")
def substitute() -> Response:
    """Let another person act for some days."""
    starts_on, ends_on = _date("starts_on"), _date("ends_on")
    back = _home("admin.substitutions", _int("absent"))
    if starts_on is None or ends_on is None:
        said = "Укажите первый и последний день"
        return _answer(Refusal("field_required", said, "starts_on"), "", back)
    if not read(_may_name):
        abort(404)
    wished = access_changes.StandIn(
        position_id=_int("position"),
        person_id=_int("person"),
        starts_on=starts_on,
        ends_on=ends_on,
        basis=request.form.get("basis", ""),
    )
    return _wish(wished, "Замещение записано.", back)


def _may_name(uow: SqlUnitOfWork) -> bool:
    """Tell whether who stands in is somebody the person may know of."""
    actor, who = uow.actor(person_id()), _int("person")
    places = {one.organisation_id for one in actor.capacities}
    return not uow.is_narrow or any(
        one.organisation_id in places
        for one in store.positions(
            uow.session, actor.capacities[0].municipality_id, uow.today, people=[who]
        )
    )


@admin.post("/substitutions/<int:substitution_id>/end")
def end_substitution(substitution_id: int) -> Response:
    """End a substitution."""
    return _do(
        lambda s, actor: service.end_substitution(s, actor, substitution_id),
        "Замещение закончено.",
        _home("admin.substitutions", _int("absent")),
    )


# ---------------------------------------------------------------- time


@admin.get("/admin/calendar")
def calendar() -> str:
    """Show the exceptional days of a year."""
    wanted = request.args.get("year", "")

    def values(uow: SqlUnitOfWork, municipality: int) -> Mapping[str, Any]:
        year = int(wanted) if wanted in YEARS else uow.today.year
        return {
            "days": store.calendar_days(uow.session, municipality, year),
            "year": year,
            "is_filled": store.is_filled(uow.session, municipality, year),
            "is_announced": is_announced(year),
            "stale_days": sorted(outdated(uow.session, municipality, year)),
        }

    return _show("calendar", values)


@admin.post("/admin/calendar")
def override_day() -> Response:
    """Decide for one day, give it back to the public calendar, or load a whole year of that."""
    day, sent = _date("day"), request.form
    if sent.get("fill") in YEARS:
        year = int(sent["fill"])
        said, back = f"Календарь на {year} год загружен.", url_for("admin.calendar", year=year)
        return _do(lambda s, actor: service.fill_year(s, actor, year), said, back)
    back = url_for("admin.calendar", year=day.year if day else None)
    if "restore" in sent:
        return _do(lambda s, actor: service.restore_day(s, actor, day), "День возвращён.", back)
    return _do(
        lambda s, actor: service.override_day(
            s, actor, day, is_working=sent.get("works") == "1", note=sent.get("note", "")
        ),
        "День записан.",
        back,
    )


# ---------------------------------------------------------------- incidents


@admin.get("/admin/incidents")
def incidents() -> str:
    """List the effects that failed for good."""
    return _show(
        "incidents", lambda uow, municipality: {"rows": store.incidents(uow.session, municipality)}
    )


@admin.post("/admin/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> Response:
    """Let a failed effect run again."""
    return _do(
        lambda s, actor: service.retry_effect(s, actor, incident_id),
        "Повторим в течение нескольких секунд.",
        _back(),
    )


@admin.post("/admin/incidents/<int:incident_id>/skip")
def skip(incident_id: int) -> Response:
    """Give a failed effect up."""
    reason = request.form.get("reason", "")
    return _do(
        lambda s, actor: service.skip_effect(s, actor, incident_id, reason), "Пропущено.", _back()
    )


def _back() -> str:
    case = number_in(request.form.get("case"))
    return url_for("cases.show", instance_id=case) if case else url_for("admin.incidents")
