"""What a row of a register says on any day, as known on any day."""

import datetime as dt
from dataclasses import replace

from engine.facts_twin import FactsTwin
from engine.people import actor
from hypothesis import given
from hypothesis import strategies as st

from workflow_app.engine import (
    Choice,
    Date,
    Int,
    Line,
    Pending,
    Record,
    Ref,
    Register,
    Role,
    Sums,
    field,
)
from workflow_app.engine.folding import (
    BEGINNING,
    END_OF_TIME,
    Entry,
    Period,
    Revocation,
    Written,
    fold,
)
from workflow_app.engine.registers import Readable

DAYS = [dt.date(2025, 9, day) for day in range(1, 8)]


def entry(number, word, effective_on, registered_on, order=None, **values):
    day = None if effective_on is None else DAYS[effective_on]
    basis = f"order {order}" if order else ""
    return Entry(number, word, values, day, DAYS[registered_on], number, order, basis)


def said(periods, on, known=None):
    """Return the values on a day, as known on a day; None where the row is not there."""
    known = known or END_OF_TIME - dt.timedelta(1)
    found = [
        one
        for one in periods
        if one.valid_from <= on < one.valid_to and one.known_from <= known < one.known_to
    ]
    assert len(found) <= 1
    return dict(found[0].values) if found else None


def test_a_draft_is_in_force_from_the_day_of_its_order_and_was_not_known_to_be_before():
    periods = fold(
        [
            entry(1, "enter", None, 0, name="Чтение", state="draft"),
            entry(2, "enter", 3, 4, order=7, state="in_force"),
        ]
    )
    assert said(periods, DAYS[2]) == {"name": "Чтение", "state": "draft"}
    assert said(periods, DAYS[3]) == {"name": "Чтение", "state": "in_force"}
    assert said(periods, DAYS[3], known=DAYS[3]) == {"name": "Чтение", "state": "draft"}
    assert [one.rests_on for one in periods if one.known_to == END_OF_TIME] == [None, 2]


def test_a_revoked_order_is_left_out_from_the_day_its_revocation_takes_effect():
    entries = [entry(1, "enter", 1, 1, order=7, name="Чтение")]
    periods = fold(entries, [Revocation(7, DAYS[4], DAYS[3])])
    assert said(periods, DAYS[3]) == {"name": "Чтение"}
    assert said(periods, DAYS[4]) is None
    assert said(periods, DAYS[4], known=DAYS[2]) == {"name": "Чтение"}


def test_a_row_that_ended_is_revived_with_the_values_it_had():
    periods = fold(
        [
            entry(1, "enter", 0, 0, name="Чтение", area="язык"),
            entry(2, "end", 2, 0),
            entry(3, "amend", 3, 0, area="литература"),
            entry(4, "enter", 4, 0),
        ]
    )
    assert said(periods, DAYS[3]) is None
    assert said(periods, DAYS[4]) == {"name": "Чтение", "area": "литература"}


def test_of_two_orders_of_a_day_the_later_number_counts_whatever_came_first():
    periods = fold(
        [
            entry(5, "amend", 2, 1, order=9, name="второй"),
            entry(3, "enter", 2, 1, order=8, name="первый"),
        ]
    )
    assert said(periods, DAYS[2]) == {"name": "второй"}


def test_what_rests_on_no_order_counts_after_the_orders_written_before_it_that_day():
    def written(*told):
        return [
            Entry(key, "enter" if key == 1 else "amend", {"state": state}, DAYS[2], DAYS[2], number)
            for key, (state, number) in enumerate(told, start=1)
        ]

    later = written(("founded", 7), ("active", 0), ("named", 5))
    assert said(fold(later), DAYS[2]) == {"state": "active"}
    earlier = written(("draft", 0), ("in force", 7))
    assert said(fold(earlier), DAYS[2]) == {"state": "in force"}


WORDS = st.tuples(
    st.sampled_from(["enter", "amend", "end"]),
    st.one_of(st.none(), st.integers(0, 6)),
    st.integers(0, 6),
    st.one_of(st.none(), st.integers(1, 3)),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 2)),
)
REVOKED = st.builds(
    lambda order, effective, registered: Revocation(order, DAYS[effective], DAYS[registered]),
    st.integers(1, 3),
    st.integers(0, 6),
    st.integers(0, 6),
)


def by_hand(entries, revocations, on, known):
    """Return the same by walking through everything that was known, in its order."""
    values, there = {}, False
    gone = {
        one.order_id for one in revocations if one.registered_on <= known and one.effective_on <= on
    }
    for one in sorted(entries, key=lambda e: (e.begins, e.registered_on, e.number, e.id)):
        if one.registered_on > known or one.begins > on or one.order_id in gone:
            continue
        values |= one.values
        there = {"enter": True, "end": False}.get(one.word, there)
    return values if there else None


@given(st.lists(WORDS, max_size=6), st.lists(REVOKED, max_size=2))
def test_periods_equal_the_fold_on_every_pair_of_days(words, revocations):
    entries = [
        entry(number, word, effective, registered, order, **values)
        for number, (word, effective, registered, order, values) in enumerate(words, start=1)
    ]
    periods = fold(entries, revocations)
    for known in DAYS:
        for on in (BEGINNING, *DAYS):
            assert said(periods, on, known) == by_hand(entries, revocations, on, known)
    for one in periods:
        assert one.valid_from < one.valid_to
        assert one.known_from < one.known_to


def test_a_load_taken_back_does_not_count_as_far_as_that_was_known():
    first = entry(1, "enter", None, 0, name="Ромашка", size=1)
    loaded = Entry(2, "amend", {"size": 2}, None, DAYS[1], import_id=7)
    periods = fold([first, loaded], [Revocation(None, BEGINNING, DAYS[3], import_id=7)])
    assert said(periods, DAYS[0])["size"] == 1
    assert said(periods, DAYS[0], known=DAYS[2])["size"] == 2
    assert said(fold([loaded, first], [Revocation(7, BEGINNING, DAYS[3])]), DAYS[0])["size"] == 2


@given(st.lists(WORDS, max_size=6), st.lists(REVOKED, max_size=2), st.sampled_from(DAYS))
def test_what_gives_each_value_of_a_day_is_what_the_fold_says(words, revocations, day):
    entries = [
        entry(number, word, effective, registered, order, **values)
        for number, (word, effective, registered, order, values) in enumerate(words, start=1)
    ]
    given_by = Written(entries, revocations).standing(day)
    told = given_by and {name: one.values[name] for name, one in given_by.items()}
    assert (told if given_by is not None else None) == by_hand(entries, revocations, day, DAYS[-1])


def test_what_stays_the_same_is_one_period():
    periods = fold([entry(1, "enter", 0, 0, name="Чтение"), entry(2, "amend", 3, 2, name="Чтение")])
    assert periods == [Period({"name": "Чтение"}, None, DAYS[0], END_OF_TIME, DAYS[0], END_OF_TIME)]


class Firm(Record):
    year: Line = field("Год")
    name: Line = field("Название")


class Deal(Record):
    firm: Ref = field("Фирма", to="firm")


HEAD = Role("head", "Директор", "school_head")


def register(**more):
    return Register(
        key="firm",
        title="Фирмы",
        record=Firm,
        identity=("year", "name"),
        called=lambda row: row.name,
        **more,
    )


def test_a_register_names_its_rows_and_its_readers():
    firms = register()
    assert repr(firms) == "<Register firm>"
    assert firms.link_of([*firms.shown.values()]).name == "name"
    (year,) = register(columns=("year",)).shown.values()
    assert firms.link_of([year]) is year
    assert firms.note(Firm(), None) == ""
    nothing = FactsTwin()
    assert firms.read_by(nothing, actor("clerk"))
    assert not register(readers=(HEAD,)).read_by(nothing, actor("clerk"))
    assert register(readers=(HEAD,)).read_by(nothing, actor("head_of_s06"))
    assert register(edited_by=(HEAD,)).is_edited_by(actor("head_of_s06"))
    assert not firms.is_edited_by(actor("head_of_s06"))
    plain = Register(
        key="plain", title="Просто", record=Firm, identity=(), called=lambda row: row.name
    )
    assert plain.link_of([*plain.shown.values()]).name == "year"
    deals = replace(plain, record=Deal, identity=("firm",))
    assert (plain.about, [view.name for view in deals.about]) == ((), ["firm"])


class Rule(Record):
    level: Choice = field("Уровень", choices={"high": "высокий", "low": "низкий"})
    name: Line = field("Название")


def test_rows_stand_in_groups_in_the_order_of_their_choice():
    rules = Register(
        key="rule",
        title="Правила",
        record=Rule,
        identity=("name",),
        called=lambda row: row.name,
        grouped_by="level",
        headings={"low": "Низкие"},
        sorted_by=("level", "-name"),
    )
    low, high, odd = (Rule(level=level, name=level) for level in ("low", "high", "odd"))
    last = Rule(level="low", name="a")
    assert rules.in_order([odd, last, low, high]) == [high, low, last, odd]
    assert [rules.group_of(row) for row in (low, high, odd)] == ["Низкие", "высокий", ""]
    plain = register()
    assert plain.in_order([firm := Firm()]) == [firm]
    assert plain.group_of(firm) == ""


def test_what_is_closed_is_read_by_nobody_beyond_what_its_function_gives():
    firms = register(
        readers=(HEAD,),
        edited_by=(HEAD,),
        read_through="name",
        closed_by=lambda _facts, actor: ("Ромашка",) if actor.capacities else (),
    )
    assert firms.read_by(FactsTwin(), actor("head_of_s06")) == Readable("name", {"Ромашка"})
    assert not firms.read_by(FactsTwin(), replace(actor("clerk"), capacities=()))
    assert not firms.is_open


def test_who_writes_into_a_register_reads_it_too():
    firms = register(readers=(HEAD,), edited_by=(Role("clerk", "Делопроизводитель", "clerk"),))
    assert firms.is_edited_by(actor("clerk"))
    assert firms.read_by(FactsTwin(), actor("clerk")) == Readable()
    assert not firms.is_edited_by(actor("head_of_s06"))


class Task(Record):
    shop: Int = field("Лавка")
    state: Choice = field("Состояние", choices={"open": "ждёт", "done": "сделано"})
    due_on: Date = field("Срок", optional=True)


def test_others_read_the_rows_of_what_is_their_own():
    tasks = Register(
        key="task",
        title="Задания",
        record=Task,
        identity=("shop",),
        called=lambda row: row.state,
        readers=(HEAD,),
        read_through="shop",
        own=lambda _facts, actor: {actor.person_id},
    )
    facts, clerk = FactsTwin(), actor("clerk")
    own, other = Task(shop=clerk.person_id), Task(shop=-1)
    everything, part = (tasks.read_by(facts, actor(name)) for name in ("head_of_s06", "clerk"))
    assert [everything.has(row) for row in (own, other, None)] == [True, True, False]
    assert [part.has(row) for row in (own, other, None)] == [True, False, False]
    assert part
    assert not Readable("shop", frozenset())


def test_who_writes_her_own_rows_reads_no_others_and_writes_none_she_only_reads():
    clerks = Role("clerk", "Делопроизводитель", "clerk")

    def tasks(**said):
        return Register(
            key="task",
            title="Задания",
            record=Task,
            identity=("shop",),
            called=lambda row: row.state,
            readers=(HEAD,),
            edited_by=(clerks, HEAD),
            read_through="shop",
            own=lambda _facts, actor: {actor.person_id},
            **said,
        )

    facts, clerk, head = FactsTwin(), actor("clerk"), actor("head_of_s06")
    own, other = Task(shop=clerk.person_id), Task(shop=-1)
    narrow, wide = tasks(edits_own=True), tasks()
    assert [narrow.read_by(facts, clerk).has(row) for row in (own, other)] == [True, False]
    assert [narrow.written_by(facts, clerk).has(row) for row in (own, other)] == [True, False]
    assert narrow.read_by(facts, head).has(other)
    assert not narrow.written_by(facts, head).has(other)
    assert wide.written_by(facts, clerk).has(other)


class Sale(Record):
    shop: Line = field("Лавка")
    month: Line = field("Месяц")
    count: Int = field("Продано")


def test_rows_are_added_up_by_a_field_across_what_they_say():
    sums = Sums("Продажи", "shop", lambda row: row.month, "count")
    rows = [
        Sale(shop=shop, month=month, count=count)
        for shop, month, count in (
            ("А", "май", 1),
            ("Б", "июнь", 5),
            ("А", "май", 2),
            ("А", "", None),
        )
    ]
    assert sums.table(rows) == (["", "июнь", "май"], {"Б": {"июнь": 5}, "А": {"май": 3, "": 0}})
    assert sums.table([]) == ([], {})


def test_a_row_is_late_after_its_day_while_it_asks_for_something():
    pending = Pending("Открытых", "state", ("open",), "due_on")
    rows = [
        Task(state=state, due_on=due_on) for state in ("open", "done") for due_on in (None, DAYS[0])
    ]
    assert [pending.is_late(row, DAYS[1]) for row in rows] == [False, True, False, False]
    assert not pending.is_late(rows[1], DAYS[0])


def test_what_was_written_tells_by_which_entry_a_row_says_what_it_says():
    written = Written(
        [
            entry(1, "enter", None, 0, name="Чтение", area="язык"),
            entry(2, "amend", 2, 0, order=7, area="речь"),
            entry(3, "end", 5, 0),
        ],
        [Revocation(7, DAYS[4], DAYS[1]), Revocation(7, DAYS[5], DAYS[2])],
    )
    sources = {day: one.id for day in DAYS[:5] for one in [written.sources(day)["area"]]}
    assert [*sources.values()] == [1, 1, 2, 2, 1]
    assert written.values(DAYS[3]) == {"name": "Чтение", "area": "речь"}
    assert [[one.id for one in written.brought_by(DAYS[day])] for day in (0, 5)] == [[1], []]
    assert [written.ended_by(DAYS[day]) for day in (4, 5)] == [None, written.newest]
    assert [*map(written.begun, DAYS[4:6])] == [[], [written.newest]]
    assert [one.id for one in written.after(DAYS[0])] == [2, 3]
    assert [one.id for one in written.before(written.newest).entries] == [1, 2]
    assert Written().newest is None


def test_what_counts_later_leaves_out_an_order_revoked_by_then():
    entries = [entry(1, "enter", 0, 0), entry(2, "amend", 4, 0, order=7, name="Чтение")]
    revoked = Written(entries, [Revocation(7, DAYS[3], DAYS[1])])
    assert [*revoked.after(DAYS[0])] == []
    assert [revoked.is_left_out(one) for one in entries] == [False, True]
    assert revoked.before(entry(3, "end", 5, 1)).values(DAYS[4]) == {"name": "Чтение"}
    assert [one.id for one in Written(entries).after(DAYS[0])] == [2]


def test_an_entry_taken_back_counts_no_more_since_that_is_known_and_may_come_back():
    entries = [
        entry(1, "enter", 0, 0, name="Чтение"),
        entry(2, "amend", 2, 1, name="Письмо"),
        replace(entry(3, "amend", 2, 3), takes_back=2),
    ]
    periods = fold(entries)
    assert said(periods, DAYS[3]) == {"name": "Чтение"}
    assert said(periods, DAYS[3], known=DAYS[2]) == {"name": "Письмо"}
    assert Written(entries).taken_back == {2}
    assert Written(entries).newest_standing.id == 1
    again = replace(entry(4, "amend", 2, 4), takes_back=3)
    assert Written([*entries, again]).newest_standing.id == 2
    assert said(fold([*entries, again]), DAYS[3]) == {"name": "Письмо"}
    assert Written(entries).after_writing(again).taken_back == {3}
    assert [*Written(entries).after(DAYS[0])] == []


@given(st.lists(st.tuples(st.sampled_from(["enter", "amend", "end"]), st.integers(0, 6))))
def test_what_was_written_says_what_the_fold_says(words):
    entries = [entry(n, word, day, 0, value=n) for n, (word, day) in enumerate(words, start=1)]
    written, periods = Written(entries), fold(entries)
    for day in DAYS:
        told = said(periods, day)
        assert bool(written.brought_by(day)) == (told is not None)
        assert told is None or written.values(day) == told
