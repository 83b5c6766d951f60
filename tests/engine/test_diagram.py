"""The picture of a process: graph, rail, drawing."""

import re
from xml.etree import ElementTree as ET

import pytest
from engine.mistakes.small import CLERK, SOON, small
from engine.toys import item, plan

import workflows
from workflow_app.engine import Process
from workflow_app.engine.diagram import graph, main_path
from workflow_app.engine.drawing import WIDTH, layout, svg, wrap

ALL = [*workflows.PROCESSES, plan, item, small()[0]]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
def test_every_state_and_way_is_in_the_graph(process):
    drawn = graph(process)

    assert {node.key for node in drawn.nodes} == process.states.keys()
    assert {link.action for link in drawn.links} == {t.key for t in process.transitions}


@pytest.mark.shipped
def test_rail_is_the_way_a_case_is_meant_to_go():
    titles = [
        [process.states[key].title for key in main_path(process)]
        for process in workflows.PROCESSES[:2]
    ]

    assert titles[0][0] == "Черновик"
    assert titles[0][-1] == "Сеть создана"
    assert titles[1][-1] == "Зарегистрирован"


def test_rail_passes_by_a_longer_way_through_refusal():
    process = Process("toy", "Игрушка", version=1, form=plan.form)
    asked = process.state("asked", "Ждёт ответа", due=SOON)
    declined = process.state("declined", "Отклонено", due=SOON)
    agreed = process.state("agreed", "Принято", due=SOON)
    done = process.final("done", "Сделано")
    process.start("ask", "Спросить", asked, by=CLERK, past="Сделано")
    process.move("agree", "Принять", asked, agreed, by=CLERK, style="primary", past="Сделано")
    process.move("decline", "Отклонить", asked, declined, by=CLERK, past="Сделано")
    process.move(
        "uphold", "Оставить в силе", declined, agreed, by=CLERK, style="primary", past="Сделано"
    )
    process.move("finish", "Закончить", agreed, done, by=CLERK, past="Закончено")

    assert main_path(process) == ("asked", "agreed", "done")


def test_state_aside_is_no_station():
    process = Process("toy", "Игрушка", version=1, form=plan.form)
    going = process.state("going", "Действует", due=SOON)
    paused = process.state("paused", "Приостановлено", due=SOON, aside=True)
    done = process.final("done", "Сделано")
    process.start("begin", "Начать", going, by=CLERK, past="Начато")
    process.move("pause", "Приостановить", going, paused, by=CLERK, past="Сделано")
    process.move("go_on", "Продолжить", paused, going, by=CLERK, past="Сделано")
    process.move("finish", "Закончить", [going, paused], done, by=CLERK, past="Закончено")

    assert main_path(process) == ("going", "done")


@pytest.mark.shipped
def test_rail_of_a_recommendation_leads_to_its_fulfilment():
    advice = next(p for p in workflows.PROCESSES if p.key == "recommendation_follow_up")

    titles = [advice.states[key].title for key in main_path(advice)]

    assert titles[:2] == ["Ждёт ответа адресата", "Принята, ждёт плана"]
    assert titles[-1] == "Выполнена"


def test_process_without_states_has_no_rail():
    assert main_path(Process("toy", "Игрушка", version=1, form=plan.form)) == ()


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
def test_drawing_is_well_formed_and_carries_no_style_or_script(process):
    states = list(process.states)
    text = svg(process, states[1], states[:1])

    root = ET.fromstring(text)  # noqa: S314 (our own drawing)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == f"Схема процесса «{process.title}»"
    assert f"Сейчас: {process.states[states[1]].title}." in root.find(f"{SVG}desc").text
    assert not re.search(r"style|script|\son\w+=|href", text)


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
def test_nothing_is_drawn_over_anything_else(process):
    plan_of = layout(graph(process))

    for one, other in zip(plan_of.cards, plan_of.cards[1:], strict=False):
        assert one.y + one.height < other.y
    for card in plan_of.cards:
        assert card.x + card.width < WIDTH
        assert all(card.y < row.y < card.y + card.height for row in card.rows)
    lanes = plan_of.lanes
    for number, lane in enumerate(lanes):
        for other in lanes[number + 1 :]:
            if lane.number == other.number:
                assert lane.high <= other.low or other.high <= lane.low


def test_current_state_is_marked_and_passed_ones_are_ticked():
    root = ET.fromstring(svg(plan, "voting", ["drafted", "abandoned"]))  # noqa: S314
    groups = {
        group.find(f"{SVG}text").text: group.get("class").split()
        for group in root.iter(f"{SVG}g")
        if "diagram-state" in group.get("class")
    }

    assert "is-current" in groups["Голосование"]
    assert "is-passed" in groups["Черновик"]
    assert "is-passed" in groups["Снят"]
    assert not {"is-current", "is-passed"} & set(groups["Действует"])


def test_drawing_without_a_case_marks_nothing():
    text = svg(plan)

    assert "is-current" not in text
    assert "Сейчас" not in text


def test_titles_of_people_are_escaped():
    process, draft, _ = small()
    there = process.state("there", "<b>&Там</b>", due=SOON)
    process.move("go", "Туда", draft, there, by=CLERK, past="Сделано")

    assert "&lt;b&gt;&amp;Там&lt;/b&gt;" in svg(process)


def test_empty_process_is_drawn_as_nothing():
    text = svg(Process("toy", "Игрушка", version=1, form=plan.form))

    assert "diagram-state" not in text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("один два три", ("один два", "три")),
        ("сверхдлинноеслово да", ("сверхдлинноеслово", "да")),
        ("", ()),
    ],
)
def test_words_are_wrapped(text, lines):
    assert wrap(text, 9) == lines
