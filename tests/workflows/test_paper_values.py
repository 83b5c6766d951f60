"""What papers say where the registers know little: gaps and preliminary words, never guesses."""

import datetime as dt
from dataclasses import replace

import pytest
from engine.facts_twin import FactsTwin
from engine.people import capacity
from register_rows import act, put_in_networks, put_schools, put_statuses

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Voter
from workflow_app.engine.facts import OrganisationCard, PersonCard, Signer
from workflow_app.engine.votes import Tally, Vote
from workflows.network_proposal.checklist import EARLY, FAILS, FITS, checklist
from workflows.network_proposal.form import Proposal
from workflows.network_proposal.papers import UNKNOWN, proposal
from workflows.network_proposal.protocol import consent, protocol, renewed_consents
from workflows.order_approval.form import Order
from workflows.order_approval.papers import order
from workflows.order_approval.sheets import SIGNS, agreement_sheet
from workflows.papers import statuses
from workflows.registers.directions import DIRECTIONS_OF_YEAR, Direction
from workflows.school_consents import ACCEPTED, NO_TERMS, NOT_ACCEPTED_YET, SILENT
from workflows.wording import GAP, HELP_GENITIVE, cited, counted

YEAR = "2025-2026"
PLANNED = Case(
    1,
    "network_proposal",
    "submitted",
    Proposal.model_validate(
        {
            "base": 1,
            "school_year": YEAR,
            "members": [{"school": 2, "role": "supported"}],
            "directions": [7],
            "valid_from": "2025-09-01",
        }
    ),
    1,
)


def outcomes(facts):
    return [row["вывод"] for row in checklist(PLANNED, facts)]


def test_opinion_is_preliminary_until_the_acts_of_the_year_are_registered():
    facts = FactsTwin(
        registers={"direction": (Direction(id=7, school_year=YEAR, name="Чтение", state="draft"),)}
    )
    before = "2024-2025"
    put_statuses(facts, {(1, before): ("stable",), (2, before): ("low_results",)})
    assert outcomes(facts) == [EARLY, EARLY, EARLY, FITS]
    assert statuses(facts, 1, YEAR) == (
        "стабильные результаты (предварительно, 2024/2025 учебный год)"
    )


def test_opinion_says_what_fails():
    facts = FactsTwin()
    put_in_networks(facts, 2, "supported", 1, 2, 3)
    put_statuses(facts, {}, y2025_2026="приказ")
    assert outcomes(facts) == [FAILS] * 4


READ = Direction(id=7, school_year=YEAR, name="Чтение", state="in_force", basis="приказ № 287-од")


def test_opinion_cites_each_order_that_put_a_direction_into_force():
    facts = FactsTwin(registers={"direction": (READ,)})
    direction = checklist(PLANNED, facts)[2]
    assert (direction["вывод"], direction["пояснение"]) == (FITS, "приказ №\u00a0287-од")
    facts.put_rows(DIRECTIONS_OF_YEAR, READ.model_copy(update={"basis": ""}))
    assert checklist(PLANNED, facts)[2]["пояснение"] == ""


@pytest.mark.clause("1.2")
@pytest.mark.parametrize(
    ("settlement", "distance", "centre", "said"),
    [
        ("с. Правокумское", 12, "с. Левокумское", "12"),
        ("с. Правокумское", None, "с. Левокумское", UNKNOWN),
        ("с. Правокумское", 12, "с. Урожайное", UNKNOWN),
        ("с. Левокумское", None, "с. Урожайное", "0"),
    ],
)
def test_distance_is_printed_only_where_it_is_known(settlement, distance, centre, said):
    facts = FactsTwin(
        organisations={"department": OrganisationCard(9, "department", "О", "Отдел", "", centre)}
    )
    put_schools(facts, {1: {}, 2: {"place": settlement, "distance_km": distance}})
    base, invited = proposal(PLANNED, facts)["характеристика"]
    assert (base["расстояние"], invited["расстояние"]) == ("–", said)


def test_coordinator_by_office_is_named_and_the_sections_after_her_move_down():
    her = Voter("1", "network_coordinator", 1)
    facts = FactsTwin(
        held={"network_coordinator": (office(15, her),)},
        people={15: PersonCard(15, "Фомина Д.А.", "", "", "", "Д.А. Фомина", "p201@d.example")},
    )
    said = proposal(PLANNED, facts)
    assert said["координатор"]["имя"].replace("\u00a0", " ") == "Фомина Д.А."
    assert said["координатор"]["почта"] == "p201@d.example"
    without = proposal(PLANNED, FactsTwin())["разделы"]
    assert said["разделы"]["срок"] == without["срок"] + 1


def office(person, voter):
    """Return the office of somebody who may answer for a voter."""
    return replace(
        capacity("specialist"),
        person_id=person,
        role=voter.role,
        organisation_id=voter.organisation_id,
    )


def test_protocol_names_who_answered_and_leaves_out_schools_that_were_not_asked_again():
    base = Voter("1", "school_head", 1, "base")
    asked = Voter("2", "school_head", 2, "supported")
    dropped = Voter("3", "school_head", 3, "partner")
    silent = Voter("4", "school_head", 4, "partner")
    sent = {"members": [{"school": n, "role": "supported"} for n in (2, 4)]}
    at = dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)
    facts = FactsTwin(
        tallies={
            "consents": Tally(
                (
                    Vote(base, "agreed", 1, "T", 11, "", answered_at=at),
                    Vote(asked, "agreed", 1, "T", 12, "", answered_at=at),
                    Vote(dropped, "declined", 1, "T", 13, "", answered_at=at),
                    Vote(silent, "no_response", 1, "T"),
                )
            )
        },
        kept=Proposal.model_validate(sent),
        held={"school_head": (office(11, base), office(12, asked))},
        people={
            11: PersonCard(11, "Гриценко А.И.", "", "", "", ""),
            12: PersonCard(12, "Кузьмина-Лозовая Т.О.", "", "", "", ""),
        },
    )
    answers = protocol(PLANNED, facts)["ответы"]
    assert [row["имя"].replace("\u00a0", " ") for row in answers] == [
        "Гриценко А.И.",
        "Кузьмина-Лозовая Т.О.",
        "",
    ]


@pytest.mark.clause("1.5, C2, C4")
@pytest.mark.parametrize(
    ("said", "terms", "signed", "confirmed"),
    [
        (
            {"status": "agreed", "acting_as": "И.о. директора", "signature": "simple"},
            NO_TERMS,
            "И.о. директора",
            "Подтверждено: простая подпись, 28.08.2025 10:00.",
        ),
        (
            {
                "status": "agreed_with_conditions",
                "comment": "с автобусом",
                "acting_as": "директор",
                "signature": "paper_scan",
            },
            f"с автобусом.\n{NOT_ACCEPTED_YET}",
            "Директор",
            "Подтверждено: скан бумажного согласия, 28.08.2025 10:00.",
        ),
        (
            {"status": "agreed", "comment": "с автобусом", "acting_as": "директор"},
            f"с автобусом.\n{ACCEPTED}",
            "Директор",
            "Подтверждено: 28.08.2025 10:00.",
        ),
        (
            {"status": "agreed_silently", "answered_at": None, "person_id": None},
            NO_TERMS,
            "",
            SILENT,
        ),
    ],
)
def test_consent_says_its_terms_and_who_signed_it_by_what_or_that_silence_was_consent(
    said, terms, signed, confirmed
):
    at = dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)
    base, asked = Voter("1", "school_head", 1, "base"), Voter("2", "school_head", 2, "supported")
    left = Vote(Voter("3", "school_head", 3, "partner"), "declined", 1, person_id=13)
    given = Vote(asked, **{"answered_at": at, "person_id": 12, **said})
    facts = FactsTwin(
        tallies={"consents": Tally((Vote(base, "agreed", answered_at=at), given, left))},
        people={12: PersonCard(12, "", "", "", "", "Т.О. Кузьмина-Лозовая")},
        moments={"consents_complete": at},
    )
    (page,) = consent(PLANNED, facts)["согласия"]
    assert (page["условия"], page["подтверждение"]) == (terms, confirmed)
    assert (page["должность"], page["дата"], bool(page["имя"])) == (
        signed,
        "28.08.2025",
        bool(signed),
    )


def test_consents_are_printed_again_only_once_they_changed():
    moments = {"consents_complete": dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)}
    assert renewed_consents(PLANNED, FactsTwin(moments=moments)) is None
    moments["accept_conditions"] = dt.datetime(2025, 8, 28, 8, tzinfo=dt.UTC)
    assert renewed_consents(PLANNED, FactsTwin(moments=moments)).key == "consent"
    moments["submit"] = dt.datetime(2025, 8, 28, 9, tzinfo=dt.UTC)
    assert renewed_consents(PLANNED, FactsTwin(moments=moments)) is None


def test_sheet_of_visas_names_who_is_expected_and_who_is_left_out_as_the_signer():
    approver = Voter("imc_head", "imc_head", None, "директор ИМЦ")
    expected = office(22, approver)
    deputy, other = (office(n, Voter("d", "department_deputy", 9)) for n in (32, 33))
    facts = FactsTwin(
        tallies={"visas": Tally((Vote(approver, "pending", 0, "T"),))},
        held={"imc_head": (expected,), "department_deputy": (deputy, other)},
        signers={"department_head": Signer(deputy, "И.о. начальника отдела", "О.П. Дьяченко")},
        people={
            22: PersonCard(22, "Мкртчян А.С.", "", "", "", "А.С. Мкртчян"),
            32: PersonCard(32, "Дьяченко О.П.", "", "", "", "О.П. Дьяченко"),
        },
    )
    case = Case(1, "order_approval", "on_agreement", Order.model_validate({}), 1)
    sheet = agreement_sheet(case, facts)
    assert [visa["имя"].replace("\u00a0", " ") for visa in sheet["визы"]] == ["А.С. Мкртчян"]
    left_out = [(row["имя"].replace("\u00a0", " "), row["причина"]) for row in sheet["исключённые"]]
    assert left_out == [("Дьяченко О.П.", SIGNS)]


def test_goal_of_the_school_is_quoted_and_not_declined():
    data = {"goal": "Дружить школами", "kind": "network_create", "base": 1, "school_year": YEAR}
    case = Case(1, "order_approval", "draft", Order.model_validate(data), 1)
    said = order(case, FactsTwin())["сеть"]["цель_род"]
    assert said.startswith("оказания помощи школам с низкими результатами обучения")
    assert said.endswith("(цель сети: «Дружить школами»)")
    assert HELP_GENITIVE in said


def test_order_of_an_empty_directory_shows_gaps_and_fails_nowhere():
    case = Case(1, "order_approval", "draft", Order.model_validate({}), 1)
    values = order(case, FactsTwin())
    assert values["основания"] == [{"текст": GAP}]
    assert values["координатор"] == {"имя_вин": GAP, "должность_вин": GAP}
    assert values["подпись"] == {"должность": GAP, "имя": GAP}


def test_issuer_without_a_confirmed_genitive_is_left_out_rather_than_declined():
    act_card = act(12, adopted_on=dt.date(2025, 1, 9))
    assert (
        cited(act_card).replace("\u00a0", " ") == "приказом от 9 января 2025 года № 12-од «О мерах»"
    )


def test_federal_law_is_cited_by_its_full_kind():
    law = act(
        1,
        title="Об образовании",
        level="federal",
        kind="закон",
        number="273-ФЗ",
        adopted_on=dt.date(2012, 12, 29),
    )
    assert cited(law).replace("\u00a0", " ") == (
        "Федеральным законом от 29 декабря 2012 года № 273-ФЗ «Об образовании»"
    )


def test_numbers_take_the_right_noun():
    assert [counted(n, "дня", "дней", "дней") for n in (1, 2, 11, 21)] == [
        "1 дня",
        "2 дней",
        "11 дней",
        "21 дня",
    ]
