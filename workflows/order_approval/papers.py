"""The order on paper: what all kinds print, and the values of приказ о создании сети."""

from workflow_app.engine import Case, Facts
from workflows.order_approval.ballots import publish_within
from workflows.order_approval.form import Order
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    directions,
    document,
    head_name,
    holder,
    letterhead,
    own_title,
    person,
    school,
    short_name,
    signature,
    statuses,
    title,
)
from workflows.registers.acts import ACTS
from workflows.registers.memberships import NETWORK_ROLES
from workflows.wording import (
    GAP,
    GOAL,
    GOAL_GENITIVE,
    HELP_GENITIVE,
    capital,
    cited,
    counted,
    date,
    date_in_text,
    glued,
    place_in_full,
    sentence,
    whole,
    year_in_text,
)

EXTRA = 9
"""The number of the first item the template does not number itself."""

COMMON = (
    *DOCUMENT, *SIGNATURE,
    "проект",
    "организация.название", "организация.название_род", "организация.место",
    "приказ.номер", "приказ.дата",
    "проверка.адрес", "проверка.код",
    "основания[].текст",
    "дополнение", "пункты.дополнение", "пункты.контроль",
    "контроль.за_собой", "контроль.имя_вин", "контроль.должность_вин",
    "сроки.сайт", "сайт.ответственный_дат",
)
COMPOSITION = (
    "участники[].номер", "участники[].школа", "участники[].роль", "участники[].статус",
    "участники[].руководитель",
)
CENTRE = ("имц.название", "имц.руководитель")
ORDER = (
    *COMMON, *CENTRE, *COMPOSITION,
    "сеть.название", "сеть.цель_род", "сеть.начало", "сеть.окончание", "сеть.базовая_школа",
    "сеть.руководитель", "сеть.учебный_год",
    "координатор.имя_вин", "координатор.должность_вин",
    "куратор.имя_вин", "куратор.должность_вин",
    "сроки.план", "сроки.справка",
    "участники[].условия",
    "направления[].номер", "направления[].название", "направления[].область",
    "направления[].основание",
)


def order(case: Case, facts: Facts) -> Values:
    """Return the values of the order that creates a network."""
    values = common(case, facts, EXTRA)
    values["сроки"] |= {
        "план": date_in_text(case.data.plan_due), "справка": date_in_text(case.data.report_due)
    }
    return {
        **values,
        "сеть": _network(case, facts),
        "координатор": named(facts, case.data.coordinator),
        "имц": centre(facts),
        "куратор": named(facts, case.data.curator),
        "участники": composition(case, facts),
        "направления": directions(facts, case.data.directions),
    }


def common(case: Case[Order], facts: Facts, extra: int) -> Values:
    """Return what every order prints, a draft until it has its number.

    `extra` is the number of the first item after those of the kind.
    """
    data, department = case.data, facts.organisation("department")
    within = publish_within(facts)
    return {
        "проект": not case.number,
        "документ": document(case, data.title, "send"),
        "организация": {
            "название": letterhead(facts, "department"),
            "название_род": (department.name_gen if department else "") or GAP,
            "место": place_in_full(department.place) if department else GAP,
        },
        "приказ": numbered(case),
        "проверка": _verification(case, facts),
        "основания": _grounds(case, facts),
        "сроки": {"сайт": counted(within, "рабочего дня", "рабочих дней", "рабочих дней")},
        "сайт": {"ответственный_дат": _publisher(case, facts)},
        "дополнение": sentence(data.extra),
        "пункты": {"дополнение": extra, "контроль": extra + bool(data.extra)},
        "контроль": {"за_собой": _keeps_control(case, facts), **named(facts, data.control)},
        "подпись": signed_by(case, facts),
    }


def centre(facts: Facts) -> Values:
    """Return the methodical centre and who leads it."""
    head = holder(facts, "imc_head")
    name = person(facts, head.person_id if head else None).nom
    return {"название": short_name(facts, "imc"), "руководитель": whole(name)}


def order_file(case: Case[Order]) -> str:
    """Return «Приказ 291-од от 28.08.2025», or that it is a draft."""
    if not case.number:
        return "Приказ (проект)"
    return f"Приказ {case.number} от {date(case.data.registered_on)}"


def numbered(case: Case[Order]) -> Values:
    """Return number and date, both empty until the order is registered."""
    return {"номер": case.number, "дата": date(case.data.registered_on)}


def signed_by(case: Case[Order], facts: Facts) -> Values:
    """Return the signer's line: who signed, or who would sign today."""
    if case.data.signed_by:
        name = person(facts, case.data.signed_by).signature
        return {"должность": case.data.signed_as, "имя": whole(name)}
    return signature(facts, holder(facts, "department_head"))


def _verification(case: Case[Order], facts: Facts) -> Values:
    """Return where a registered order proves itself, and the first digits of its text's hash."""
    if not case.number:
        return {"адрес": "", "код": ""}
    digits = (case.text_hash[start : start + 4] for start in range(0, 16, 4))
    return {"адрес": facts.verification_address(case.text_hash), "код": " ".join(digits)}


def _grounds(case: Case, facts: Facts) -> list[Values]:
    acts = map(facts.of(ACTS).last, case.data.acts)
    return [{"текст": cited(act)} for act in acts if act] or [{"текст": GAP}]


def _network(case: Case[Order], facts: Facts) -> Values:
    data = case.data
    return {
        "название": data.network_name,
        "цель_род": _goal(data.goal),
        "начало": date_in_text(data.valid_from),
        "окончание": date_in_text(data.valid_to),
        "базовая_школа": school(facts, data.base),
        "руководитель": head_name(facts, data.base),
        "учебный_год": year_in_text(data.school_year),
    }


def _goal(goal: str) -> str:
    """Return the goal after «в целях»; a goal with no confirmed genitive is quoted."""
    if goal == GOAL:
        return f"{GOAL_GENITIVE},"
    return f"{HELP_GENITIVE} (цель сети: «{goal}»)" if goal else f"{HELP_GENITIVE},"


def named(facts: Facts, person_id: int | None) -> Values:
    """Return a person and her office in the accusative."""
    card = person(facts, person_id)
    return {"имя_вин": whole(card.acc), "должность_вин": own_title(facts, card, "acc")}


def _publisher(case: Case[Order], facts: Facts) -> str:
    """Return the specialist who prepared the order, else one who is in office, in the dative."""
    sent = case.persons("send")
    found = sorted(facts.holders("dept_specialist", None), key=lambda c: c.person_id not in sent)
    capacity = found[0] if found else None
    name = person(facts, capacity.person_id if capacity else None).dat
    return f"{capital(title(facts, capacity, 'dat'))} {whole(name)}"


def _keeps_control(case: Case[Order], facts: Facts) -> bool:
    """Tell whether the signer charges herself."""
    signer = holder(facts, "department_head")
    signs = case.data.signed_by or (signer.person_id if signer else None)
    return case.data.control is not None and case.data.control == signs


def composition(case: Case[Order], facts: Facts) -> list[Values]:
    """Return the annex: the base school first, then the composition in its order."""
    data = case.data
    rows = [(data.base, "base", ""), *((m.school, m.role, m.conditions) for m in data.members)]
    return [
        {
            "номер": number,
            "школа": school(facts, school_id),
            "роль": NETWORK_ROLES[role],
            "статус": statuses(facts, school_id, data.school_year),
            "руководитель": head_name(facts, school_id),
            "условия": glued(conditions),
        }
        for number, (school_id, role, conditions) in enumerate(rows, start=1)
    ]
