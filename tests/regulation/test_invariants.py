"""Random people, random steps, time and silence: what must stay true stays true (dossier 7.7)."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import insert
from stories import NOTE, ORDER, PROPOSAL, done, to_department, to_signature
from walking import Walk, walk

from workflow_app.store.models.directory import Setting

HEADS = ("P102", "P101", "P103", "P105", "P110", "P112", "P116")
OFFICE = ("P001", "P002", "P003", "P004", "P005", "P006")
SCHOOLS = ("S05", "S03", "S10", "S12", "S16")
TERMS = ({}, {"valid_from": "2025-12-01"}, {"valid_from": "2026-09-01", "valid_to": "2027-08-31"})
REMARK = {"key": "1", "about": "members", "text": "уточните состав сети"}
FILLED = {
    "reason": "причина названа словами",
    "conclusion": "Условия выполнены.",
    "code": "other",
    "remarks": [REMARK],
    "number": None,
    "basis_reason": "",
    "file": 1,
    "notes": "",
    "recommendation": "support",
    "registered_on": None,
    "link": "https://levokum.example/orders",
}


class Office(Walk):
    """Proposals of networks and their orders."""

    walked = (PROPOSAL, ORDER)
    people = (*HEADS, *OFFICE)

    def filled(self, case, data):
        members = [row.school for row in self.district.case(case).data.members]
        if not members:
            return FILLED
        return {**FILLED, "school": data.draw(st.sampled_from(members), label="school")}

    def complete(self, case):
        if case in self.orders_to_fill():
            self.fill_in(case)

    @initialize(
        stage=st.sampled_from(("signed", "on_signature", "dept_review", "empty")),
        publishes=st.booleans(),
    )
    def open_the_district(self, stage, publishes):
        """Begin anywhere on the way: a random walk alone seldom comes to a signature."""
        self.begin("2025-08-28")
        site = {"municipality_id": 1, "key": "A-16"}
        site["value"] = {"within": 10, "required": publishes}
        self.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(site)))
        if stage == "empty":
            return
        case = to_department(self.district, valid_from="2025-12-01")
        if stage != "dept_review":
            done(self.district.act("P002", case, "approve"))
            order = to_signature(self.district, case)
        if stage == "signed":
            done(self.district.act("P002", order, "sign"))

    @rule(
        who=st.sampled_from(("P102", "P102", "P101", "P003", "P105")),
        schools=st.lists(st.sampled_from(SCHOOLS), min_size=1, max_size=3, unique=True),
        term=st.sampled_from(TERMS),
        name=st.sampled_from("АБ"),
    )
    def propose(self, who, schools, term, name):
        """Somebody proposes a network."""
        helped = {"S05", "S10", "S12", "S16"}
        rows = [
            {
                "school": self.district.school(code),
                "role": "supported" if code in helped else "partner",
            }
            for code in schools
        ]
        values = {
            "name": f"Сеть {name}",
            "members": rows,
            "context_note": NOTE,
            "directions": self.district.directions("2025-2026")[:1],
            **term,
        }
        if who == "P003":
            values["base"] = self.district.school("S02")
        self.unharmed(lambda: self.district.start(who, PROPOSAL, **values))

    @precondition(lambda self: self.orders_to_fill())
    @rule(data=st.data())
    def fill_in_the_order(self, data):
        """The specialist completes a draft order."""
        self.fill_in(data.draw(st.sampled_from(self.orders_to_fill()), label="order"))

    def fill_in(self, order):
        people = self.district.people
        self.unharmed(
            lambda: self.district.edit(
                "P003",
                order,
                acts=[self.district.acts["A11"]],
                coordinator=people["P102"],
                curator=people["P006"],
                control=people["P002"],
            )
        )

    @precondition(lambda self: self.open_cases(PROPOSAL, "draft", "returned"))
    @rule(data=st.data(), schools=st.lists(st.sampled_from(SCHOOLS), max_size=3, unique=True))
    def change_the_composition(self, data, schools):
        """The author asks other schools."""
        case = data.draw(
            st.sampled_from(self.open_cases(PROPOSAL, "draft", "returned")), label="case"
        )
        rows = [{"school": self.district.school(code), "role": "supported"} for code in schools]
        head = (
            "P101" if self.district.case(case).data.base == self.district.school("S01") else "P102"
        )
        self.unharmed(lambda: self.district.edit(head, case, members=rows))

    def orders_to_fill(self):
        orders = self.open_cases(ORDER, "draft", "returned")
        return [order for order in orders if not self.district.case(order).data.acts]


def test_invariants_hold_on_short_walks(sqlite_maker):
    walk(Office, sqlite_maker.open, examples=4, steps=20)


@pytest.mark.deep
def test_invariants_hold_on_long_walks(sqlite_maker):
    walk(Office, sqlite_maker.open, examples=10, steps=40)
