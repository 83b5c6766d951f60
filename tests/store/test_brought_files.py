"""A file somebody brought goes with her own step alone, whatever kind of step it is."""

from dataclasses import replace

import pytest

from workflow_app.documents import gate
from workflow_app.engine import Answer, Ballot, File, Form, Process, Role, Voter, at_least, field
from workflow_app.services.cases import acting
from workflow_app.services.cases.acting import Intent
from workflow_app.store.documents import uploads
from workflow_app.store.models.documents import Upload

PDF = b"%PDF-1.7 a scan"
HEAD = Role("head", "директор", "school_head")


class Brought(Form):
    """A step that brings a file."""

    scan: File = field("Скан", optional=True)


def heads(_case, _facts):
    return [Voter("all", "school_head", None)]


def process():
    ballot = Ballot(
        "question",
        "Опрос",
        heads,
        voter_title="директор",
        yes=("yes",),
        need=at_least(1),
        answers=(Answer("say_yes", "Да", "yes", form=Brought, past="Сделано"),),
    )
    made = Process("brought", "Файлы", version=1, form=Brought, readers=(HEAD,))
    asking = made.state("asking", "Идёт опрос", ballot=ballot)
    answered = made.state("answered", "Ответили", no_deadline="проба")
    made.start("ask", "Спросить", asking, by=HEAD, do=[ballot.open], past="Сделано")
    made.when("complete", "Ответили", ballot.passed, asking, answered)
    made.move(
        "show",
        "Показать",
        answered,
        made.final("shown", "Показано"),
        by=HEAD,
        form=Brought,
        past="Сделано",
    )
    return made


@pytest.fixture
def district(sqlite_district):
    opened = sqlite_district("2025-08-28")
    known = process()
    opened.container = replace(opened.container, processes={known.key: known})
    return opened


@pytest.fixture
def bring(district):
    """Return a function: a person brings a file that belongs to no case yet."""

    def keep(person):
        who = district.people[person]
        return district.container.transact(
            lambda uow: uploads.keep(uow, who, "скан.pdf", gate.accept("скан.pdf", PDF))
        )

    return keep


def begin(district, person, **values):
    who = district.people[person]
    return district.container.transact(lambda uow: acting.start(uow, who, "brought", values))


def step(district, person, case, action, **values):
    intent = Intent(case, action, values)
    return district.container.transact(lambda uow: acting.act(uow, district.people[person], intent))


def test_a_step_of_any_kind_takes_no_file_of_another(district, bring):
    theirs = bring("P103")
    assert begin(district, "P101", scan=theirs).code == "file_unknown"
    case = begin(district, "P101").instance_id
    assert step(district, "P101", case, "say_yes", scan=theirs).code == "file_unknown"
    assert step(district, "P101", case, "say_yes").state == "answered"
    assert step(district, "P101", case, "show", scan=theirs).code == "file_unknown"


def test_a_file_belongs_to_the_case_of_its_step(district, bring):
    brought = [bring("P101") for _ in range(3)]
    case = begin(district, "P101", scan=brought[0]).instance_id
    step(district, "P101", case, "say_yes", scan=brought[1])
    step(district, "P101", case, "show", scan=brought[2])
    assert {row["instance_id"] for row in district.rows(Upload)} == {case}
