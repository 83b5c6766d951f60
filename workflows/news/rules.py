"""Who may tell whom what, who has read it, and what follows when somebody has not."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Notify, Put, Refusal, Role, refuse, says
from workflow_app.engine.roles import POST, Capacity
from workflows.news.form import News, addressed, told
from workflows.roles import AUDITOR, DEPARTMENT, IMC, SCHOOL_COORDINATOR, SCHOOL_HEAD
from workflows.rules import author_belongs
from workflows.wording import counted

WRITER = Role("writer", "автор новости", POST, "writer")
HEAD = Role("told_head", "директор школы, которой она адресована", "school_head", "told")
COORDINATOR = Role("told_coordinator", "координатор сети", "network_coordinator", "told")
TEACHER = Role("told_teacher", "педагог", "teacher", "told_teachers")
STAFF = Role("told_staff", "сотрудник школы", "school_staff", "told_teachers")
ADDRESSEES = (HEAD, COORDINATOR, TEACHER, STAFF)
READERS = (*ADDRESSEES, SCHOOL_HEAD, SCHOOL_COORDINATOR, WRITER, *IMC, *DEPARTMENT, AUDITOR)
SPEAKERS = (*ADDRESSEES, SCHOOL_HEAD, SCHOOL_COORDINATOR, WRITER, *IMC, *DEPARTMENT)
NAMED = 5
"""So many heads who have not read are named in one sentence, the others counted."""


@says("школа пишет своей сети; всем школам — управление образованием и методический центр")
def speaks_for_its_own(case: Case[News], facts: Facts) -> Refusal | None:
    """A school tells the networks it is in; the department and the centre tell anybody (1.6)."""
    (author,) = case.parties["author"]
    card = facts.organisation(author)
    if card is None or card.kind != "school":
        return None
    if case.data.network is None:
        return refuse("network_missing", "Выберите сеть, которой вы пишете", field="network",
                      basis="1.6")
    return author_belongs(case, facts)


@says("есть кому читать")
def somebody_is_told(case: Case[News], facts: Facts) -> Refusal | None:
    """A network that has no schools on the day has nobody to tell."""
    if addressed(case.data, facts)["schools"]:
        return None
    return refuse("nobody_to_tell", "В этой сети сегодня нет ни одной школы", field="network")


@says("последний день показа ещё не прошёл")
def still_to_be_shown(case: Case, _facts: Facts) -> Refusal | None:
    """What ends before it begins would be shown to nobody."""
    said = case.form or case.data
    if said.shown_to is None or said.shown_to >= case.today:
        return None
    return refuse(
        "shown_in_the_past", "День «Показывать по» уже прошёл: новость никто не увидит",
        kind="form", field="shown_to",
    )


@says("автор разрешил комментарии")
def comments_are_open(case: Case[News], _facts: Facts) -> Refusal | None:
    """The author says with the piece whether it may be discussed."""
    if case.data.with_comments:
        return None
    return refuse("comments_closed", "Автор не открыл комментарии к этой новости")


@says("адресована школам сети на этот день")
def put_schools(case: Case[News], facts: Facts) -> Put:
    """Who belongs to the network on the day it is told, or after an order changed it, reads it."""
    return Put(addressed(case.data, facts))


@says("адресаты узнают из уведомления и письма")
def tell_addressees(case: Case[News], _facts: Facts) -> Notify:
    """The letter carries the text: who has a weak line need not open a page to know it."""
    about = f"сети «{case.data.network_name}»" if case.data.network else "школам района"
    return Notify(ADDRESSEES, f"Новость {about}: {case.data.title}", case.data.text)


@says("исправленное видно сразу, история хранит прежнее")
def put_correction(case: Case[News], _facts: Facts) -> Put:
    """A slip is put right for all; nobody is told again."""
    form = case.form
    return Put({"title": form.title, "text": form.text, "shown_to": form.shown_to}, snapshot=True)


@says("автор узнаёт о комментарии")
def tell_writer(case: Case[News], _facts: Facts) -> Notify | None:
    """The author hears of what others say, not of her own words."""
    if case.capacity and case.capacity.position_id == case.data.writer:
        return None
    return Notify((WRITER,), f"Комментарий к новости «{case.data.title}»", case.form.comment)


def heads(case: Case[News], facts: Facts) -> Iterator[Capacity]:
    """Yield the heads it is meant for as they are in office today; not who wrote it."""
    for school in told(case.data):
        for head in facts.holders("school_head", school):
            if head.position_id != case.data.writer:
                yield head


def unread(case: Case[News], facts: Facts) -> list[Capacity]:
    """Return the heads it is meant for who have not opened it."""
    opened = facts.readings(case)
    return [head for head in heads(case, facts) if head.person_id not in opened]


@says("автор узнаёт, кто из директоров её не открыл")
def tell_unread(case: Case[News], facts: Facts) -> Notify | None:
    """Whoever wrote it learns after three days who may not know it (1.6)."""
    asked, missing = [*heads(case, facts)], unread(case, facts)
    if not missing:
        return None
    people = [facts.person(head.person_id) for head in missing[:NAMED]]
    names = ", ".join(person.nom for person in people if person)
    more = len(missing) - NAMED
    rest = f" и ещё {more}" if more > 0 else ""
    of_all = f"{len(missing)} из {counted(len(asked), 'директора', 'директоров', 'директоров')}"
    return Notify((WRITER,), f"Новость «{case.data.title}» не открыли {of_all}", f"{names}{rest}.")


COLUMNS = ("Директор", "Школа", "Когда открыл")


def reading(case: Case[News], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield which head has opened it and when, those who have not first."""
    opened = facts.readings(case)
    found = []
    for head in heads(case, facts):
        person, at = facts.person(head.person_id), opened.get(head.person_id)
        said = f"{facts.local(at):%d.%m.%Y %H:%M}" if at else "ещё не открывали"
        name = person.nom if person else ""
        found.append((bool(at), name, facts.name("school", head.organisation_id), said))
    for _, *row in sorted(found):
        name, school, said = row
        yield name, school, said
