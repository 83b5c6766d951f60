"""Orders that change networks on paper: об изменении, о прекращении, о продлении, об отмене."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts
from workflows.order_approval.composition import listed
from workflows.order_approval.form import Order
from workflows.order_approval.kinds import names_people
from workflows.order_approval.papers import CENTRE, COMMON, COMPOSITION, common, composition, named
from workflows.order_approval.papers import centre as imc
from workflows.papers import Values, directions, head_name, school
from workflows.registers.memberships import NETWORK_ROLES, base_of
from workflows.registers.networks import NETWORKS, founding_order
from workflows.wording import GAP, date, date_in_text, glued, sentence

PLAN_MENDED = 10
"""Working days for the revision of the plan (N5)."""
NOBODY = "—"

AMEND_PAPER = (
    *COMMON, *CENTRE, *COMPOSITION,
    "сеть.название", "сеть.дата", "сеть.приказ",
    "пункты.координатор", "пункты.план", "пункты.сайт",
    "координатор.назначен", "координатор.имя_вин", "координатор.должность_вин",
    "сроки.план", "причина", "новый_состав",
    "изменения[].номер", "изменения[].текст",
    "различия[].номер", "различия[].школа", "различия[].было", "различия[].стало",
)
CLOSE_PAPER = (
    *COMMON, *CENTRE, *COMPOSITION,
    "сеть.название", "сеть.дата", "сеть.приказ", "сеть.базовая_школа", "сеть.руководитель",
    "преемник", "сроки.справка", "причина",
)
EXTEND_PAPER = (
    *COMMON, *CENTRE,
    "срок", "причина",
    "сети[].номер", "сети[].название", "сети[].базовая_школа", "сети[].приказ",
)
REVOKE_PAPER = (
    *COMMON, *CENTRE, "отменяемый.дата", "отменяемый.номер", "отменяемый.заголовок", "причина",
)


def amend(case: Case, facts: Facts) -> Values:
    """Return the values of the order that changes a network."""
    data, appoints = case.data, names_people(case.data)
    said = tuple(_said(case, facts))
    numbers = {"координатор": 3, "план": 3 + appoints, "сайт": 4 + appoints}
    values = common(case, facts, 5 + appoints)
    values["пункты"] |= numbers
    values["сроки"]["план"] = date_in_text(facts.working_day(data.valid_from, PLAN_MENDED))
    return {
        **values,
        "сеть": _network(case, facts),
        "имц": imc(facts),
        "координатор": {"назначен": appoints, **named(facts, data.coordinator)},
        "причина": sentence(data.reason),
        "новый_состав": bool(data.changes),
        "изменения": [{"номер": f"1.{n}", "текст": text} for n, text in enumerate(said, start=1)],
        "различия": [
            {
                "номер": number, "школа": school(facts, row.school),
                "было": NETWORK_ROLES.get(row.before, NOBODY),
                "стало": NETWORK_ROLES.get(row.after, NOBODY),
            }
            for number, row in enumerate(data.changes, start=1)
        ],
        "участники": composition(case, facts),
    }


def _said(case: Case, facts: Facts) -> Iterator[str]:
    """Yield what the order changes, one sentence each, in the words of orders."""
    data = case.data
    for row in data.changes:
        named_school, role = school(facts, row.school), NETWORK_ROLES.get(row.after, "")
        if not row.after:
            yield f"Исключить из состава сети {named_school}."
        elif row.after == "base":
            yield f"Определить базовой школой сети {named_school}."
        elif not row.before:
            yield f"Включить в состав сети {named_school} ({role})."
        else:
            yield (f"Изменить роль {named_school} в сети: слова «{NETWORK_ROLES[row.before]}» "
                   f"заменить словами «{role}».")
    if data.change == "rename":
        yield f"Наименование сети изложить в следующей редакции: «{data.network_name}»."
    elif data.change == "directions":
        names = "; ".join(f"«{row['название']}»" for row in directions(facts, data.directions))
        yield f"Утвердить следующие приоритетные направления деятельности сети: {names}."
    elif data.change == "suspend":
        yield f"Приостановить деятельность сети до {date_in_text(data.until)}."
    elif data.change == "resume":
        yield "Возобновить деятельность сети."
    elif data.change == "split":
        yield (f"Создать на базе {school(facts, data.new_base)} сеть «{data.network_name}» "
               "в составе школ, исключённых из состава сети настоящим приказом.")


def _network(case: Case[Order], facts: Facts) -> Values:
    network = facts.of(NETWORKS).get(case.data.network)
    return {
        "название": network.name if network else GAP,
        "дата": date_in_text(case.data.valid_from),
        "приказ": glued(founding_order(facts, case.data.network)) or GAP,
    }


def close(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order that ends a network."""
    data, values = case.data, common(case, facts, 5)
    values["сроки"]["справка"] = date_in_text(data.report_due)
    base = next(school_id for school_id, role in listed(case).items() if role == "base")
    network = _network(case, facts) | {
        "базовая_школа": school(facts, base), "руководитель": head_name(facts, base)
    }
    return {
        **values,
        "сеть": network,
        "имц": imc(facts),
        "преемник": facts.name("network", data.into) if data.into else "",
        "причина": sentence(data.reason),
        "участники": composition(case, facts),
    }


def extend(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order that lets networks go on."""
    rows = []
    for number, key in enumerate(case.data.networks, start=1):
        card = facts.of(NETWORKS).get(key)
        rows.append({
            "номер": number, "название": card.name if card else GAP,
            "базовая_школа": school(facts, base_of(facts, card)),
            "приказ": glued(founding_order(facts, key)) or GAP,
        })
    return {
        **common(case, facts, 4),
        "имц": imc(facts),
        "срок": date_in_text(case.data.new_term),
        "причина": sentence(case.data.reason),
        "сети": rows,
    }


def revoke(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order that takes another one back."""
    key = case.data.revoked
    order = facts.order(int(key)) if key.isdecimal() else None
    return {
        **common(case, facts, 5),
        "имц": imc(facts),
        "отменяемый": {
            "дата": date(order.registered_on) if order else GAP,
            "номер": order.number if order else GAP,
            "заголовок": order.title if order else GAP,
        },
        "причина": sentence(case.data.reason),
    }
