"""The recipe of `workflows/README.md` is a process: the text is loaded, verified and walked."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from engine.people import S06, S16, actor
from services.memory_uow import NOW, MemoryUnitOfWork

from workflow_app.engine.decide import Decision, decide, decide_answer
from workflow_app.engine.drawing import svg
from workflow_app.engine.forms import parse
from workflow_app.engine.passport import passport
from workflow_app.engine.verify import verify
from workflow_app.engine.versions import body_sha256
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import NewCase

README = Path(__file__).parents[2] / "workflows" / "README.md"


@pytest.fixture
def process(tmp_path):
    """Return the process of the recipe, loaded from a file of its own."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "exchange.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("exchange", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["exchange"] = module
    spec.loader.exec_module(module)
    yield module.process
    del sys.modules["exchange"]


def begin(process, **changed):
    head = actor("head_of_s06")
    known = process.prefill(head.capacities[0])
    said = {"other": S16, "subject": "Математика, 8 часов", "since": "2025-09-01"}
    values = {**known, **said, **changed}
    uow = MemoryUnitOfWork({process.key: process})
    work = Interpreter(uow)
    case = work.start(NewCase(process.key, values, S06), "begin", head, parse(process.form, values))
    work.finish()
    return uow, case.id


def act(uow, process, number, action, who):
    decision = decide(
        process, uow.load(number), action, actor(who), None, uow.registers, NOW, uow.today
    )
    if isinstance(decision, Decision):
        work = Interpreter(uow)
        work.apply(uow.load(number), decision, None)
        work.finish()
    return decision


def answer(uow, process, number, key, who, **form):
    values = parse(process.answer(key)[1].form, form) if form else None
    case = uow.load(number)
    answered = decide_answer(
        process, case, key, str(S16), actor(who), values, uow.registers, NOW, uow.today
    )
    work = Interpreter(uow)
    work.answer(case, answered, values)
    work.finish()


def test_recipe_is_sound(process):
    templates = {"exchange": {"школа", "предмет"}}

    assert [str(finding) for finding in verify([process], templates=templates)] == []


def test_recipe_goes_from_a_proposal_to_a_register_row_and_a_paper(process):
    uow, number = begin(process)

    act(uow, process, number, "ask", "head_of_s06")
    answer(uow, process, number, "accept", "head_of_s16")
    act(uow, process, number, "enter", "specialist")

    assert uow.cases[number].state == "entered"
    assert uow.rows[0][:2] == ("exchange", {"school_id": S06, "other_school_id": S16})
    assert uow.documents[0][1].values == {"школа": "school 106", "предмет": "Математика, 8 часов"}


def test_recipe_goes_back_when_the_school_refuses(process):
    uow, number = begin(process)

    act(uow, process, number, "ask", "head_of_s06")
    answer(uow, process, number, "refuse", "head_of_s16", reason="некому вести")

    assert uow.cases[number].state == "drafted"


def test_recipe_refuses_in_russian(process):
    uow, number = begin(process, other=S06)

    refusal = act(uow, process, number, "ask", "head_of_s06")

    assert (refusal.code, refusal.message) == ("same_school", "Выберите другую школу")


def test_recipe_has_a_picture_a_passport_and_a_version(process):
    assert "Ждёт согласия" in svg(process, "asked")
    assert "школы разные" in passport(process)
    assert len(body_sha256(process)) == 64
