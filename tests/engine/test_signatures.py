"""What a signed step accepts as a signature, and how it is called."""

from engine.facts_twin import FactsTwin
from engine.mistakes.small import ballot, small

from workflow_app.engine import Answer, Form, Process, Role
from workflow_app.engine.checks.authority import signing_offices
from workflow_app.engine.passport import described
from workflow_app.engine.signatures import PAPER_SCAN, Accepted, Signature, not_accepted, word

CLERK = Role("clerk", "делопроизводитель", "clerk")
SCANS = Accepted("kinds", words={PAPER_SCAN: "скан бумажного согласия"})


def test_kind_is_called_as_its_step_calls_it():
    assert word(SCANS, PAPER_SCAN) == "скан бумажного согласия"
    assert word(True, PAPER_SCAN) != word(SCANS, PAPER_SCAN)


def test_ballot_calls_a_kind_as_its_signed_answer_does():
    answers = (
        Answer("skip", "Пропустить", "skipped", past="Сделано"),
        Answer("sign", "Да", "yes", signed=SCANS, past="Сделано"),
    )

    assert ballot(answers=answers).signature_word(PAPER_SCAN) == "скан бумажного согласия"
    assert ballot(answers=answers[:1]).signature_word(PAPER_SCAN) == word(False, PAPER_SCAN)


def test_kind_the_municipality_does_not_take_is_refused_with_what_it_takes():
    registers = FactsTwin()
    registers.settings["kinds"] = [PAPER_SCAN]

    assert not_accepted(SCANS, Signature(PAPER_SCAN, 1), registers) is None
    refusal = not_accepted(SCANS, Signature(), registers)

    assert refusal.code == "signature_kind"
    assert "скан бумажного согласия" in refusal.message


def test_passport_names_the_setting_that_lists_the_kinds():
    process = Process("paper", "Бумага", version=1, form=Form)
    drafted = process.state("drafted", "Черновик", no_deadline="-", unlimited="-")
    signed = process.final("signed", "Подписано")
    process.start("begin", "Начать", drafted, by=CLERK, past="Начато")
    process.move("put_name", "Подписать", drafted, signed, by=CLERK, signed=SCANS, past="Сделано")

    (line,) = [line for line in described(process).actions if line.title == "Подписать"]

    assert any("настройка kinds" in text for text in (*line.conditions, *line.effects))


def test_step_without_a_signature_takes_any():
    assert not_accepted(False, Signature(), FactsTwin()) is None


def test_offices_that_sign_are_those_of_signed_steps_and_of_the_voters_of_signed_answers():
    process, draft, done = small()
    assert signing_offices(process) == frozenset()
    process.ask(ballot(answers=(Answer("sign", "Да", "agreed", signed=True, past="Сделано"),)))
    assert signing_offices(process) == {"school_head"}
    process.move("stamp", "Подписать", draft, done, by=CLERK, signed=True, past="Сделано")
    assert signing_offices(process) == {"school_head", "clerk"}
