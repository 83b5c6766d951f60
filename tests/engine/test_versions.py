"""Versions: the body and its hash, what a new body changes, when the version must rise."""

import datetime as dt
import json
import subprocess
import sys
from fractions import Fraction

import pytest
from engine.mistakes.small import CLERK, SOON, ballot, small

import workflows
from workflow_app.engine import (
    Case,
    Facts,
    Form,
    Line,
    Process,
    Refusal,
    Setting,
    at_most,
    field,
    says,
)
from workflow_app.engine.checks.source import scope
from workflow_app.engine.versions import body, body_sha256, check_version, compare, sha256_of


def test_body_is_json_and_the_same_every_time():
    for process in workflows.PROCESSES:
        assert json.loads(json.dumps(body(process))) == body(process)
        assert body_sha256(process) == sha256_of(body(process))


@pytest.mark.shipped
def test_hash_is_the_same_in_another_run_of_python():
    program = (
        "import workflows; from workflow_app.engine.versions import body_sha256; "
        "print(*map(body_sha256, workflows.PROCESSES))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": "."},
    )

    assert run.stdout.split() == [body_sha256(process) for process in workflows.PROCESSES]


def test_process_names_itself_and_its_version_alone():
    assert repr(small(version=2)[0]) == "<Process toy 2>"


def test_version_and_place_of_a_declaration_do_not_count():
    one, _, _ = small()
    two, _, _ = small(version=2)

    assert body_sha256(one) == body_sha256(two)


def test_what_a_declaration_leaves_unsaid_is_not_in_the_body():
    process, _, _ = small()
    described = body(process)
    (start, *_) = described["transitions"]

    assert {"key", "title", "kind", "ways"} <= start.keys()
    assert not {"guards", "signed", "unlimited"} & start.keys()
    assert "confidential" not in described
    assert not any("optional" in item for item in described["forms"][process.form.__name__])


def guard(_case: Case, _facts: Facts) -> Refusal | None:
    """Refuse nothing."""
    return helper("а")


def helper(word):
    return None if word else Refusal("no", WORDS["no"])


WORDS = {"no": "Нет"}
DAYS = frozenset({dt.date(2025, 9, 1), dt.date(2025, 9, 2)})
SHARE = Fraction(2, 3)


def nothing(case, _facts):
    return case.today in DAYS and SHARE


def with_move(**declared):
    process, draft, done = small()
    process.move("send", "Отправить", draft, done, by=CLERK, **declared, past="Сделано")
    return process


def limited(most):
    return with_move(if_=[at_most("send", most, instead="Хватит")])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (small()[0], with_move()),
        (with_move(), with_move(if_=[guard])),
        (with_move(), with_move(signed=True)),
        (limited(3), limited(4)),
        (limited(3), limited(Setting("A-15"))),
        (with_move(if_=[nothing]), with_move(if_=[lambda _c, _f: ()])),
    ],
)
def test_other_body_has_another_hash(one, other):
    assert body_sha256(one) != body_sha256(other)


def test_helper_and_the_words_it_reads_belong_to_the_body(monkeypatch):
    process = with_move(if_=[guard])
    before = body(process)["functions"]
    monkeypatch.setitem(WORDS, "no", "Ни за что")

    after = body(process)["functions"]

    assert {"guard", "helper"} <= before.keys()
    assert before["guard"] == after["guard"]
    assert before["helper"] != after["helper"]


def test_function_without_a_source_is_hashed_by_its_code():
    def made(text):
        space = {"__name__": "nowhere"}
        exec(text, space)  # noqa: S102 (a function no file holds)
        return with_move(if_=[space["guard"]])

    text = (
        "def guard(case, facts):\n    return {w() for w in [lambda: 1]} if case in {1, 'x'} else "
    )

    assert body_sha256(made(text + "2")) == body_sha256(made(text + "2"))
    assert body_sha256(made(text + "2")) != body_sha256(made(text + "3"))


def test_two_functions_of_one_name_both_count():
    def named(result):
        def same(_case, _facts):
            return result

        return same

    one = with_move(if_=[named(None), named(())])
    other = with_move(if_=[named(None), named("x")])

    assert body_sha256(one) != body_sha256(other)


def test_two_forms_of_one_name_are_both_described():
    def form(title):
        class Twin(Form):
            """A form of a name that two files use."""

            name: Line = field(title)

        return Twin

    process, draft, done = small()
    process.move("one", "Раз", draft, done, by=CLERK, form=form("Первое"), past="Сделано")
    process.move("two", "Два", draft, done, by=CLERK, form=form("Второе"), past="Сделано")

    assert {"Twin", "Twin_2"} <= body(process)["forms"].keys()


def test_days_and_shares_a_guard_reads_belong_to_the_body(monkeypatch):
    process = with_move(if_=[nothing])
    before = body_sha256(process)
    monkeypatch.setitem(nothing.__globals__, "SHARE", Fraction(1, 3))
    scope.cache_clear()

    assert body_sha256(process) != before


def test_what_cannot_be_spelled_is_refused():
    process = with_move(do=[object()])

    with pytest.raises(TypeError, match="object"):
        body(process)


# ---------------------------------------------------------------- differences


class Fuller(Form):
    """The form of the small process with one field more, and one fewer."""

    title: Line = field("Заголовок")
    note: Line = field("Пометка", optional=True)
    mark: Line = field("Отметка", hidden=True)


Fuller.__name__ = "Empty"


def changed():
    process = Process("toy", "Игрушка", version=2, form=Fuller, readers=(CLERK,))
    draft = process.state("drafted", "Набросок", due=SOON)
    process.start("begin", "Начать", draft, by=CLERK, past="Начато")
    process.move(
        "end", "Завершить", draft, process.final("over", "Завершено"), by=CLERK, past="Сделано"
    )
    return process


def test_new_version_says_what_running_cases_would_notice():
    old = with_move(if_=[guard])
    old.ask(ballot())

    found = {(item.code, item.key): item for item in compare(body(old), body(changed()))}

    assert set(found) == {
        ("state_vanished", "done"),
        ("state_renamed", "drafted"),
        ("action_vanished", "finish"),
        ("action_vanished", "send"),
        ("ballot_vanished", "consent"),
        ("function_vanished", "guard"),
        ("function_vanished", "helper"),
        ("function_vanished", "heads"),
        ("field_required", "Empty.title"),
        ("field_vanished", "Empty.name"),
    }
    assert found["state_renamed", "drafted"].message == (
        "Состояние «Черновик» теперь называется «Набросок»"
    )


def test_same_body_changes_nothing():
    described = body(workflows.PROCESSES[0])

    assert compare(described, described) == []


def test_optional_field_that_becomes_required_must_be_filled():
    old = body(changed())
    new = json.loads(json.dumps(old))
    next(item for item in new["forms"]["Empty"] if item["name"] == "note")["optional"] = False

    assert [item.key for item in compare(old, new)] == ["Empty.note"]


def test_new_form_asks_nothing_of_running_cases():
    process, draft, done = small()
    before = body(process)
    process.move("rename", "Назвать", draft, done, by=CLERK, form=changed().form, past="Сделано")

    assert compare(before, body(process)) == []


@pytest.mark.parametrize(
    ("version", "sha256", "code"),
    [
        (1, None, None),
        (1, "another", "version_not_raised"),
        (0, "another", None),
        (2, "another", "version_not_raised"),
    ],
)
def test_version_must_rise_when_the_body_changes(version, sha256, code):
    process, _, _ = small()

    finding = check_version(version, sha256 or body_sha256(process), process)

    assert (finding and finding.code) == code
    assert finding is None or "поднимите version" in finding.message


def test_guard_may_say_what_the_passport_prints():
    @says("всё в порядке")
    def fine(_case, _facts):
        """Refuse nothing."""

    assert fine.title == "всё в порядке"
