"""A school asks the methodical centre (1.4b): taken, answered in five days, or escalated."""

import datetime as dt

import pytest
from browsing import Browser, serve
from change_story import network
from sqlalchemy import insert
from stories import code, done

from workflow_app.store.models.directory import Setting, Substitution
from workflows.registers.consultations import CONSULTATIONS, given

PROCESS = "consultation"
ASKED = {
    "topic": "Разбор результатов ВПР по математике в 6 классе",
    "question": "Половина класса не решает задачи на проценты. С чего начать разбор?",
    "mode": "remote",
    "wished": "вторник после 14:00",
}
OFFER = {"offered_on": "2025-09-16", "offered_at": "14:30", "mode": "remote"}
ANSWER = {"answer": "Начните со среза по темам 5 класса, задания пришлём сегодня."}
RESULT = {"held_on": "2025-09-16", "answer": "Разобрали срез, договорились о трёх уроках."}


def ask(district, who="P110", **said):
    case = done(district.start(who, PROCESS, **{**ASKED, **said})).instance_id
    done(district.act(who, case, "ask_centre"))
    return case


def row(district, **values):
    (found,) = district.register(CONSULTATIONS, **values)
    return found


def post(district, person):
    return district.read(lambda uow: uow.actor(district.people[person]).capacities[0].position_id)


@pytest.mark.clause("1.4b")
def test_a_school_asks_and_is_answered_within_five_working_days(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    assert district.deadlines(case) == {"consultation_answer": "2025-09-17"}
    assert district.work(case) == [("methodist", "")]
    done(district.act("P006", case, "take_question"))
    assert code(district.act("P007", case, "take_question")) == "wrong_state"
    assert code(district.act("P007", case, "write_answer", **ANSWER)) == "not_your_role"
    assert code(district.act("P110", case, "write_answer", **ANSWER)) == "not_your_role"
    done(district.act("P006", case, "write_answer", **ANSWER))
    kept = row(district)
    assert (kept.state, kept.term, kept.answer) == ("answered", "", ANSWER["answer"])
    assert kept.methodist == district.people["P006"]
    done(district.act("P110", case, "find_enough"))
    assert district.state(case) == "consulted"
    assert district.broken(at_rest=False) == []


@pytest.mark.clause("1.4b, A-12")
def test_what_is_not_answered_in_time_goes_to_the_head_of_the_centre_and_is_marked(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    done(district.act("P006", case, "take_question"))
    district.at("2025-09-17 23:00")
    assert district.state(case) == "with_methodist"
    district.at("2025-09-18 09:00")
    district.carry_out()
    assert district.state(case) == "answer_overdue"
    assert ("imc_head", "") in district.work(case)
    assert any("проценты" in one or "ВПР" in one for one in district.notices("P005"))
    done(district.act("P006", case, "write_answer", **ANSWER))
    assert (row(district).state, row(district).term) == ("answered", "late")


@pytest.mark.clause("A-12")
def test_the_term_is_a_setting_and_the_head_may_give_a_late_question_to_another(open_district):
    district = open_district("2025-09-10")
    shorter = {"municipality_id": 1, "key": "A-12", "value": 3}
    district.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(shorter)))
    case = ask(district)
    assert district.deadlines(case) == {"consultation_answer": "2025-09-15"}
    district.at("2025-09-16 09:00")
    other = {"methodist": post(district, "P007")}
    assert code(district.act("P006", case, "assign_overdue", **other)) == "not_your_role"
    assert code(district.act("P005", case, "assign_overdue", methodist=post(district, "P101"))) in (
        "not_of_centre",
        "unknown_choice",
    )
    done(district.act("P005", case, "assign_overdue", **other))
    assert district.deadlines(case) == {"consultation_answer": "2025-09-19"}
    done(district.act("P007", case, "write_answer", **ANSWER))
    assert row(district).term == "late"
    assert row(district).methodist == district.people["P007"]


@pytest.mark.clause("1.4b")
def test_a_time_is_offered_another_asked_for_and_the_meeting_held(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    done(district.act("P006", case, "take_question"))
    past = {**OFFER, "offered_on": "2025-09-10", "offered_at": "08:30"}
    assert code(district.act("P006", case, "offer_time", **past)) == "time_past"
    saturday = {**OFFER, "offered_on": "2025-09-13"}
    done(district.act("P006", case, "offer_time", **saturday))
    assert "meets_on_day_off" in district.flags(case)
    done(district.act("P110", case, "ask_another_time", wished="не в субботу"))
    done(district.act("P006", case, "offer_time", **OFFER))
    assert "meets_on_day_off" not in district.flags(case)
    done(district.act("P110", case, "ask_another_time", wished="четверг после обеда"))
    assert district.case(case).data.offered_on is None
    done(district.act("P006", case, "offer_time", **OFFER))
    assert code(district.act("P006", case, "agree_to_time")) == "not_your_role"
    done(district.act("P110", case, "agree_to_time"))
    assert district.deadlines(case) == {"consultation_day": "2025-09-16"}
    assert row(district).state == "agreed"
    assert code(district.act("P006", case, "write_result", **RESULT)) == "not_yet"
    district.at("2025-09-19")
    early = {**RESULT, "held_on": "2025-09-01"}
    assert code(district.act("P006", case, "write_result", **early)) == "before_question"
    early = {**RESULT, "held_on": "2025-09-15"}
    assert code(district.act("P006", case, "write_result", **early)) == "held_before_agreed"
    done(district.act("P006", case, "write_result", **early, earlier="Школа приехала раньше"))
    kept = row(district)
    assert (kept.state, f"{kept.answered_on}", kept.term) == ("held", "2025-09-15", "")
    assert f"{district.case(case).data.held_on}" == "2025-09-15"


def test_who_gives_up_an_agreed_time_has_the_whole_term_again(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    done(district.act("P006", case, "take_question"))
    done(district.act("P006", case, "offer_time", **{**OFFER, "offered_on": "2025-09-22"}))
    done(district.act("P110", case, "agree_to_time"))
    district.at("2025-09-19")
    done(district.act("P110", case, "ask_another_time", wished="через неделю"))
    assert district.deadlines(case) == {"consultation_answer": "2025-09-26"}
    assert row(district).state == "asked"


def test_a_question_is_let_go_handed_over_declined_and_withdrawn(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    done(district.act("P006", case, "take_question"))
    done(district.act("P006", case, "release_question"))
    assert district.work(case) == [("methodist", "")]
    done(district.act("P005", case, "assign_question", methodist=post(district, "P006")))
    own = {"methodist": post(district, "P006")}
    assert code(district.act("P006", case, "pass_question", **own)) == "has_it_already"
    done(district.act("P006", case, "pass_question", methodist=post(district, "P007")))
    assert code(district.act("P006", case, "write_answer", **ANSWER)) == "not_your_role"
    why = {"reason": "Это вопрос кадров.", "instead": "отдел образования"}
    done(district.act("P007", case, "decline_question", **why))
    district.carry_out()
    assert row(district).state == "declined"
    assert "Куда обратиться: отдел образования" in row(district).answer
    assert any("отклонил" in one for one in district.notices("P110"))
    other = ask(district, topic="Как вести журнал замен")
    done(district.act("P110", other, "withdraw_question", reason="разобрались сами"))
    assert row(district, topic="Как вести журнал замен").state == "withdrawn"


def test_a_school_asks_on_once_and_silence_ends_a_question(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    done(district.act("P006", case, "take_question"))
    done(district.act("P006", case, "write_answer", **ANSWER))
    done(district.act("P110", case, "ask_on", more="А что делать с теми, кто болел?"))
    assert "болел" in row(district).question
    done(district.act("P006", case, "write_answer", answer="Дайте им отдельное задание."))
    assert row(district).answer.endswith("отдельное задание.")
    assert code(district.act("P110", case, "ask_on", more="И ещё один вопрос")) == "limit_reached"
    district.at("2025-09-18 09:00")
    assert district.state(case) == "consulted"


def test_one_topic_is_asked_about_once_a_day_and_of_own_networks_alone(open_district):
    district = open_district("2025-09-10")
    ask(district)
    again = done(district.start("P110", PROCESS, **ASKED)).instance_id
    assert code(district.act("P110", again, "ask_centre")) == "asked_already"
    other = {"topic": "О чужой сети", "network": network(district, "NW2")}
    strange = done(district.start("P110", PROCESS, **{**ASKED, **other})).instance_id
    assert code(district.act("P110", strange, "ask_centre")) == "network_not_own"
    assert code(district.start("P006", PROCESS, **ASKED)) == "not_your_role"


@pytest.mark.clause("1.4b")
@pytest.mark.shipped
def test_pages_show_questions_to_their_school_and_to_the_centre_alone(sqlite_district):
    district = sqlite_district("2025-09-10")
    about = network(district, "NW1")
    draft = done(district.start("P110", PROCESS, **ASKED)).instance_id
    app = serve(district.container)
    head, stranger, centre = (Browser(app, district, one) for one in ("P110", "P103", "P006"))
    assert "Отправить в методический центр" in head.get(f"/cases/{draft}")
    centre.get(f"/cases/{draft}", 404)
    done(district.act("P110", draft, "ask_centre"))
    assert "Взять вопрос" in centre.get(f"/cases/{draft}")
    stranger.get(f"/cases/{draft}", 404)
    page = "/registers/consultation"
    assert ASKED["topic"] in head.get(page)
    assert ASKED["topic"] not in stranger.get(page)
    assert ASKED["topic"] in centre.get(f"{page}?text=проценты")
    assert ASKED["topic"] in Browser(app, district, "P003").get(f"/networks/{about}")
    row_id = row(district).id
    stranger.get(f"{page}/{row_id}", 404)
    assert "С чего начать разбор" in head.get(f"{page}/{row_id}")


def test_answers_of_a_year_are_counted_for_their_network(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    about = network(district, "NW1")

    def counted(year):
        return district.read(lambda uow: given(uow.facts(1), about, year))

    assert row(district).network == about
    assert counted("2025-2026") == 0
    done(district.act("P006", case, "take_question"))
    done(district.act("P006", case, "write_answer", **ANSWER))
    assert (counted("2025-2026"), counted("2024-2025")) == (1, 0)


def test_who_stands_in_for_a_head_does_not_agree_to_her_own_offer(open_district):
    district = open_district("2025-09-10")
    case = ask(district)
    absent = {
        "municipality_id": 1,
        "absent_person_id": district.people["P110"],
        "absent_position_id": post(district, "P110"),
        "substitute_person_id": district.people["P006"],
        "starts_on": dt.date(2025, 9, 10),
        "ends_on": dt.date(2025, 9, 30),
        "basis": "приказ",
    }
    district.container.transact(
        lambda uow: uow.connection.execute(insert(Substitution).values(absent))
    )
    done(district.act("P006", case, "take_question"))
    done(district.act("P006", case, "offer_time", **OFFER))
    assert code(district.act("P006", case, "agree_to_time")) == "same_person"
    done(district.act("P006", case, "write_answer", **ANSWER))
    assert code(district.act("P006", case, "find_enough")) == "same_person"
