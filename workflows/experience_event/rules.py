"""Who may come, who has a place, and what stands of it in the registers (2, first task)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Amend,
    Attendance,
    Capacity,
    Case,
    Enter,
    Facts,
    Notify,
    Put,
    Refusal,
    Role,
    already_there,
    refuse,
    says,
)
from workflow_app.engine.roles import POST
from workflows.experience_event.form import (
    LONGEST,
    MOST,
    SENDERS,
    Event,
    is_name,
    may_take_off,
    names_in,
    of_network,
)
from workflows.registers.events import (
    COMING,
    EVENTS,
    PARTICIPANTS,
    STANDS,
    TAKEN,
    EventParticipant,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    IMC,
    SCHOOL_COORDINATOR,
    SCHOOL_HEAD,
    SCHOOL_PEOPLE,
)
from workflows.rules import is_day_off
from workflows.wording import HOURS, counted, date

WRITER = Role("organiser", "организатор", POST, "writer")
READERS = (*SCHOOL_PEOPLE, WRITER, BASE_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR)


# ---------------------------------------------------------------- announcing


@says("день мероприятия ещё не прошёл, запись кончается не позже него, места есть")
def days_fit(case: Case[Event], _facts: Facts) -> Iterator[Refusal]:
    """Nobody comes to what is over; whoever registers does so before it."""
    held_on, until = case.data.held_on, case.data.register_until
    if case.data.capacity == 0:
        yield refuse("no_places_at_all", "Нужно хотя бы одно место; если хватит всем, не пишите "
                     "ничего", kind="form", field="capacity")
    if held_on is not None and held_on < case.today:
        yield refuse("event_is_over", "День мероприятия уже прошёл", kind="form", field="held_on")
    if until is not None and held_on is not None and until > held_on:
        yield refuse("registration_too_long", "Запись кончается не позже дня мероприятия",
                     kind="form", field="register_until")
    if until is not None and until < case.today:
        yield refuse("registration_over", "Последний день записи уже прошёл", kind="form",
                     field="register_until")


@says("объявлено школам сети, стоит в реестре обмена опытом")
def announce(case: Case[Event], facts: Facts) -> Iterator[Put | Enter | Notify]:
    """Every school of the network hears of it, and the register shows what is ahead."""
    data, code = case.data, f"О-{case.id}"
    around = of_network(data, facts)
    yield Put({**around, "code": code}, snapshot=True)
    values = {
        "network": data.network, "code": code, "title": data.title, "kind": data.kind,
        "held_on": data.held_on, "school": host(case, facts),
    }
    yield Enter("experience_event", values, case.today)


@says("школы сети узнают об этом")
def tell_schools(case: Case[Event], _facts: Facts) -> Notify:
    """Whoever is invited learns when, where and until when to register."""
    data = case.data
    when, until = f"{data.held_on:%d.%m.%Y} {HOURS[data.time]}", f"{data.register_until:%d.%m.%Y}"
    said = f"{when}, {data.place}. Запись по {until}."
    return Notify(SCHOOL_PEOPLE, f"Приглашение: «{data.title}»", said)


def host(case: Case[Event], facts: Facts) -> int | None:
    """Return the school that holds it: the organiser's, else the base of the network."""
    (author,) = case.parties["author"]
    card = facts.organisation(author)
    if card is not None and card.kind == "school":
        return author
    base: int | None = of_network(case.data, facts)["base"]
    return base


# ---------------------------------------------------------------- who comes


def listed(case: Case[Event], facts: Facts) -> tuple[EventParticipant, ...]:
    """Return everybody who ever registered, in the order they did."""
    rows = facts.of(PARTICIPANTS).find(network=case.data.network, code=case.data.code)
    return tuple(sorted(rows, key=lambda row: row.id))


def comes(case: Case[Event], facts: Facts, by: Capacity) -> Attendance | None:
    """Return how somebody comes: as organiser, on the list, with colleagues; or that she may."""
    data = case.data
    if by.position_id == data.writer:
        return Attendance()
    own = facts.of(PARTICIPANTS).find(school=by.organisation_id)
    rows = [row for row in own if (row.network, row.code) == (data.network, data.code)]
    name = facts.name("person", by.person_id, "full_name")
    mine = next((row.state for row in rows if row.name == name), "")
    if mine in (*TAKEN, "waiting"):
        return Attendance(STANDS[mine] if mine == "waiting" else "")
    sent = sum(row.state in TAKEN for row in rows)
    if sent and by.role in {role.held_by for role in SENDERS}:
        return Attendance(f"от школы: {sent}")
    is_open = data.register_until is None or facts.today <= data.register_until
    if case.state == "announced" and is_open:
        return Attendance("можно записаться", is_offer=True)
    return None


def _places_left(case: Case[Event], facts: Facts) -> int | None:
    """Return how many may still register; None where there is room for all."""
    if case.data.capacity is None:
        return None
    return case.data.capacity - sum(row.state in TAKEN for row in listed(case, facts))


@says("запись ещё открыта")
def registration_is_open(case: Case[Event], _facts: Facts) -> Refusal | None:
    """After the last day of registration the organiser alone adds who came."""
    until = case.data.register_until
    if until is None or case.today <= until:
        return None
    return refuse("registration_closed", "Запись окончена: напишите организатору")


def _own_name(case: Case[Event], facts: Facts) -> str:
    return facts.name("person", case.capacity.person_id, "full_name") if case.capacity else ""


@says("ещё не в списке")
def is_not_listed(case: Case[Event], facts: Facts) -> Refusal | None:
    """One place a person."""
    own = case.capacity.organisation_id if case.capacity else None
    name = _own_name(case, facts)
    if any(
        row.school == own and row.name == name and row.state != "left"
        for row in listed(case, facts)
    ):
        return already_there("already_listed", "Вы уже в списке")
    return None


WRITTEN = "Нужны фамилия и имя полностью, с прописной буквы: «{name}»"


@says("имена написаны так, как их напечатает сертификат, и каждый записан один раз")
def names_are_new(case: Case[Event], facts: Facts) -> Iterator[Refusal]:
    """A certificate prints what stands in the list; who is on it already is named."""
    own = case.capacity.organisation_id if case.capacity else None
    known = {row.name for row in listed(case, facts) if row.school == own and row.state != "left"}
    names = names_in(case.form.colleagues)
    if len(names) > MOST:
        yield refuse("too_many_names", "За один раз записывают не больше {most} человек", most=MOST,
                     kind="form", field="colleagues")
    for name in names[:MOST]:
        if not is_name(name):
            yield refuse("no_name", WRITTEN, name=name[:LONGEST], kind="form", field="colleagues")
        elif name in known:
            yield refuse("already_listed", "Уже в списке: {name}", name=name, kind="form",
                         field="colleagues")


@says("имена гостей написаны так, как их напечатает сертификат")
def guests_are_named(case: Case[Event], _facts: Facts) -> Iterator[Refusal]:
    """A certificate prints what stands in the list."""
    for row in case.form.guests:
        if not is_name(row.name):
            yield refuse("no_name", WRITTEN, name=row.name[:LONGEST], kind="form",
                         field=f"guests.{row.row_key}")


@says("записаны по порядку; кому не хватило места, стоит в листе ожидания")
def enrol(case: Case[Event], facts: Facts) -> Iterator[Enter | Amend]:
    """First come, first served."""
    yield from _list(case, facts, names_in(case.form.colleagues))


@says("вы в списке; если мест нет — в листе ожидания")
def join(case: Case[Event], facts: Facts) -> Iterator[Enter | Amend]:
    """A teacher registers herself."""
    yield from _list(case, facts, [_own_name(case, facts)])


def said_of_joining(case: Case[Event], facts: Facts) -> str:
    """Whoever registers hears whether she has a place."""
    own, name = case.capacity.organisation_id if case.capacity else None, _own_name(case, facts)
    mine = [row.state for row in listed(case, facts) if (row.school, row.name) == (own, name)]
    if "waiting" in mine:
        return (
            "Мест уже нет: вы в листе ожидания. Освободившееся место получит первый по очереди"
        )
    return "Вы записаны"


def said_of_enrolling(case: Case[Event], facts: Facts) -> str:
    """Whoever registers colleagues hears who of them has no place yet."""
    own = case.capacity.organisation_id if case.capacity else None
    names = set(names_in(case.form.colleagues))
    rows = [row for row in listed(case, facts) if row.school == own and row.name in names]
    waiting = [row.name for row in rows if row.state == "waiting"]
    if not waiting:
        return "Коллеги записаны"
    said = f"Мест не хватило, в листе ожидания: {', '.join(waiting)}"
    return f"Записано: {len(rows) - len(waiting)}. {said}" if len(rows) > len(waiting) else said


def _list(case: Case[Event], facts: Facts, names: list[str]) -> Iterator[Enter | Amend]:
    left = _places_left(case, facts)
    school = case.capacity.organisation_id if case.capacity else None
    known = {row.name: row for row in listed(case, facts) if row.school == school}
    for number, name in enumerate(names):
        state = "registered" if left is None or number < left else "waiting"
        if name in known:
            yield Amend("event_participant", known[name].id, {"state": state}, case.today)
        else:
            yield _entry(case, school, name, state)


def _entry(case: Case[Event], school: int | None, name: str, state: str) -> Enter:
    data = case.data
    values = {
        "network": data.network, "code": data.code, "school": school, "name": name, "state": state,
        "held_on": data.held_on,
    }
    return Enter("event_participant", values, case.today)


@says("отказывается школа за своего педагога или организатор")
def is_to_take_off(case: Case[Event], facts: Facts) -> Refusal | None:
    """A school answers for its own people; the organiser for all."""
    row = facts.of(PARTICIPANTS).get(case.form.participant)
    by = case.capacity
    if row is None or by is None:
        return None
    if row.state not in COMING:
        return refuse("not_listed", "{name} уже не в списке", name=row.name, kind="form",
                      field="participant")
    if row.id in may_take_off(case, facts, by):
        return None
    return refuse(
        "another_schools_person",
        "Снять можно себя, директору и координатору — ещё и педагогов своей школы",
        kind="person", field="participant",
    )


@says("место освобождено, первый из листа ожидания записан")
def take_off(case: Case[Event], facts: Facts) -> Iterator[Amend | Notify]:
    """Whoever waits longest gets the place."""
    gone = facts.of(PARTICIPANTS).get(case.form.participant)
    if gone is None:
        return
    yield Amend("event_participant", gone.id, {"state": "left"}, case.today)
    waiting = [row for row in listed(case, facts) if row.state == "waiting" and row.id != gone.id]
    if gone.state == "registered" and waiting:
        lucky = waiting[0]
        yield Amend("event_participant", lucky.id, {"state": "registered"}, case.today)
        school = facts.name("school", lucky.school)
        said = f"Место на «{case.data.title}» освободилось: {lucky.name}, {school}"
        yield Notify((SCHOOL_HEAD, SCHOOL_COORDINATOR), said)


@says("кто-то записан")
def somebody_is_listed(case: Case[Event], facts: Facts) -> Refusal | None:
    """Of an empty list nobody is taken."""
    if any(row.state in COMING for row in listed(case, facts)) and (
        case.capacity is None or may_take_off(case, facts, case.capacity)
    ):
        return None
    return already_there("nobody_listed", "снимать некого: ваших в списке нет")


# ---------------------------------------------------------------- held


@says("мероприятие уже состоялось")
def has_been_held(case: Case[Event], _facts: Facts) -> Refusal | None:
    """What is ahead has no participants yet."""
    if case.data.held_on is None or case.data.held_on <= case.today:
        return None
    return refuse("not_held_yet", "Мероприятие ещё впереди: {day}",
                  day=f"{case.data.held_on:%d.%m.%Y}")


@says("хотя бы один участник")
def somebody_came(case: Case[Event], _facts: Facts) -> Refusal | None:
    """An event nobody came to is cancelled instead."""
    if case.form.participants or case.form.guests:
        return None
    return refuse("nobody_came", "Отметьте, кто участвовал, или отмените мероприятие", kind="form",
                  field="participants")


@says("кто был и кого не было, стоит в реестре")
def note_who_came(case: Case[Event], facts: Facts) -> Iterator[Put | Enter | Amend]:
    """Only who came gets a certificate."""
    form, here = case.form, {*case.form.participants}
    for row in listed(case, facts):
        state = "came" if row.id in here else "absent" if row.state in TAKEN else row.state
        if state != row.state:
            yield Amend("event_participant", row.id, {"state": state}, case.today)
    for guest in form.guests:
        yield _entry(case, guest.school, guest.name, "came")
    number = len(here) + len(form.guests)
    yield Put({"came": number, "result": form.result, "materials": form.materials})
    for event in facts.of(EVENTS).find(network=case.data.network, code=case.data.code):
        yield Amend("experience_event", event.id, {"came": number}, case.today)


@says("школы узнают, что мероприятия не будет")
def tell_cancelled(case: Case[Event], _facts: Facts) -> Notify:
    """Whoever planned to come learns why it does not happen."""
    return Notify(SCHOOL_PEOPLE, f"Не состоится: «{case.data.title}»", case.form.reason)


def came(case: Case[Event], facts: Facts) -> list[EventParticipant]:
    """Return who came, school by school."""
    rows = [row for row in listed(case, facts) if row.state == "came"]
    return sorted(rows, key=lambda row: (facts.name("school", row.school), row.name))


COLUMNS = ("Участник", "Школа", "Что с ним")


def who(case: Case[Event], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield who registered, in the order they did; who left is not shown."""
    for row in listed(case, facts):
        if row.state != "left":
            yield row.name, facts.name("school", row.school), STANDS[row.state]


@says("мест не осталось: новые участники встают в лист ожидания")
def is_full(case: Case[Event], facts: Facts) -> Refusal | None:
    """Warning: whoever registers now may not get in."""
    left = _places_left(case, facts)
    if case.state != "announced" or left is None or left > 0:
        return None
    waiting = sum(row.state == "waiting" for row in listed(case, facts))
    people = counted(waiting, "человек", "человека", "человек") if waiting else "пока никого"
    return refuse("no_places", "Мест не осталось, в листе ожидания {people}", people=people)


AHEAD = ("drafted", "announced")


@says("день мероприятия — выходной")
def meets_on_day_off(case: Case[Event], facts: Facts) -> Refusal | None:
    """Warning: on a day off fewer come."""
    day = case.data.held_on
    if case.state not in AHEAD or not is_day_off(facts, day):
        return None
    return refuse("event_on_day_off", "{day} — выходной: придут ли в этот день?", day=date(day),
                  field="held_on")


@says("сегодня это время уже прошло")
def hour_is_past(case: Case[Event], facts: Facts) -> Refusal | None:
    """Warning: what is announced for an hour ago is a slip of the hand."""
    data = case.data
    if case.state != "drafted" or case.now is None or not data.time or data.held_on != case.today:
        return None
    if f"{facts.local(case.now):%H:%M}" <= data.time:
        return None
    return refuse("hour_is_past", "Сегодня {hour} уже прошло: проверьте время начала",
                  hour=HOURS[data.time], field="time")
