"""What a network decides itself: its internal rules and its coordinator (Regulation 5.1).

Any of its schools puts a matter to the council, one at a time; what the council supports holds at
once, for nobody outside the network agrees or approves it.
"""

from collections.abc import Iterator

from workflow_app.engine import (
    Amend,
    Ask,
    Case,
    Change,
    Facts,
    File,
    Form,
    Notify,
    Person,
    Put,
    Refusal,
    Text,
    already_there,
    field,
    refuse,
    says,
)
from workflows.coordinators import appointed
from workflows.council import vote_of_council
from workflows.network_life.form import Life
from workflows.roles import BASE_HEAD, COORDINATOR, MEMBER_HEAD

NETWORK = (BASE_HEAD, MEMBER_HEAD, COORDINATOR)

council = vote_of_council(
    "own_matter", "Проголосовать за решение сети", ("решение сети", "решения сети"),
    yes="support_matter", no="oppose_matter", abstain="abstain_from_matter", tell=NETWORK,
)


class InternalRules(Form):
    """The rules a network works by, as its council will read them."""

    rules: Text = field(
        "Внутренние правила сети", minimum=20, basis="5.1",
        hint="Кто за что отвечает, как часто собирается совет, как школы обмениваются материалами",
    )
    rules_file: File = field("Файл с правилами", optional=True)


class OwnCoordinator(Form):
    """Whom the network wants as its coordinator."""

    coordinator: Person = field("Координатор сети", of="base", basis="5.1")


@says("совет не голосует о другом решении")
def one_matter_at_a_time(case: Case[Life], _facts: Facts) -> Refusal | None:
    """A vote is about one matter, so that nobody asks which of two was supported."""
    if is_before_council(case.data):
        return already_there(
            "matter_open", "Совет уже голосует о решении сети: дождитесь итога", basis="5.1"
        )
    return None


@says("координатором предложен другой человек")
def is_another(case: Case[Life], _facts: Facts) -> Refusal | None:
    """Who is the coordinator already needs no vote."""
    if case.form.coordinator and case.form.coordinator == case.data.coordinator:
        return refuse(
            "coordinator_same", "Этот человек уже координатор сети", kind="form",
            field="coordinator",
        )
    return None


def is_before_council(data: Form) -> bool:
    """Tell whether a matter waits for the outcome of the vote."""
    return bool(data.proposed_rules or data.proposed_coordinator)  # type: ignore[attr-defined]


@says("правила предложены, совет голосует")
def propose_rules(case: Case[Life], facts: Facts) -> Iterator[Put | Ask]:
    """The council reads what is proposed beside what holds now."""
    yield Put({"proposed_rules": case.form.rules, "proposed_file": case.form.rules_file})
    yield council.ask_all(case, facts)


@says("координатор предложен, совет голосует")
def propose_coordinator(case: Case[Life], facts: Facts) -> Iterator[Put | Ask]:
    """The council chooses who leads the daily work."""
    yield Put({"proposed_coordinator": case.form.coordinator})
    yield council.ask_all(case, facts)


@says("совет проголосовал о предложенном")
def decided(case: Case[Life], facts: Facts) -> bool:
    """The vote on what is proposed has come to its end, whatever came of it."""
    is_over = council.passed(case, facts) or council.failed(case, facts)
    asked = case.times("propose_rules") + case.times("propose_coordinator")
    return is_over and case.times("matter_decided") < asked


@says("поддержанное действует сразу, неподдержанное снято; школы сети узнают об этом")
def carry_out(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """What the council supported holds from this day on; otherwise everything stays as it was."""
    data = case.data
    if not council.passed(case, facts):
        yield Notify(NETWORK, "Совет сети не поддержал предложенное: всё остаётся как было")
    elif data.proposed_rules:
        yield Put({
            "rules": data.proposed_rules, "rules_file": data.proposed_file,
            "rules_since": case.today,
        })
        yield Notify(NETWORK, "Совет принял внутренние правила сети")
    else:
        chosen = data.proposed_coordinator
        yield Put({"coordinator": chosen})
        yield Amend("network", data.network, {"coordinator": chosen}, case.today)
        yield from appointed(facts, chosen, data.base, case.today)
        yield Notify(NETWORK, "Совет выбрал координатора сети")
    yield Put({"proposed_rules": "", "proposed_file": None, "proposed_coordinator": None})
