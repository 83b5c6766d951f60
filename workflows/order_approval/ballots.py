"""Visas before the signature and acknowledgements after the registration."""

import re
from collections.abc import Iterator

from workflow_app.engine import (
    PENDING,
    Answer,
    Ask,
    Ballot,
    Case,
    Due,
    Facts,
    Refusal,
    Voter,
    answered,
    at_least,
    refuse,
    says,
)
from workflows.order_approval.composition import schools_named
from workflows.order_approval.form import Order, Publication
from workflows.order_approval.limits import DATES_AHEAD
from workflows.roles import DEPARTMENT_HEAD, DEPUTY, IMC_HEAD, SPECIALIST
from workflows.rules import Explanation

APPROVERS = (IMC_HEAD, DEPUTY)


def approvers(_case: Case, facts: Facts) -> Iterator[Voter]:
    """ИМЦ and the deputy; whoever signs today does not visa for herself (O2).

    A post without a holder is asked too: its work goes to the watcher, and no visa vanishes.
    """
    signer = facts.signer("department_head")
    signing = signer.capacity.persons if signer else frozenset()
    for role in APPROVERS:
        holders = list(facts.holders(role.held_by, None))
        if not holders or any(not holder.persons & signing for holder in holders):
            yield Voter(role.key, role.held_by, None, role.title)


def heads_of_annex(case: Case[Order], facts: Facts) -> Iterator[Voter]:
    """Every head of the annex acknowledges; where it names no school, ИМЦ does (O9)."""
    groups = {case.data.base: "base", **{m.school: m.role for m in case.data.members}}
    schools = dict.fromkeys(schools_named(case, facts))
    for school in schools:
        yield Voter(str(school), "school_head", school, groups.get(school, ""))
    if not schools:
        yield Voter(IMC_HEAD.key, IMC_HEAD.held_by, None, IMC_HEAD.title)


DECISIONS = {
    "pending": "ожидается",
    "visaed": "согласовано",
    "visaed_with_remarks": "согласовано с замечаниями",
    "objected": "возражение",
}


def _vacant(case: Case[Order], facts: Facts) -> tuple[Voter, ...]:
    """Return the voters of pending visas whose post nobody holds today."""
    pending = [vote.voter for vote in facts.tally(case, "visas") or () if vote.status == PENDING]
    return tuple(one for one in pending if not facts.holders(one.role, None))


@says("должность визирующего свободна, а другая виза остаётся")
def a_visa_is_vacant(case: Case[Order], facts: Facts) -> Refusal | None:
    """Nobody goes on without any visa at all (O3)."""
    vacant = _vacant(case, facts)
    if not vacant:
        return refuse("nobody_missing", "Все, кого ждёт приказ, на месте")
    if len(vacant) == len(list(facts.tally(case, "visas") or ())):
        return refuse("last_visa", "Без единой визы приказ не подпишут: назначьте визирующего")
    return None


@says("виза свободной должности больше не нужна")
def leave_vacant_out(case: Case[Order], facts: Facts) -> Ask:
    """The sheet goes on without the posts nobody holds."""
    return Ask("visas", "leave_out", _vacant(case, facts))


visas = Ballot(
    "visas",
    "Виза",
    voters=approvers,
    voter_title="визирующий",
    work_title="Завизировать проект приказа",
    awaited=("визу", "визы", "виз"),
    answers=(
        Answer(
            "visa", "Завизировать", "visaed", style="primary", is_bulk=True,
            if_=(DATES_AHEAD,), basis="O3", past="Проект приказа завизирован",
        ),
        Answer(
            "visa_with_remarks", "Завизировать с замечаниями", "visaed_with_remarks",
            form=Explanation, if_=(answered, DATES_AHEAD), basis="O3",
            past="Проект приказа завизирован с замечаниями",
        ),
        Answer(
            "object", "Возразить", "objected", form=Explanation, if_=(answered,),
            tell=(SPECIALIST,), basis="O4", style="danger",
            past="Высказано возражение против проекта приказа",
        ),
    ),
    words=DECISIONS,
    yes=("visaed", "visaed_with_remarks"),
    need=at_least(1),
    veto=("objected",),
    silence="",
    due=Due("visa", 2, remind=(1,), escalate=((1, DEPUTY),)),
)

acknowledgement = Ballot(
    "acknowledgement",
    "Ознакомление с приказом",
    voters=heads_of_annex,
    voter_title="директор",
    work_title="Ознакомиться с приказом",
    awaited=("директора", "директоров", "директоров"),
    answers=(Answer(
        "acknowledge", "Ознакомлен", "acknowledged", style="primary", is_bulk=True, basis="O9",
        past="Директор школы ознакомлен с приказом",
    ),),
    yes=("acknowledged",),
    need=at_least(1),
    silence="",
    due=Due(
        "acknowledgement", 3, remind=(0,), escalate=((1, SPECIALIST), (5, DEPARTMENT_HEAD))
    ),
)


def publisher(_case: Case, _facts: Facts) -> Iterator[Voter]:
    """The specialist publishes; whoever holds the office does it (O7)."""
    yield Voter(SPECIALIST.key, SPECIALIST.held_by, None, SPECIALIST.title)


def publish_within(facts: Facts) -> int:
    """So many working days the order itself gives for its publication (A-16)."""
    return int(facts.setting("A-16")["within"])


@says("адрес начинается с http:// или https://")
def link_is_an_address(case: Case[Order], _facts: Facts) -> Refusal | None:
    """The publication is shown by the address of a page that anybody can open."""
    if re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", case.form.link):
        return None
    return refuse(
        "bad_link", "Введите адрес страницы целиком, пример: https://…", kind="form", field="link"
    )


publication = Ballot(
    "publication",
    "Публикация на сайте",
    voters=publisher,
    voter_title="специалист управления образованием",
    work_title="Опубликовать приказ на сайте",
    awaited=("публикацию", "публикации", "публикаций"),
    answers=(
        Answer(
            "publish", "Приказ опубликован", "published", form=Publication,
            if_=(answered, link_is_an_address), basis="O7", style="primary",
            past="Приказ опубликован на сайте",
        ),
    ),
    words={"pending": "ещё не опубликован", "published": "опубликован"},
    yes=("published",),
    need=at_least(1),
    silence="",
    due=Due(
        "publication", 10, remind=(2, 0), escalate=((1, DEPUTY), (5, DEPARTMENT_HEAD)),
        set_by=publish_within,
    ),
)


@says("если так решил район, специалист получает задачу опубликовать приказ на сайте")
def ask_to_publish(case: Case[Order], facts: Facts) -> Ask | None:
    """The publication is asked for where the municipality requires it (A-16)."""
    return publication.open(case, facts) if facts.setting("A-16")["required"] else None


@says("текст не менялся после визирования")
def visas_fit_text(case: Case[Order], facts: Facts) -> Refusal | None:
    """Visas bind to the text they were given for (O6)."""
    tally = facts.tally(case, visas.key)
    given = {vote.text_hash for vote in tally or ()}
    if given - {case.text_hash}:
        return refuse("text_changed_after_visa", "Текст изменён после визирования")
    return None


@says("все визы запрашиваются заново")
def clear_visas(case: Case[Order], facts: Facts) -> Ask:
    """Every visa is asked anew: the text may have changed (O4)."""
    return visas.ask_all(case, facts)


@says("ознакомились все директора из приложения, полный лист ещё не выпущен")
def everybody_has_read(case: Case[Order], facts: Facts) -> bool:
    """Every head of the annex acknowledged, and the full sheet is not issued yet (O9)."""
    return not case.times("all_acknowledged") and acknowledgement.passed(case, facts)
