"""A year of networks by hand: a plan, a change and every kind of order, page by page.

The whole system runs as an operator starts it: people press buttons over HTTP, the relay hands
work to the broker, the worker renders the papers.
"""

import re
import zipfile
from io import BytesIO

import pytest
from whole_system import WholeSystem

pytestmark = [pytest.mark.shipped, pytest.mark.deep]

DAY = "2026-02-02"
WHY = "Так решили школы сети на совете."
SITE = "https://levokum.example/materials"


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """Return the whole system on a morning of February."""
    running = WholeSystem(tmp_path_factory.mktemp("system"), DAY)
    yield running
    assert running.stop() == 0


# ---------------------------------------------------------------- steps


def vote(system, case, answer, *heads):
    """Let heads of the council vote until it has decided."""
    before = system.person(heads[0]).state(case)
    for head in heads:
        if system.person(head).state(case) == before:
            system.person(head).act(case, answer)


def register(system, order, **filled):
    """Bring an order's draft through visas and signature into the journal."""
    specialist, clerk = system.person("P003"), system.person("P004")
    given = {
        "acts": [
            specialist.choice(order, "acts", "188-пр"),
            specialist.choice(order, "acts", "Положение о сетевом"),
        ],
        "control": specialist.choice(order, "control", "Дьяченко"),
        **filled,
    }
    specialist.write(order, given, "send")
    for person, action in (("P005", "visa"), ("P002", "visa"), ("P001", "sign")):
        system.person(person).act(order, action)
    clerk.act(order, "register")
    assert clerk.state(order) == "registered"
    return order


def paper_of(system, order, kind):
    """Return the number of a registered order, once its Word document holds it."""
    clerk = system.person("P004")
    number = re.search(r"· №&nbsp;(\d+-од)", clerk.open(order))[1]

    def finished():
        for link in dict.fromkeys(re.findall(r'"(/documents/\d+/content)"', clerk.open(order))):
            name, content = clerk.download(link)
            if name.startswith(f"Приказ {number} от 02.02.2026"):
                return content
        return None

    with zipfile.ZipFile(BytesIO(system.until(finished))) as word:
        assert word.testzip() is None
        text = word.read("word/document.xml").decode()
    assert number in text, kind
    assert "проект" not in re.sub(r"<[^>]+>", "", text)
    return number


# ---------------------------------------------------------------- the story


def open_plan(system):
    """The coordinator opens the plan, fills in its rows, pastes one more, and sends it."""
    coordinator = system.person("P201")
    life = coordinator.link("/networks/1", "Математика: от дефицита")
    coordinator.act(life, "open_plan")
    plan = coordinator.link("/networks/1", "План сети")
    (form,) = [one for one in coordinator.forms(plan) if "case-form" in one.classes]
    numbers = sorted({name.split(".")[1] for name in form.fields if name.startswith("activities.")})
    filled = [n for n in numbers if form.fields.get(f"activities.{n}.key")]
    directions = list(coordinator.choices(plan, "activities.0.direction").values())
    head = coordinator.choice(plan, "activities.0.responsible", "Магомедов Р")
    schools = list(coordinator.choices(plan, "activities.0.participants").values())
    given = {}
    for place, n in enumerate(filled):
        row = f"activities.{n}."
        given |= {
            f"{row}title": form.fields[f"{row}title"].strip() or f"Встреча {n}",
            f"{row}mode": "in_person",
            f"{row}section": form.fields[f"{row}section"] or "method",
            f"{row}form": "meeting",
            f"{row}direction": directions[place % len(directions)],
            f"{row}starts_on": DAY,
            f"{row}ends_on": "2026-02-27",
            f"{row}responsible": head,
            f"{row}participants": schools,
            f"{row}expected_result": "план работы",
        }
    line = {
        "Раздел": "методическое",
        "Направление": directions[0],
        "Мероприятие": "Семинар «Дроби»",
        "Форма": "семинар",
        "Режим": "дистанционно",
        "Начало": "02.02.2026",
        "Окончание": "27.02.2026",
        "Ответственный": "Фомина Д.А.",
        "Школы-участницы": "все",
        "Ожидаемый результат": "программа семинара",
    }
    given["_paste.activities"] = "\t".join(line) + "\n" + "\t".join(line.values())
    coordinator.write(plan, given, "to_vote")
    assert len(filled) == 9
    return plan


def bring_into_force(system, plan):
    """The council votes, ИМЦ agrees, the base head approves, rows become activities."""
    vote(system, plan, "vote_for", "P102", "P110", "P112", "P113", "P101")
    system.person("P005").act(plan, "agree")
    base = system.person("P101")
    base.act(plan, "approve")
    page = base.open(plan)
    assert base.state(plan) == "active"
    assert "Мероприятия плана: 0 из 10 завершено" in page


def report(system, plan):
    """The responsible head reports, the coordinator confirms."""
    head, coordinator = system.person("P110"), system.person("P201")
    activity = head.link(plan, "Встреча")
    outcome = [
        ("actual_on", DAY),
        ("participants_count", "14"),
        ("link", SITE),
        ("result", "Встреча прошла, план согласован"),
    ]
    head.act(activity, "report_done", outcome)
    coordinator.act(activity, "confirm")
    assert coordinator.state(activity) == "done"
    assert "Мероприятия плана: 1 из 10 завершено" in coordinator.open(plan)


def add_school(system):
    """The network asks for a new school: council, consent, opinion, approval, order."""
    coordinator = system.person("P201")
    change = coordinator.begin("network_change")
    network = coordinator.choice(change, "network", "Математика")
    coordinator.write(change, {"network": network, "kind": "add"})
    coordinator.write(
        change,
        {
            "school": coordinator.choice(change, "school", "СОШ № 3 "),
            "role": "partner",
            "effective_on": DAY,
            "reason": WHY,
        },
        "send",
    )
    vote(system, change, "support", "P102", "P110", "P112", "P113", "P101")
    assert coordinator.state(change) == "consents"
    system.person("P103").act(change, "accept_change")
    return approve_change(system, change)


def approve_change(system, change):
    system.person("P008").act(change, "give_opinion", [("conclusion", "Положение соблюдено.")])
    system.person("P001").act(change, "approve")
    return system.person("P003").link(change, "О ")


def close_network(system):
    """The department closes a network."""
    specialist = system.person("P003")
    change = specialist.begin("network_change")
    network = specialist.choice(change, "network", "Объективная оценка")
    specialist.write(change, {"network": network, "kind": "close"})
    specialist.write(change, {"effective_on": DAY, "reason": WHY}, "send")
    return register(system, approve_change(system, change), report_due="2026-03-02")


def extend_networks(system):
    """The department extends two networks by one order."""
    specialist = system.person("P003")
    order = specialist.begin("order_approval", "extend_networks")
    both = [specialist.choice(order, "networks", name) for name in ("Математика:", "Читательская")]
    return register(
        system, order, networks=both, new_term="2027-08-31", reason="Сети работают ещё год."
    )


def fix_directions(system):
    """The department adds a direction to those of the year."""
    order = system.person("P003").begin("order_approval", "fix_directions")
    row = {"name": "Наставничество молодых педагогов", "ground": "выводы справок года"}
    given = {f"list_of_directions.0.{name}": value for name, value in row.items()}
    return register(system, order, **given)


def fix_statuses(system):
    """The department confirms the statuses of two schools."""
    specialist = system.person("P003")
    order, given = specialist.begin("order_approval", "fix_statuses"), {}
    for number, (school, code) in enumerate((("№ 1 ", "stable"), ("№ 10 ", "low_results"))):
        row = f"statuses.{number}."
        given |= {
            f"{row}school": specialist.choice(order, f"{row}school", school),
            f"{row}code": code,
            f"{row}evidence": "результаты трёх лет",
        }
    return register(system, order, **given)


def create_network(system):
    """A school proposes a network, others agree, the department orders it."""
    head = system.person("P102")
    case = head.begin("network_proposal")
    head.write(
        case,
        {
            "name": "Физика и математика без пробелов",
            "context_note": "В школе № 5 нет учителя физики: нужна удалённая помощь.",
            "directions": [head.choice(case, "directions", "Дистанционные форматы")],
            "members.0.school": head.choice(case, "members.0.school", "СОШ № 5 "),
            "members.0.role": "supported",
            "members.0.need": "Физика в 7–9 классах",
            "members.1.school": head.choice(case, "members.1.school", "СОШ № 3 "),
            "members.1.role": "partner",
        },
        "invite",
    )
    system.person("P105").act(case, "agree")
    system.person("P103").act(case, "agree")
    head.act(case, "submit")
    system.person("P008").act(case, "endorse", [("conclusion", "Условия выполнены.")])
    system.person("P001").act(case, "approve")
    specialist = system.person("P003")
    order = specialist.link(case, "О создании")
    return register(
        system,
        order,
        coordinator=specialist.choice(order, "coordinator", "Гриценко"),
        curator=specialist.choice(order, "curator", "Лебедь"),
        plan_due="2026-03-02",
        report_due="2026-06-15",
    )


def revoke(system, number):
    """The department revokes an order."""
    order = system.person("P003").begin("order_approval", "revoke_order")
    chosen = system.person("P003").choice(order, "revoked", number)
    return register(system, order, revoked=chosen, reason="Перечень утвердят заново.")


@pytest.mark.clause("4.2, 5.2")
def test_a_year_is_lived_page_by_page_and_every_order_comes_out_in_word(system):
    plan = open_plan(system)
    bring_into_force(system, plan)
    report(system, plan)

    orders = {
        "network_create": create_network(system),
        "amend": register(system, add_school(system)),
        "extend": extend_networks(system),
        "close": close_network(system),
        "directions": fix_directions(system),
        "statuses": fix_statuses(system),
    }
    numbers = {kind: paper_of(system, order, kind) for kind, order in orders.items()}
    orders["revoke"] = revoke(system, numbers["directions"])
    numbers["revoke"] = paper_of(system, orders["revoke"], "revoke")

    assert "СОШ № 3 " in system.person("P101").open("/networks/1")
    system.until(lambda: system.person("P201").state(plan) == "outdated")
    assert [int(number[:2]) for number in numbers.values()] == list(range(13, 20))
    journal = re.sub(r"<[^>]+>", "", system.person("P101").open("/orders?year=2026"))
    assert f"отменён приказом № {numbers['revoke']}" in " ".join(journal.split())
