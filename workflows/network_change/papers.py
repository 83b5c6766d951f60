"""The notice of a school that leaves a network, addressed to the base school's head (N4)."""

from workflow_app.engine import Case, Facts, Paper, says
from workflows.network_change.rules import open_activities
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    person,
    school,
    signature,
    title,
)
from workflows.wording import GAP, capital, date, date_in_text, glued, sentence, whole

NOTICE = (
    *DOCUMENT, *SIGNATURE,
    "адресат.должность_дат", "адресат.имя_дат",
    "уведомление.дата", "школа.название",
    "сеть.название", "сеть.приказ",
    "выход.дата", "выход.причина",
    "мероприятия[].название",
)  # fmt: skip


@says("школа, которая выходит сама, уведомляет базовую школу")
def exit_notice(case: Case, _facts: Facts) -> Paper | None:
    """A school that leaves by its own wish says so on paper (N4, A-04)."""
    own = case.data.kind == "remove" and case.parties["author"] == {case.data.school}
    return Paper("exit_notice") if own else None


def notice(case: Case, facts: Facts) -> Values:
    """Return the values of the notice."""
    data, network = case.data, facts.network(case.data.network)
    head = holder(facts, "school_head", network.base if network else None)
    name = network.name if network else GAP
    return {
        "документ": document(case, f"Уведомление о выходе из сети «{name}»", "send"),
        "адресат": {
            "должность_дат": capital(title(facts, head, "dat")),
            "имя_дат": whole(person(facts, head.person_id if head else None).dat),
        },
        "уведомление": {"дата": date(case.today)},
        "школа": {"название": school(facts, data.school)},
        "сеть": {
            "название": name,
            "приказ": glued(network.founding_order if network else "") or GAP,
        },
        "выход": {"дата": date_in_text(data.effective_on), "причина": sentence(data.reason)},
        "мероприятия": [
            {"название": card.data.title} for card in open_activities(case, facts, {data.school})
        ],
        "подпись": signature(facts, holder(facts, "school_head", data.school)),
    }


def notice_file(case: Case) -> str:
    """Return «Уведомление о выходе от 12.01.2026»."""
    return f"Уведомление о выходе от {date(case.today)}"
