"""The anonymous survey of a network's schools (1.8-5): asked, counted, told once and not of few."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from change_story import network
from stories import code, done
from survey_story import (
    COORDINATOR,
    SECRET,
    SURVEY,
    answered,
    drafted,
    links,
    running,
    shown,
    signed,
)

from workflow_app.services import polls as service
from workflow_app.services.polls import Made
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.models import Base
from workflow_app.store.models.base import UtcMoment
from workflow_app.store.models.instances import History, PollKey, PollTally
from workflows.surveys import surveyed


@pytest.mark.clause("1.8-5, A-09")
@pytest.mark.both_databases
def test_five_answers_are_told_once_after_the_end_and_three_of_a_school_never(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    keys = links(district, case, S01=6, S10=6, S12=3)
    for key in keys["S01"][:5]:
        assert answered(district, key, 4, "Вместе легче") is None
    for key in keys["S10"]:
        assert answered(district, key, 5, "А нам далеко ехать") is None
    for key in keys["S12"]:
        assert answered(district, key, 1) is None
    assert district.read(lambda uow: uow.facts(1).poll(case)).answers == 0
    assert shown(district, case) == {}
    district.at("2025-12-01 23:00")
    assert district.state(case) == "survey_runs"
    district.at("2025-12-02 00:01")
    assert district.state(case) == "survey_told"
    found = shown(district, case)
    whole = [row for row in found["figures"] if row[0].startswith("Все школы сети")]
    assert whole[-1] == ("Все школы сети — 14 ответов", "В среднем", "3,8")
    names = district.read(
        lambda uow: {
            code: uow.facts(1).name("school", district.school(code))
            for code in ("S01", "S10", "S12")
        }
    )
    said = {text: mean for who, text, mean in found["figures"] if who.startswith("По школам")}
    few = "мало ответов, значения не приводятся"
    assert said[f"{names['S12']}: {few}"] == ""
    # The three would follow from the whole, were S01 and S10 shown: the smaller is hidden, too.
    assert said[f"{names['S01']}: {few}"] == ""
    assert said[f"{names['S10']} — 6 ответов"] == "5,0"
    assert [text for _, text in found["comments"]] == sorted(
        ["Вместе легче"] * 5 + ["А нам далеко ехать"] * 6
    )
    district.carry_out()
    assert any("итоги готовы" in one for one in district.notices(COORDINATOR))


@pytest.mark.clause("1.8-5")
def test_of_three_answers_the_value_is_hidden_and_the_report_tells_no_typed_one(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    for key in links(district, case, S01=3)["S01"]:
        answered(district, key, 5, "Хорошо")
    district.at("2025-12-02 00:01")
    assert shown(district, case) == {
        "figures": [("Все школы сети", "мало ответов, значения не приводятся", "")]
    }
    about = network(district, "NW1")
    assert district.read(lambda uow: surveyed(uow.facts(1), about, "2025-2026")) == (None, None)
    again = running(district)
    for key in links(district, again, S01=5)["S01"]:
        answered(district, key, 4)
    district.at("2025-12-17 00:01")
    found = district.read(lambda uow: surveyed(uow.facts(1), about, "2025-2026"))
    assert found == (5, Decimal("4.0"))


@pytest.mark.clause("1.8-5")
@pytest.mark.both_databases
def test_an_answer_changes_its_counts_and_its_key_and_no_other_row_of_any_table(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    first, second = links(district, case, S01=2)["S01"]
    answered(district, first, 2, "Ясно и вовремя")
    before = everything(district)
    assert answered(district, second, 4, "Аудитория мала") is None
    assert signed(district, "P204", case, 5) is None
    after = everything(district)
    assert {name for name in after if after[name] != before[name]} == {"poll_tally", "poll_key"}
    for model in (PollTally, PollKey):
        kinds = [column.type for column in model.__table__.c]
        assert not [one for one in kinds if isinstance(one, UtcMoment)], "no moment"
    (tally,) = district.rows(PollTally, organisation_id=district.school("S01"))
    assert tally["comments"] == ["Аудитория мала", "Ясно и вовремя"], "not as they came"
    assert tally["counts"]["1"] == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 0}
    kept = " ".join(map(str, district.rows(PollKey)))
    assert first.replace("-", "") not in kept
    assert not any(
        row["digest"].endswith(str(district.people["P204"])) for row in after["poll_key"]
    )


def everything(district):
    """Return every row of every table but those two columns of a poll may not share."""
    return {
        model.__tablename__: district.rows(model)
        for model in (mapper.class_ for mapper in Base.registry.mappers)
    }


@pytest.mark.clause("1.8-5")
def test_links_are_kept_in_another_order_than_they_are_printed(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    made = [Made(district.school("S01"), digest) for digest in ("b" * 64, "a" * 64, "c" * 64)]
    district.container.transact(lambda uow: SqlPolls(uow.connection).put_keys(case, made))
    rows = district.read(
        lambda uow: uow.connection.exec_driver_sql("SELECT digest, is_used FROM poll_key")
    )
    assert [row[0][0] for row in rows] == ["a", "b", "c"]


@pytest.mark.clause("1.8-5")
@pytest.mark.both_databases
def test_of_two_who_answer_at_once_by_one_link_one_is_counted_and_the_other_told(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    (key,) = links(district, case, S01=1)["S01"]
    said, start = [], threading.Barrier(2)

    def give():
        start.wait()
        said.append(answered(district, key, 3))

    both = [threading.Thread(target=give) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(code(one) if one else "counted" for one in said) == ["counted", "key_used"]
    progress = district.read(lambda uow: SqlPolls(uow.connection).progress(case))
    assert (progress.links, progress.used, progress.answers) == (1, 1, 1)


@pytest.mark.clause("1.8-5")
def test_an_answer_that_is_not_committed_leaves_its_key_unused(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    (key,) = links(district, case, S01=1)["S01"]

    def die(uow):
        store = SqlPolls(uow.connection)
        asked = service.by_link(uow, store, key, SECRET)
        assert service.answer(uow, store, asked, dict.fromkeys(asked.questions, 1), "") is None
        raise InterruptedError

    with pytest.raises(InterruptedError):
        district.container.transact(die)
    assert answered(district, key, 5) is None
    assert district.read(lambda uow: SqlPolls(uow.connection).progress(case)).answers == 1


@pytest.mark.clause("1.8-5")
def test_nobody_answers_twice_too_early_too_late_or_for_another_network(open_district):
    district = open_district("2025-11-17")
    ahead = dt.date(2025, 11, 24)
    case = running(district, opens_on=ahead)
    assert district.state(case) == "survey_ahead"
    used, late, wrong = links(district, case, S01=3)["S01"]
    assert code(answered(district, used)) == "poll_ahead"
    assert code(signed(district, "P204", case)) == "poll_ahead"
    district.at("2025-11-24 00:01")
    assert district.state(case) == "survey_runs"
    district.carry_out()
    assert any("Опрос школ сети" in one for one in district.notices("P204"))
    assert answered(district, used) is None
    assert code(answered(district, used)) == "key_used"
    assert signed(district, "P204", case) is None
    assert code(signed(district, "P204", case)) == "answered_already"
    assert code(answered(district, wrong, 6)) == "question_open"
    assert code(answered(district, wrong, 5, "ы" * 1001)) == "comment_too_long"
    assert code(answered(district, "2222-2222-2222")) == "not_found"
    for stranger in ("P105", "P205", "P006"):
        assert code(signed(district, stranger, case)) == "not_found", stranger
    district.at("2025-12-02 00:01")
    assert code(answered(district, late)) == "poll_over"
    assert code(signed(district, "P110", case)) == "poll_over"
    assert district.read(lambda uow: uow.facts(1).poll(case)).answers == 2


@pytest.mark.clause("1.8-5")
def test_links_are_made_by_who_runs_it_in_bounds_and_history_says_how_many(open_district):
    district = open_district("2025-11-17")
    case = running(district)
    assert code(links(district, case, who="P110", S01=1)) == "not_found"
    assert code(links(district, case, S01=0)) == "no_links"
    assert code(links(district, case, S05=3)) == "no_links", "a school of another network"
    assert code(links(district, case, S01=service.MOST_AT_ONCE + 1)) == "too_many_links"
    found = links(district, case, who="P006", S01=2)["S01"]
    assert len(set(found)) == 2
    line = district.rows(History, instance_id=case)[-1]
    assert line["title"] == "Сделаны одноразовые ссылки для ответов: 2"
    assert code(district.take_back("P006", case)) == "cannot_take_back"
    assert district.broken(at_rest=False) == []


@pytest.mark.clause("1.8-5")
def test_a_survey_has_days_that_fit_a_network_of_ones_own_and_no_second_beside_it(open_district):
    district = open_district("2025-11-17")
    assert code(district.start("P110", SURVEY)) == "not_your_role"
    case = drafted(district)
    assert code(district.start(COORDINATOR, SURVEY)) == "already_open"
    done(district.edit(COORDINATOR, case, network=network(district, "NW2")))
    assert code(district.act(COORDINATOR, case, "announce_survey")) == "not_your_network"
    done(district.edit(COORDINATOR, case, network=network(district, "NW1")))
    for first, last, refused in (
        ("2025-11-20", "2025-11-19", "ends_before_it_begins"),
        ("2025-11-01", "2025-11-16", "survey_is_past"),
        ("2025-11-17", "2026-03-17", "survey_too_long"),
    ):
        done(district.edit(COORDINATOR, case, opens_on=first, closes_on=last))
        assert code(district.act(COORDINATOR, case, "announce_survey")) == refused
    done(district.edit(COORDINATOR, case, opens_on="2025-11-17", closes_on="2025-11-28"))
    done(district.act(COORDINATOR, case, "announce_survey"))
    assert code(district.take_back(COORDINATOR, case)) == "cannot_take_back", "people may answer"
    done(district.act("P005", case, "withdraw_survey", reason="Назначен по ошибке"))
    assert shown(district, case) == {}
