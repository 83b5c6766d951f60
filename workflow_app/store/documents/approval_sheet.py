"""Лист согласования: what everybody was asked in a case, round by round, and what each said.

1. It is told from what never changes: lines of history, work items, snapshots of the text.
2. Whoever reads the case has it made as a paper of the case; its values are frozen then, so that a
   sheet never changes. Where nothing happened since the newest one, that one is it.
3. A worker makes the Word file of it, as of every paper; PDF and REST come with that.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from workflow_app.engine.case import Case
from workflow_app.engine.forms import texts_of
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.engine.votes import PENDING
from workflow_app.services.cases import signing
from workflow_app.services.cases.rounds import Asking, Given, Round, rounds
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.ports import NewDocument
from workflow_app.store.cases import history
from workflow_app.store.documents import papers
from workflow_app.store.models.directory import Organisation, Person
from workflow_app.store.models.instances import BallotRow, History, VoteRow, WorkItem
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.unit_of_work import SqlUnitOfWork

KEY = "approval_sheet"
TABLE = "table"
"""Stands in place of a template: the values are those of a `ListPaper`."""
TITLE = "Лист согласования (все круги)"
COLUMNS = ("Кто", "Направлено", "Срок", "Ответ дан", "Решение", "Замечание", "Чем подтверждено")
SHORT = 12
"""Signs of a hash that a person compares by eye."""
CERTIFIES = "Лист заверил(а): должность, подпись, расшифровка"
NOT_NEEDED = "ответ не понадобился"
NOTHING_ASKED = Refusal("nothing_asked", "По этому делу ещё никого не спрашивали")

_STANDS_FOR = aliased(Person)
_Row = Mapping[str, Any]


def ask(uow: SqlUnitOfWork, case: Case) -> int | Refusal:
    """Have the sheet made as a case stands now; return the document it is, or will be."""
    told = tell(uow, case)
    if told is None:
        return NOTHING_ASKED
    content_hash = sha256(canonical(told))
    known = papers.of_case(uow.connection, case.id)
    newest = next((one for one in reversed(known) if one.paper == KEY), None)
    if newest and not newest.withdrawn_at and newest.content_hash == content_hash:
        return newest.id
    name = file_name(f"Лист согласования {case.number or case.id}".replace("/", "-"))
    made = NewDocument(KEY, TITLE, TABLE, name, told, content_hash, case.state)
    return uow.issue(case, made)


def tell(uow: SqlUnitOfWork, case: Case) -> dict[str, Any] | None:
    """Return what the sheet of a case prints, a `ListPaper`; None where nobody was asked yet."""
    teller = _Teller(uow, case)
    blocks = sorted((*teller.rounds(), *teller.signatures()), key=lambda one: one.at)
    if not blocks:
        return None
    facts, last = uow.facts(case.municipality_id), teller.lines[-1]
    department = facts.organisation("department")
    moment = f"{last['at'].astimezone(uow.zone):%d.%m.%Y %H:%M}"
    return {
        "title": "Лист согласования",
        "letterhead": _capital(department.name) if department else "",
        "above": [
            teller.named(),
            f"по состоянию на {moment}, шаг {last['seq']} дела, сумма {last['sha256'][:SHORT]}",
        ],
        "columns": COLUMNS,
        "rows": [row for block in blocks for row in block.rows],
        "groups": [block.heading for block in blocks for _ in block.rows],
        "signer": (CERTIFIES, ""),
    }


def _is_early(asking: Asking) -> bool:
    return bool(asking.due_at and asking.closed_at and asking.closed_at < asking.due_at)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows under one heading, and since when they are."""

    at: dt.datetime
    heading: str
    rows: Sequence[Sequence[str]]


class _Teller:
    """Reads a case once, in a fixed number of statements, and tells its sheet."""

    def __init__(self, uow: SqlUnitOfWork, case: Case) -> None:
        self.uow, self.case = uow, case
        self.process: Process = uow.processes[case.process]
        self.lines = self._lines()
        self.votes = self._votes()
        self.asked = rounds(self._items(), self._answers())
        self.editions = self._editions()
        self.titles = {one.held_by: one.title for one in reversed(self.process.roles())}

    def _lines(self) -> Sequence[_Row]:
        """Return every line of history, with the names of who took it and whom she stood for."""
        query = (
            select(
                *History.__table__.c,
                func.coalesce(Person.short_nom, "").label("name"),
                func.coalesce(_STANDS_FOR.short_nom, "").label("instead_of"),
            )
            .outerjoin(Person, Person.id == History.person_id)
            .outerjoin(_STANDS_FOR, _STANDS_FOR.id == History.stands_for)
            .where(History.instance_id == self.case.id)
            .order_by(History.seq)
        )
        return [dict(row) for row in self.uow.connection.execute(query).mappings()]

    def _votes(self) -> Mapping[tuple[str, str], Any]:
        query = (
            select(
                *VoteRow.__table__.c,
                BallotRow.key.label("ballot"),
                BallotRow.closed_at,
                func.coalesce(Organisation.called(self.uow.today), "").label("organisation"),
            )
            .join(BallotRow, BallotRow.id == VoteRow.ballot_id)
            .outerjoin(Organisation, Organisation.id == VoteRow.organisation_id)
            .where(BallotRow.instance_id == self.case.id)
            .order_by(BallotRow.id, VoteRow.id)
        )
        rows = self.uow.connection.execute(query)
        return {(row.ballot, row.voter): row for row in rows if row.ballot in self.process.ballots}

    def _editions(self) -> Mapping[str, str]:
        """Return how every text is called that was before somebody, by its hash.

        Texts are counted in the order of history: a draft nobody was asked about is none.
        """
        before = {self._text_of(one) for one in self.asked}
        before |= {line["text_hash"] for line in self._signed()}
        before |= {given.said["text_hash"] for given in self._answers()}
        first: dict[str, dt.datetime] = {}
        for line in self.lines:
            if line["text_hash"] in before:
                first.setdefault(line["text_hash"], line["at"])
        return {
            text: f"редакция {number} от {self._moment(at)}, сумма текста {text[:SHORT]}"
            for number, (text, at) in enumerate(first.items(), start=1)
        }

    def named(self) -> str:
        """Return what the case is, how it is called, and its number with its day."""
        title, heading = self.process.title, self.process.heading_of(self.case.data)
        called = heading if heading.startswith(title) else f"{title}. {heading}"
        return f"{called} {self._number()}".strip()

    def _number(self) -> str:
        query = select(JournalEntry.label, JournalEntry.registered_on).where(
            JournalEntry.instance_id == self.case.id,
            JournalEntry.municipality_id == self.case.municipality_id,
            JournalEntry.label == self.case.number,
        )
        row = self.uow.connection.execute(query).first()
        return f"№ {row.label} от {row.registered_on:%d.%m.%Y}" if row else ""

    # ------------------------------------------------------------ rounds

    def rounds(self) -> Iterator[_Block]:
        """Yield the rounds of every question, with what was answered without being asked."""
        seen = {(one.ballot, one.voter) for each in self.asked for one in each.askings}
        for each in self.asked:
            rows = [row for one in each.askings for row in self._rows(one, self._text_of(each))]
            yield _Block(each.opened_at, self._heading(each), rows)
        beside: dict[str, list[Any]] = {}
        for place, vote in self.votes.items():
            if place not in seen and vote.status != PENDING:
                beside.setdefault(vote.ballot, []).append(vote)
        for key, votes in beside.items():
            title = f"{self.process.ballots[key].title}: учтено без запроса"
            rows = [
                self._row(
                    self._voter(one),
                    answered=self._moment(one.answered_at) if one.answered_at else "",
                    decision=self._word(one),
                )
                for one in votes
            ]
            yield _Block(votes[0].asked_at, title, rows)

    def _items(self) -> Iterator[Asking]:
        """Yield what every voter was asked, from her work items."""
        c = WorkItem.__table__.c
        query = select(c.ballot, c.voter, c.opened_at, c.closed_at, c.due_at).where(
            and_(c.instance_id == self.case.id, c.ballot != "")
        )
        for row in self.uow.connection.execute(query.order_by(c.opened_at, c.id)):
            # A question whose asking was taken back has no votes any more: it was never put.
            if (row.ballot, row.voter) in self.votes:
                yield Asking(*row)

    def _answers(self) -> Iterator[Given]:
        for line in history.standing(self.lines):
            found = self.process.answer(line["action"])
            voter = str(line["form"].get("voter", ""))
            if found and (found[0].key, voter) in self.votes:
                yield Given(found[0].key, voter, line["at"], line)

    def _rows(self, asking: Asking, text: str) -> Iterator[Sequence[str]]:
        vote = self.votes[asking.ballot, asking.voter]
        ballot, asked = self.process.ballots[asking.ballot], self._moment(asking.opened_at)
        due = f"{asking.due_at.astimezone(self.uow.zone):%d.%m.%Y}" if asking.due_at else ""
        for line in asking.answers:
            answer = ballot.answer(line["action"])
            decision = [ballot.status_word(answer.gives) if answer else line["title"]]
            if line["text_hash"] != text:
                decision.append(f"дан на текст: {self._edition(line['text_hash'])}")
            if vote.is_left_out and asking.is_last:
                decision.append("не учитывается")
            yield self._row(
                self._person(line, vote.organisation),
                asked,
                due,
                self._moment(line["at"]),
                "\n".join(decision),
                texts_of(answer.form if answer else None, line["form"]),
                signing.in_words(answer, line["form"], self.uow.zone) or "отметка в системе",
            )
        if not asking.answers:
            yield self._row(self._voter(vote), asked, due, decision=self._unanswered(asking, vote))

    def _unanswered(self, asking: Asking, vote: Any) -> str:
        if not asking.is_last or vote.is_left_out or vote.answered_at:
            return NOT_NEEDED
        if vote.status == PENDING and (asking.closed_at or vote.closed_at):
            return NOT_NEEDED
        if vote.status != PENDING and _is_early(asking):
            return f"{self._word(vote)}\nопрос закончен раньше срока"
        return self._word(vote)

    def _word(self, vote: Any) -> str:
        return self.process.ballots[vote.ballot].status_word(vote.status)

    def _heading(self, one: Round) -> str:
        ballot = self.process.ballots[one.ballot]
        return f"{ballot.title}. Круг {one.number}: {self._edition(self._text_of(one))}"

    def _text_of(self, one: Round) -> str:
        """Return the hash of the text that was before the voters of a round."""
        for asking in one.askings:
            if asking.answers:
                return str(asking.answers[0]["text_hash"])
        last = next((one for one in one.askings if one.is_last), None)
        kept = self.votes[last.ballot, last.voter].text_hash if last else ""
        before = [line for line in self.lines if line["at"] <= one.opened_at]
        return kept or str((before or self.lines)[-1]["text_hash"])

    def _edition(self, text: str) -> str:
        return self.editions.get(text) or f"сумма текста {text[:SHORT]}"

    # ------------------------------------------------------------ signatures

    def signatures(self) -> Iterator[_Block]:
        """Yield the signed steps that nobody took back."""
        for line in self._signed():
            step = self.process.step(line["from_state"], line["action"])
            row = self._row(
                self._person(line),
                answered=self._moment(line["at"]),
                decision=line["title"],
                remark=texts_of(step.form if step else None, line["form"]),
                signed=signing.in_words(step, line["form"], self.uow.zone),
            )
            yield _Block(line["at"], f"Подпись: {self._edition(line['text_hash'])}", [row])

    def _signed(self) -> Iterator[_Row]:
        for line in history.standing(self.lines):
            is_answer = self.process.answer(line["action"]) is not None
            if signing.MARK in line["form"] and not is_answer:
                yield line

    # ------------------------------------------------------------ cells

    def _row(
        self,
        who: str,
        asked: str = "",
        due: str = "",
        answered: str = "",
        decision: str = "",
        remark: str = "",
        signed: str = "",
    ) -> Sequence[str]:
        return [who, asked, due, answered, decision, remark, signed]

    def _voter(self, vote: Any) -> str:
        """Return who was asked: the organisation, or the office where none is named."""
        return str(vote.organisation or self.titles.get(vote.role, vote.voter_group) or vote.role)

    def _person(self, line: _Row, voter: str = "") -> str:
        """Return who answered: her name, as whom, for which voter, and whom she stood for."""
        named = ", ".join(filter(None, (line["name"], line["acting_as"])))
        instead = f"замещает: {line['instead_of']}" if line["instead_of"] else ""
        return "\n".join(filter(None, (named, voter, instead)))

    def _moment(self, at: dt.datetime) -> str:
        return f"{at.astimezone(self.uow.zone):%d.%m.%Y %H:%M}"
