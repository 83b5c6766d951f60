"""When a material may be shown, who used it, and what stands of both in the library (1.6, 2)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Amend,
    Case,
    End,
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
from workflows.material.form import Material, checked_by, schools_of
from workflows.registers.materials import MATERIAL_USES, MATERIALS, RATINGS
from workflows.registers.materials import Material as Shelved
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

WRITER = Role("writer", "автор материала", POST, "writer")
READERS = (*SCHOOL_PEOPLE, WRITER, BASE_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR)


@says("автор подтвердил, что данных учеников в материале нет")
def names_no_pupil(case: Case[Material], _facts: Facts) -> Refusal | None:
    """A pupil's name never enters the library; only the author can know (dossier 5, privacy)."""
    if case.data.no_pupils:
        return None
    return refuse(
        "pupils_named",
        "Проверьте, что в материале нет имён, фотографий и результатов учеников, и отметьте это",
        field="no_pupils", basis="1.6",
    )


@says("автор сам координатор сети")
def coordinator_wrote_it(case: Case[Material], facts: Facts) -> bool:
    """Nobody checks her own material: the head of the base school does it instead."""
    base = checked_by(case.data, facts)["base"]
    coordinators = facts.holders("network_coordinator", base) if base else ()
    people = case.capacity.persons if case.capacity else frozenset()
    return not coordinators or any(one.person_id in people for one in coordinators)


@says("новая версия одного материала уже не готовится")
def no_open_version(case: Case[Material], facts: Facts) -> Refusal | None:
    """One new version at a time."""
    if {"drafted", "moderation", "moderation_up"} & {*facts.child_states(case, "material")}:
        return already_there("version_open", "Новая версия уже готовится")
    return None


@says("сети материала ещё не показан")
def is_not_shown_there(case: Case[Material], _facts: Facts) -> Refusal | None:
    """What a network has already is not given to it again."""
    if case.form.network in (case.data.network, *case.data.networks):
        return already_there("already_shown", "Эта сеть его уже видит")
    return None


@says("своим материалом школа пользуется и так: отмечают чужой")
def is_of_another_school(case: Case[Material], _facts: Facts) -> Refusal | None:
    """Exchange is between schools."""
    (author,) = case.parties["author"]
    if case.capacity and case.capacity.organisation_id == author:
        return refuse("own_material", "Это материал вашей школы: отмечают материалы других школ",
                      kind="person", basis="1.6")
    return None


@says("день уже наступил, и за этот день школа ещё не отмечала")
def use_is_new(case: Case[Material], facts: Facts) -> Refusal | None:
    """A school tells of a day's use once, and not ahead."""
    used_on = case.form.used_on
    if used_on is None or case.capacity is None:
        return None
    if used_on > case.today:
        return refuse("not_used_yet", "Этот день ещё не наступил", kind="form", field="used_on")
    row = shelved(case, facts, case.capacity.organisation_id)
    rows = facts.of(MATERIAL_USES)
    own = {"school": case.capacity.organisation_id, "used_on": used_on}
    if row and rows.ever(material=row.id, network=row.network, **own):
        return already_there("use_told", "За этот день ваша школа уже отметила его")
    return None


def shelved(case: Case[Material], facts: Facts, school: int | None = None) -> Shelved | None:
    """Return the library's row of a material, in a network of the school where one is named."""
    rows = [row for row in facts.of(MATERIALS).find(code=case.data.code) if case.data.code]
    if school is not None:
        near = [row for row in rows if school in schools_of(facts, [row.network])]
        rows = near or rows
    return rows[0] if rows else None


@says("у новой версии тот же код и следующий номер")
def next_version(case: Case[Material], _facts: Facts) -> Put:
    """A version brings a file of its own, about which what was confirmed is asked again."""
    own = {"file": None, "another_file": None, "no_pupils": False}
    return Put({**own, "version": (case.data.version or 1) + 1})


@says("материал стоит в библиотеке сети, школы могут им пользоваться")
def put_on_shelf(case: Case[Material], facts: Facts) -> Iterator[Put | Enter | Amend]:
    """The first version enters the library, a later one takes its place."""
    data, known = case.data, shelved(case, facts)
    said = {
        "title": data.title, "kind": data.kind, "subject": data.subject,
        "grades": data.grades, "about": data.about, "licence": data.licence,
        "version": data.version,
    }
    code = data.code or f"М-{case.id}"
    networks = tuple(data.networks or (data.network,))
    schools = schools_of(facts, networks)
    yield Put({"code": code, "networks": networks, "schools": schools}, snapshot=True)
    if known:
        for row in facts.of(MATERIALS).find(code=code):
            yield Amend("material", row.id, said, case.today)
        return
    (author,) = case.parties["author"]
    card = facts.organisation(author)
    school = author if card and card.kind == "school" else None
    own = {
        "code": code, "author": data.author, "school": school, "home": data.network,
        "added_on": case.today,
    }
    for network in networks:
        yield Enter("material", {**said, **own, "network": network}, case.today)


@says("материал виден и этой сети")
def put_on_another_shelf(case: Case[Material], facts: Facts) -> Iterator[Put | Enter]:
    """It travels by its author's word alone (1.6)."""
    known, data = shelved(case, facts), case.data
    if known is None:
        return
    networks = (*data.networks, case.form.network)
    schools = schools_of(facts, networks)
    left_out = {"id", "valid_from", "valid_to", "basis", "since", "network"}
    said = {name: value for name, value in known.model_dump().items() if name not in left_out}
    own = {"network": case.form.network, "added_on": case.today}
    yield Enter("material", {**said, **own}, case.today)
    yield Put({"networks": networks, "schools": schools})


@says("материала больше нет в библиотеке; кто пользовался, остаётся")
def take_off_shelf(case: Case[Material], facts: Facts) -> Iterator[End]:
    """What is withdrawn is found no more."""
    for row in facts.of(MATERIALS).find(code=case.data.code):
        yield End("material", row.id, case.today)


@says("использование записано в обмен материалами, автор о нём узнаёт")
def note_use(case: Case[Material], facts: Facts) -> Iterator[Enter | Notify]:
    """Who used whose material is what the exchange of a network is counted by (1.6)."""
    form, by = case.form, case.capacity
    row = shelved(case, facts, by.organisation_id if by else None)
    if row is None or by is None:
        return
    values = {
        "network": row.network, "material": row.id, "school": by.organisation_id,
        "used_on": form.used_on, "source": row.school, "rating": form.rating, "note": form.note,
    }
    yield Enter("material_use", values, form.used_on)
    school = facts.name("school", by.organisation_id)
    told = f"{RATINGS[form.rating]}. {form.note}".rstrip(". ")
    yield Notify((WRITER,), f"«{school}»: использован материал «{case.data.title}»", told)


@says("проверяет базовая школа сети")
def put_base(case: Case[Material], facts: Facts) -> Put:
    """Whoever leads the network on the day looks at it."""
    return Put(checked_by(case.data, facts))


@says("видят школы, которые входят в сеть теперь")
def put_schools(case: Case[Material], facts: Facts) -> Put:
    """Who belongs to its networks sees it."""
    schools = schools_of(facts, case.data.networks)
    return Put({**checked_by(case.data, facts), "schools": schools})


@says("школы сети узнают о новом материале")
def tell_schools(case: Case[Material], _facts: Facts) -> Iterator[Notify]:
    """Coordinators and heads hear of it, its author too; teachers find it in the library."""
    version = f", версия {case.data.version}" if (case.data.version or 1) > 1 else ""
    said = f"В библиотеке сети: «{case.data.title}»{version}"
    yield Notify((SCHOOL_HEAD, SCHOOL_COORDINATOR), said, case.data.about)
    yield Notify((WRITER,), f"Ваш материал в библиотеке сети: «{case.data.title}»")


COLUMNS = ("Школа", "Когда", "Как подошёл", "Что говорят")


def uses(case: Case[Material], facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """Yield which school used it and how it served, the newest first."""
    rows = facts.of(MATERIALS).ever(code=case.data.code) if case.data.code else ()
    found = [use for row in rows for use in facts.of(MATERIAL_USES).find(material=row.id)]
    for use in sorted(found, key=lambda one: (one.used_on, one.id), reverse=True):
        day, said = f"{use.used_on:%d.%m.%Y}", RATINGS.get(use.rating, "")
        yield facts.name("school", use.school), day, said, use.note or ""
