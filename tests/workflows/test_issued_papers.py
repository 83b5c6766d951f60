"""The papers of a whole story, from the proposal to the acknowledged order, as Word shows them."""

from io import BytesIO
from pathlib import Path

import docx
import pytest
from paper_story import NETWORK, Story, order_of, propose

from workflow_app.documents.papers import Papers
from workflow_app.engine.refusals import Refusal
from workflow_app.services.cases.acting import Intent, act, start
from workflows import PROCESSES
from workflows.wording import GAP

TEMPLATES = Path(__file__).parents[2] / "document_templates"
PAPERS = {paper.key: paper for process in PROCESSES for paper in process.papers.values()}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The whole story, told once."""
    told = Story(f"sqlite:///{tmp_path_factory.mktemp('story') / 'district.db'}")
    told.case = propose(told)
    told.order = order_of(told, told.case)
    told.acts_on(told.order, "P004", "register")
    told.acts_on(told.order, "P102", "acknowledge")
    told.acts_on(told.order, "P105", "acknowledge")
    told.acts_on(told.order, "P103", "acknowledge")
    yield told
    told.database.engine.dispose()


@pytest.fixture(scope="module")
def papers(story):
    """Every issued document rendered: paper → its editions, oldest first."""
    rendered = {}
    container = Papers(TEMPLATES)
    for document in story.issued():
        content, _ = container.render(document.template, document.values)
        rendered.setdefault(document.paper, []).append(docx.Document(BytesIO(content)))
    return rendered


def lines(document):
    """Return the paragraphs with no-break spaces read as spaces."""
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return text.replace("\u00a0", " ").split("\n")


def rows(table):
    """Return the cells of a table without its header."""
    return [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows[1:]]


def leaves(value, name=""):
    """Return the field names of values, as a template lists them."""
    if isinstance(value, dict):
        return {
            leaf
            for key, item in value.items()
            for leaf in leaves(item, f"{name}.{key}".lstrip("."))
        }
    if isinstance(value, list):
        return {leaf for item in value for leaf in leaves(item, f"{name}[]")}
    return {name}


@pytest.mark.parametrize("key", sorted(PAPERS))
def test_declared_fields_are_the_fields_of_the_template(key):
    paper = PAPERS[key]
    assert len(set(paper.fields)) == len(paper.fields)
    assert set(paper.fields) == Papers(TEMPLATES).template(paper.template).fields


def test_values_fill_declared_fields_and_no_others(story):
    empty_lists = {"показатели"}
    for document in story.issued():
        declared = set(PAPERS[document.paper].fields)
        filled = leaves(document.values)
        assert filled - declared == set(), document.paper
        lists = {field.split("[")[0] for field in declared - filled}
        blank = {name for name in lists if document.values.get(name) == []}
        assert lists == blank, (document.paper, declared - filled)
        assert blank <= empty_lists | {"замечания", "исключённые", "ресурсы"}


def test_every_paper_is_issued_when_its_step_is_taken(story):
    assert [(document.paper, document.state) for document in story.issued()] == [
        ("consent", "ready"),
        ("consent_protocol", "ready"),
        ("consent", "submitted"),
        ("proposal", "submitted"),
        ("imc_opinion", "dept_review"),
        ("order_create", "draft"),
        ("order_create", "on_agreement"),
        ("agreement_sheet", "on_signature"),
        ("order_create", "signed"),
        ("agreement_sheet", "signed"),
        ("order_create", "registered"),
        ("agreement_sheet", "registered"),
        ("ack_sheet", "registered"),
        ("ack_sheet", "registered"),
    ]


def test_file_names_carry_numbers_and_no_names_of_people(story):
    names = [document.file_name for document in story.issued()]
    assert names[:6] == [
        "Согласия школ З-2025-001",
        "Протокол согласий З-2025-001",
        "Согласия школ З-2025-001",
        "Заявка З-2025-001",
        "Заключение методического центра З-2025-001",
        "Приказ (проект)",
    ]
    assert names[-4:] == [
        "Приказ 291-од от 28.08.2025",
        "Лист согласования 291-од",
        "Лист ознакомления 291-од",
        "Лист ознакомления 291-од",
    ]


def test_proposal_goes_to_the_acting_head_in_stored_cases(papers):
    (proposal,) = papers["proposal"]
    said = lines(proposal)
    assert "И.о. начальника отдела образования" in said
    assert "Дьяченко О.П." in said
    assert "от директора МКОУ СОШ № 2 с. Левокумское" in said
    assert "от 28.08.2025\t№ З-2025-001" in said
    assert "Статус: стабильные результаты (приказ отдела образования от 21.08.2025" in "\n".join(
        said
    )
    assert "Директор МКОУ СОШ № 2 с. Левокумское\tА.И. Гриценко" in said
    assert rows(proposal.tables[0])[0][1:] == [
        "МКОУ СОШ № 5 п. Заря",
        "поддерживаемая школа",
        "школа с низкими результатами обучения (ШНОР)",
        "подготовка к ОГЭ по математике",
    ]
    assert rows(proposal.tables[1])[0] == ["МКОУ СОШ № 2 с. Левокумское", "44", "615", "–"]


def test_proposal_leaves_out_the_coordinator_that_the_school_does_not_have(papers):
    (proposal,) = papers["proposal"]
    said = lines(proposal)
    assert "7. Ресурсы базовой школы" in said
    assert "8. Срок действия сети" in said
    assert "9. Согласия школ" in said
    assert GAP not in "\n".join(said)


def test_protocol_names_who_answered_and_on_what_terms(papers):
    (protocol,) = papers["consent_protocol"]
    assert [row[2:] for row in rows(protocol.tables[0])] == [
        ["согласна", "28.08.2025", "Гриценко А.И.", ""],
        ["согласна", "28.08.2025", "Кузьмина-Лозовая Т.О.\nпростая подпись", ""],
        [
            "согласна с условиями",
            "28.08.2025",
            "Белая С.Ю.\nпростая подпись",
            "Только дистанционно",
        ],
    ]
    assert "Приглашено школ: 2. Согласились: 2. Требуется не менее: 2." in lines(protocol)


@pytest.mark.clause("1.5")
def test_each_school_has_a_page_of_its_own_with_its_terms_and_its_own_signature(papers):
    first, last = papers["consent"]
    assert [rows(table)[-1][1] for table in first.tables] == [
        "без условий",
        "Только дистанционно.\nБазовая школа этих условий ещё не приняла.",
    ]
    said = lines(last)
    assert rows(last.tables[1])[-1][1] == "Только дистанционно.\nБазовая школа приняла эти условия."
    assert "Директор МКОУ СОШ № 3 с. Владимировка\tС.Ю. Белая" in said
    assert said[-1] == "Подтверждено: простая подпись, 28.08.2025 09:04."
    begins = [one for one in last.paragraphs if one.paragraph_format.page_break_before]
    assert [one.text.count("№") for one in begins] == [1, 1]


def test_opinion_checks_what_the_registers_know(papers):
    (opinion,) = papers["imc_opinion"]
    assert [row[2] for row in rows(opinion.tables[0])] == ["соответствует"] * 4
    assert rows(opinion.tables[0])[2][3] == "приказ от 27.08.2025 № 287-од"
    assert "1) Пожелания: Указать телефон координатора." in lines(opinion)
    assert "Заключение: Сеть нужна району. Рекомендация: поддержать." in lines(opinion)
    assert "Методист\tЛ.Н. Шевчук" in lines(opinion)


def test_order_is_a_draft_without_number_until_it_is_registered(papers):
    for draft in papers["order_create"][:-1]:
        assert lines(draft)[0] == "ПРОЕКТ"
        assert not any("291-од" in line for line in lines(draft))
    assert lines(papers["order_create"][-1])[0] != "ПРОЕКТ"


@pytest.mark.clause("1.1a")
def test_registered_order_reads_like_an_order(papers):
    order = papers["order_create"][-1]
    said = "\n".join(lines(order))
    assert "28.08.2025\t№ 291-од" in said
    assert "село Левокумское" in said
    ministry = "приказом министерства образования Ставропольского края"
    assert f"{ministry} от 16 февраля 2018 года № 188-пр «О реализации" in said
    assert "Положением о сетевом взаимодействии" in said
    assert f"от {GAP} № ____" in said
    assert "координатором сети Гриценко А.И., директора МКОУ СОШ № 2 с. Левокумское." in said
    assert "куратора – Шевчук Л.Н., методиста." in said
    assert "до 22 сентября 2025 г." in said
    assert "Главному специалисту отдела образования Тимофеевой А.С." in said
    assert "Контроль за исполнением настоящего приказа оставляю за собой." in said
    assert "И.о. начальника отдела образования\tО.П. Дьяченко" in said


def test_annexes_list_the_composition_and_the_directions(papers):
    order = papers["order_create"][-1]
    assert [row[1:] for row in rows(order.tables[0])] == [
        ["МКОУ СОШ № 2 с. Левокумское", "базовая школа", "стабильные результаты", "Гриценко А.И."],
        [
            "МКОУ СОШ № 5 п. Заря",
            "поддерживаемая школа",
            "школа с низкими результатами обучения (ШНОР)",
            "Кузьмина-Лозовая Т.О.",
        ],
        [
            "МКОУ СОШ № 3 с. Владимировка\nУсловия участия: Только дистанционно",
            "школа-участница",
            "без статуса",
            "Белая С.Ю.",
        ],
    ]
    assert rows(order.tables[1])[0][1:] == [
        "Преодоление предметных дефицитов по математике и физике",
        "математика; физика",
        "приказ от 27.08.2025 № 287-од",
    ]


def test_agreement_sheet_leaves_the_signer_out_and_shows_the_signature_at_the_end(papers):
    first, _, last = papers["agreement_sheet"]
    assert "Дьяченко О.П. – подписывает приказ в этот день." in lines(first)
    assert "Подписание:" not in lines(first)
    assert [row[1:3] for row in rows(last.tables[0])] == [
        ["директор МКУ «ИМЦ СО ЛМО СК»\nА.С. Мкртчян", "согласовано"]
    ]
    said = "\n".join(lines(last))
    assert "Приказ от 28.08.2025 № 291-од, редакция 1." in said
    assert "И.о. начальника отдела образования\tО.П. Дьяченко" in said
    assert "Согласовано в системе: О.П. Дьяченко, 28.08.2025 09:" in said


def test_acquaintance_sheet_is_issued_blank_and_again_when_everybody_has_read(papers):
    blank, full = papers["ack_sheet"]
    assert "Ознакомились: 0 из 3." in lines(blank)
    assert "Ознакомились: 3 из 3." in lines(full)
    assert [row[2:] for row in rows(full.tables[0])] == [
        [f"директор\n{name}", "28.08.2025", "Ознакомлен(а) в системе"]
        for name in ("А.И. Гриценко", "Т.О. Кузьмина-Лозовая", "С.Ю. Белая")
    ]


def test_typed_number_that_is_taken_or_impossible_is_refused(tmp_path):
    story = Story(f"sqlite:///{tmp_path / 'district.db'}")
    order = order_of(story, propose(story))
    for number, code in ((290, "number_taken"), (0, "number_invalid"), (300, "number_gap")):
        refused = story.does(act, "P004", Intent(order, "register", {"number": number}))
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.field) == (code, "number")
    story.acts_on(order, "P004", "register", number=291)
    assert story.issued()[-1].file_name == "Лист ознакомления 291-од"
    story.database.engine.dispose()


def test_school_that_declined_stays_in_the_protocol_with_its_reason(tmp_path):
    story = Story(f"sqlite:///{tmp_path / 'district.db'}")
    asked = [("S05", "supported"), ("S03", "partner"), ("S04", "partner")]
    members = [{"school": story.places[code], "role": role} for code, role in asked]
    values = {
        "name": NETWORK,
        "members": members,
        "context_note": "Далеко ехать",
        "directions": story.directions[:1],
    }
    case = story.does(start, "P102", "network_proposal", values).instance_id
    story.acts_on(case, "P102", "invite")
    story.acts_on(case, "P105", "agree")
    story.acts_on(case, "P103", "agree")
    assert story.acts_on(case, "P104", "decline", reason="Нет кадров").state == "ready"
    said = story.issued()[-1].values
    assert [(row["решение"], row["условия"]) for row in said["ответы"]][-1] == (
        "отказалась",
        "Нет кадров",
    )
    assert said["итог"] == {
        "приглашено": 3,
        "согласились": 2,
        "требуется": 2,
        "состоялось": True,
        "пояснение": "Школы, не давшие согласия, в состав сети не включаются.",
    }
    story.database.engine.dispose()
