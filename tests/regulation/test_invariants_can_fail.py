"""Each of the twelve invariants notices what is written past the engine (dossier 7.7)."""

import datetime as dt
from operator import itemgetter

import pytest
from reports import advised, with_a_small_group
from sqlalchemy import insert, select, update
from stories import done, to_number
from visit_story import FINDING, found

from workflow_app.bootstrap import PROMISES
from workflow_app.store.models.directory import Position
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.instances import (
    BallotRow,
    Deadline,
    History,
    Instance,
    VoteRow,
    WorkItem,
)
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.models.registers import JournalEntry, RegisterEntry
from workflow_app.store.operations import invariants
from workflow_app.store.read_models import networks
from workflow_app.store.registers.writing import Cause
from workflows.registers.findings import FINDINGS
from workflows.registers.recommendations import RECOMMENDATIONS
from workflows.registers.statuses import STATUSES_OF_YEAR

pytestmark = pytest.mark.shipped

PROPOSAL, ORDER, PLAN, ACTIVITY = (
    "network_proposal",
    "order_approval",
    "annual_plan",
    "plan_activity",
)
GRID, ADVICE = "school_indicators", "recommendation_follow_up"
CLOSED = "77,8 %"
LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district with a network founded by an order, a plan lived by, a report approved."""
    opened = sqlite_maker.open("2025-08-28")
    to_number(opened)
    opened.at("2025-09-10")
    found(opened, held_on="2025-09-11")
    report = with_a_small_group(opened)
    (recommended,) = advised(opened, report)
    done(opened.act("P117", recommended, "accept_advice"))
    opened.carry_out()
    yield opened
    opened.close()


class Hand:
    """Writes into tables past the engine."""

    def __init__(self, uow):
        self.uow = uow

    def all(self, model, **where):
        table = model.__table__
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        query = query.order_by(*table.primary_key)
        return [dict(row) for row in self.uow.connection.execute(query).mappings()]

    def find(self, model, **where):
        """Return the newest row of a table."""
        return self.all(model, **where)[-1]

    def put(self, model, row, **values):
        """Change a row."""
        table = model.__table__
        key = next(iter(table.primary_key))
        self.uow.connection.execute(update(table).where(key == row[key.name]).values(values))

    def copy(self, model, row):
        """Write a row a second time."""
        values = {name: value for name, value in row.items() if name not in ("id", "open_key")}
        self.uow.connection.execute(insert(model.__table__).values(values))

    def say(self, register, row_id, **values):
        """Change what a row of a declared register says on all its days."""
        periods = self.uow.tables[register.key].periods
        of_row = update(periods).where(periods.c.row_id == row_id)
        self.uow.connection.execute(of_row.values(values))

    def memberships(self, role):
        """Return what orders said of schools of a role."""
        said = networks.written(self.uow.connection)
        return sorted((one for one in said if one["role"] == role), key=itemgetter("id"))

    def enter_member(self, like, school):
        """Let a school be another base of a network, from the day of another membership on."""
        values = {"network": like["network"], "school": school, "role": "base"}
        cause = Cause(self.uow.today, reason="по ошибке")
        self.uow.registers.enter("membership", 1, cause, values, like["effective_on"])
        self.uow.registers.settle()

    def order(self):
        return self.find(Instance, process=ORDER, state="registered")

    def line(self, process, action):
        """Return the line of a step of a process."""
        (case, *_) = self.all(Instance, process=process)
        return self.find(History, instance_id=case["id"], action=action)


def said(district, plant):
    """Return what does not hold once something was planted, and forget it."""

    class Told(Exception):  # noqa: N818 the way out of a transaction that shall not stay
        pass

    def work(uow):
        plant(Hand(uow))
        raise Told(invariants.broken(uow, PROMISES))

    with pytest.raises(Told) as told:
        district.container.transact(work)
    return told.value.args[0]


PLANTS = {}


def plant(number, sentence):
    """Remember what is planted under the invariant that has to notice it."""

    def remember(write):
        name = write.__name__.strip("_").replace("_", " ")
        PLANTS[f"{number}: {name}"] = write, sentence
        return write

    return remember


@plant(1, "не опирается на приказ")
def _membership_before_its_order(hand):
    hand.put(RegisterEntry, hand.find(RegisterEntry, register="membership"), registered_on=LONG_AGO)


@plant(1, "опирается на чужой номер")
def _membership_by_the_order_of_another_case(hand):
    (other, *_) = (row for row in hand.all(JournalEntry) if row["instance_id"] is None)
    entry = hand.find(RegisterEntry, register="membership", instance_id=hand.order()["id"])
    hand.put(RegisterEntry, entry, order_entry_id=other["id"], registered_on=dt.date(2030, 1, 1))


@plant(1, "создана без номера приказа")
def _network_without_an_order(hand):
    founding = hand.find(RegisterEntry, register="network", word="enter")
    hand.put(RegisterEntry, founding, order_entry_id=None)


@plant(2, "не одна базовая школа")
def _second_base(hand):
    helped = hand.memberships("supported")[-1]
    hand.enter_member(helped, helped["school"])


@plant(2, "базовая в двух сетях")
def _base_of_two_networks(hand):
    first, *_, last = hand.memberships("base")
    hand.uow.registers.end(
        "membership",
        1,
        (last["network"], last["school"]),
        Cause(hand.uow.today),
        last["effective_on"],
    )
    hand.enter_member(last, first["school"])


@plant(2, "не стабильна")
def _base_that_is_not_stable(hand):
    (base,) = (one for one in hand.memberships("base") if one["instance_id"] == hand.order()["id"])
    registers, key = hand.uow.registers, STATUSES_OF_YEAR.key
    for row in hand.uow.facts(1).of(STATUSES_OF_YEAR).find(school=base["school"]):
        cause = Cause(hand.uow.today, reason="без акта")
        registers.end(key, 1, row.id, cause, row.valid_from)
    registers.settle()


@plant(3, "пропуск или повтор номера")
def _number_left_out(hand):
    hand.put(JournalEntry, hand.find(JournalEntry), number=999)


@plant(3, "не стоит в журнале")
def _number_of_no_journal(hand):
    hand.put(Instance, hand.find(Instance, process=ADVICE), number="1-од")


@plant(3, "изменён после регистрации")
def _other_text_of_a_registered_order(hand):
    order = hand.order()
    hand.put(Instance, order, data={**order["data"], "network_name": "Другая"})


@plant(3, "файл")
def _other_bytes_of_a_file(hand):
    hand.put(StoredFile, hand.find(StoredFile), content=b"other")


@plant(4, "не согласна")
def _consent_that_was_never_given(hand):
    ballot = hand.find(BallotRow, key="consents")
    hand.put(VoteRow, hand.find(VoteRow, ballot_id=ballot["id"]), status="declined")


@plant(4, "не спросили")
def _school_nobody_asked(hand):
    order = hand.order()
    members = [*order["data"]["members"], {"school": 1, "role": "supported"}]
    hand.put(Instance, order, data={**order["data"], "members": members})


@plant(4, "нет визы")
def _visa_that_objects(hand):
    ballot = hand.find(BallotRow, key="visas")
    hand.put(VoteRow, hand.find(VoteRow, ballot_id=ballot["id"]), status="objected")


@plant(5, "действует 2 плана")
def _second_plan_in_force(hand):
    hand.copy(Instance, hand.find(Instance, process=PLAN))


@plant(5, "не такая, как проведена")
def _done_row_rewritten(hand):
    plan, activity = hand.find(Instance, process=PLAN), hand.find(Instance, state="done")
    rows = [
        {**row, "title": "Другое"} if row["key"] == activity["fan_key"] else row
        for row in plan["data"]["activities"]
    ]
    hand.put(Instance, plan, data={**plan["data"], "activities": rows})


@plant(5, "было проведено")
def _done_activity_undone(hand):
    hand.put(Instance, hand.find(Instance, process=ACTIVITY, state="done"), state="planned")


@plant(6, "автором")
def _approval_by_the_author(hand):
    author = hand.line(PROPOSAL, "create")["person_id"]
    hand.put(History, hand.line(PROPOSAL, "approve"), person_id=author)


@plant(6, "тем же человеком")
def _report_accepted_by_who_submitted(hand):
    report = hand.find(Instance, process="year_end_report")
    submitted = hand.find(History, instance_id=report["id"], action="submit")
    accepted = hand.find(History, instance_id=report["id"], action="accept_report")
    hand.put(History, accepted, person_id=submitted["person_id"])


@plant(6, "не той должностью")
def _signature_by_the_clerk(hand):
    clerk = hand.find(Position, role="clerk")
    hand.put(History, hand.line(ORDER, "sign"), position_id=clerk["id"])


def _open(hand, model):
    return next(row for row in hand.all(model) if row["closed_at"] is None and not row["ballot"])


def _close_all(hand, model):
    """Close every row of the case of one that is open."""
    for row in hand.all(model, instance_id=_open(hand, model)["instance_id"]):
        hand.put(model, row, closed_at=hand.uow.now)


@plant(7, "без срока")
def _deadlines_that_closed_by_themselves(hand):
    _close_all(hand, Deadline)


@plant(7, "остался от прежнего состояния")
def _deadline_of_a_state_that_was_left(hand):
    hand.put(Deadline, _open(hand, Deadline), state="elsewhere")


@plant(7, "срок открыт")
def _deadline_of_a_case_that_ended(hand):
    ended = hand.find(Instance, process=PROPOSAL, state="enacted")
    hand.put(Deadline, _open(hand, Deadline), instance_id=ended["id"], state="enacted")


@plant(7, "задача осталась")
def _work_of_a_state_that_was_left(hand):
    hand.put(WorkItem, _open(hand, WorkItem), state="elsewhere")


@plant(7, "задачи нет ни у кого")
def _work_that_nobody_has(hand):
    _close_all(hand, WorkItem)


@plant(8, "строка изменена")
def _line_rewritten(hand):
    hand.put(History, hand.line(PROPOSAL, "approve"), title="Другое")


@plant(8, "история прерывается")
def _line_from_another_state(hand):
    hand.put(History, hand.line(PROPOSAL, "approve"), from_state="draft")


@plant(8, "история кончается")
def _state_without_a_line(hand):
    hand.put(Instance, hand.order(), state="signed")


@plant(8, "шагов в истории не столько")
def _step_without_a_line(hand):
    order = hand.order()
    hand.put(Instance, order, steps={**order["steps"], "sign": [2, []]})


@plant(9, "заведено 2 раза")
def _activity_begun_twice(hand):
    hand.copy(Instance, hand.find(Instance, process=ACTIVITY))


@plant(9, "не исполнено поручений")
def _effect_left_undone(hand):
    hand.put(OutboxMessage, hand.find(OutboxMessage), done_at=None)


@plant(9, "не напечатано документов")
def _paper_without_a_file(hand):
    hand.put(Document, hand.find(Document), file_sha256=None)


@plant(9, "открытых сбоев")
def _incident_nobody_resolved(hand):
    failed = {"municipality_id": 1, "kind": "render", "message": "нет шаблона"}
    hand.uow.connection.execute(
        insert(Incident.__table__).values(failed | {"opened_at": hand.uow.now})
    )


@plant(10, "в реестре")
def _recommendation_in_two_places(hand):
    hand.say(
        RECOMMENDATIONS, hand.find(Instance, process=ADVICE)["data"]["recommendation"], state="done"
    )


@plant(10, "строки в плане нет")
def _recommendation_carried_nowhere(hand):
    case = hand.find(Instance, process=ADVICE)
    hand.put(Instance, case, state="carried")
    hand.say(RECOMMENDATIONS, case["data"]["recommendation"], state="carried")


@plant(10, "замечание 1/2025-1 в «being_mended»")
def _finding_mended_in_the_register_alone(hand):
    hand.say(FINDINGS, hand.find(Instance, process=FINDING)["data"]["finding"], state="mended")


@plant(10, "срок 2025-12-15, в реестре иначе")
def _finding_due_on_two_days(hand):
    due_on = dt.date(2025, 12, 1)
    hand.say(FINDINGS, hand.find(Instance, process=FINDING)["data"]["finding"], due_on=due_on)


def _printed(hand, change):
    """Change the values of a report's paper."""
    paper = hand.find(Document, paper="year_report")
    hand.put(Document, paper, field_values=change(paper["field_values"]))


@plant(11, "не то, что внесла школа")
def _figure_nobody_counted(hand):
    def change(values):
        tables = [
            {
                **table,
                "строки": [
                    {**line, "факт": "1,5 %"} if "%" in line["факт"] else line
                    for line in table["строки"]
                ],
            }
            for table in values["показатели"]
        ]
        return {**values, "показатели": tables}

    _printed(hand, change)


@plant(12, f"закрытое «{CLOSED}»")
def _figure_of_a_small_group_in_words(hand):
    _printed(hand, lambda values: {**values, "проблемы": f"Учились {CLOSED} учителей школы."})


@plant(12, "может открыть другая школа")
def _grid_open_to_another_school(hand):
    ours, other = hand.all(Instance, process=GRID)[:2]
    both = [*ours["parties"]["school"], *other["parties"]["school"]]
    hand.put(Instance, ours, parties={**ours["parties"], "school": both})


def test_everything_holds_before_anything_is_planted(district):
    assert district.broken(at_rest=True) == []


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_planted_is_noticed(district, name):
    write, sentence = PLANTS[name]
    found = said(district, write)
    assert any(sentence in one for one in found), found


def test_a_composition_told_otherwise_than_by_its_orders_is_noticed(district, monkeypatch):
    """1: both sides read what the same orders said, so it is the reading that is made to err."""
    told = networks.members_of
    monkeypatch.setattr(networks, "members_of", lambda *asked: told(*asked)[1:])
    assert any("не следует из приказов" in one for one in district.broken())


def test_a_page_that_tells_a_small_group_is_noticed(district, monkeypatch):
    """12: pages are made of the same registers, so it is the page that is made to tell."""
    monkeypatch.setattr(invariants, "told", lambda *_: f"№ 16: {CLOSED}")
    assert any("страница справки" in one for one in district.broken())


def test_every_invariant_is_planted_against():
    """The numbers of 7.7 stand before the promise of each function."""
    asked = (*invariants.INVARIANTS, *invariants.AT_REST, *PROMISES)
    promised = {one.__doc__.split(":")[0] for one in asked}
    assert promised == {str(number) for number in range(1, 13)}
    assert {name.split(":")[0] for name in PLANTS} == promised
