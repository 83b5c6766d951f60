"""Паспорт процесса: who may do what, if what, then what, within how many working days."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MethodType
from typing import Any

from workflow_app.engine.ballots import Amount, Answer, Ballot, Setting, Silence, Threshold
from workflow_app.engine.changes import Notify, Paper, Put
from workflow_app.engine.deadlines import Due, Holder
from workflow_app.engine.forms import views
from workflow_app.engine.process import Process, State, Transition, Way, otherwise
from workflow_app.engine.roles import Role
from workflow_app.engine.signatures import Accepted, Signed

KINDS = {
    "start": "начинает дело",
    "move": "действие",
    "when": "само, как только условие выполнено",
    "on": "по исходу другого процесса",
    "revise": "новая редакция",
}
UNITS = {"working": "раб. дн.", "calendar": "календ. дн."}


@dataclass(frozen=True, slots=True)
class StateLine:
    """A state: who works in it and how long."""

    title: str
    waits_for: str
    deadlines: tuple[str, ...]
    is_final: bool


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action: who, from where to where, if what, then what."""

    title: str
    kind: str
    who: str
    source: str
    target: str
    conditions: tuple[str, ...]
    effects: tuple[str, ...]
    fields: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class BallotLine:
    """A ballot: who answers what, and its rule in words."""

    title: str
    who: str
    answers: tuple[str, ...]
    rule: tuple[str, ...]
    deadline: str


@dataclass(frozen=True, slots=True)
class Passport:
    """Everything a person has to know of a process, as lines of text."""

    title: str
    basis: str
    version: int
    fields: tuple[str, ...]
    states: tuple[StateLine, ...]
    actions: tuple[ActionLine, ...]
    ballots: tuple[BallotLine, ...]
    papers: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    poll: tuple[str, ...] = ()


def described(process: Process) -> Passport:
    """Return the passport as a structure a page can lay out."""
    return Passport(
        process.title,
        process.basis,
        process.version,
        tuple(view.title for view in views(process.form)),
        tuple(_state(process, state) for state in process.states.values()),
        tuple(_action(process, transition) for transition in process.transitions),
        tuple(_ballot(process, ballot) for ballot in process.ballots.values()),
        tuple(paper.title for paper in process.papers.values()),
        tuple(sentence(warning) for warning in process.warnings),
        tuple(line.title for line in process.checklist),
        tuple(table.title for table in process.tables.values()),
        tuple(_poll(process)),
    )


def passport(process: Process) -> str:
    """Return the passport as Markdown."""
    page = described(process)
    return "\n".join((*_head(page), *_states(page), *_actions(page), *_ballots(page))) + "\n"


# ---------------------------------------------------------------- sentences


def sentence(thing: Any) -> str:
    """Return what a guard or effect says of itself: its `title`, else its docstring's promise."""
    said = getattr(thing, "title", "") or (thing.__doc__ or "").partition("\n")[0]
    return said.strip().rstrip(".")


def _poll(process: Process) -> Iterator[str]:
    """Yield who answers, who hands out the links, and what is kept of an answer."""
    if process.poll:
        yield f"по ссылке или войдя: {_names(process.poll.voters)}"
        yield f"ссылки делают: {_names(process.poll.by)}"
        yield "хранится только, сколько раз выбран каждый ответ; итоги — после конца"


def _names(roles: Iterable[Role]) -> str:
    return ", ".join(dict.fromkeys(role.title for role in roles))


def _told(to: Role | Holder) -> str:
    """Return whom a missed deadline reaches."""
    return to.title if isinstance(to, Role) else f"{to.title} (если его нет — {to.otherwise.title})"


def deadline(process: Process, due: Due) -> str:
    """Return a deadline in words: how long, reminders, whom it reaches, what then happens."""
    parts = [f"{due.offset} {UNITS[due.unit]}" if due.on is None else sentence(due.on)]
    if due.august is not None:
        parts.append(f"в августе можно {due.august}")
    if due.remind:
        days = ", ".join("в день срока" if d == 0 else f"за {d} дн." for d in due.remind)
        parts.append(f"напоминание {days}")
    parts += [f"через {days} раб. дн. после срока — {_told(to)}" for days, to in due.escalate]
    if due.then:
        parts.append(f"затем само: «{process.step_title(due.then)}»")
    return "; ".join(parts)


def _state(process: Process, state: State) -> StateLine:
    deadlines = [deadline(process, due) for due in state.due]
    if state.ballot and state.ballot.due:
        deadlines.append(deadline(process, state.ballot.due))
    if state.no_deadline:
        deadlines.append(f"без срока: {state.no_deadline}")
    who = _names(state.waits_for) or (state.ballot.voter_title if state.ballot else "")
    return StateLine(state.title, who, tuple(deadlines), state.is_final)


def _action(process: Process, action: Transition) -> ActionLine:
    titles = {key: state.title for key, state in process.states.items()}
    conditions = [sentence(guard) for guard in action.guards]
    if action.condition:
        conditions.append(_condition(action.condition))
    conditions += [_not_who_took(process, key) for key in action.apart]
    if action.signed:
        conditions.append(_signature(action.signed))
    return ActionLine(
        action.title,
        KINDS[action.kind],
        _names(action.by),
        ", ".join(titles[key] for key in action.sources) or "—",
        _target(action.ways, titles),
        tuple(conditions),
        tuple(line for effect in action.effects for line in _effect(process, effect)),
        tuple(view.title for view in views(action.form)) if action.form else (),
        action.basis,
    )


def _not_who_took(process: Process, step: str) -> str:
    return f"не тот, кто выполнил «{process.step_title(step)}»"


def _target(ways: Sequence[Way], titles: Mapping[str, str]) -> str:
    """Return where an action leads; of a fork, which way is taken when."""
    if len(ways) == 1:
        return titles[ways[0].state]
    return "; ".join(f"{titles[way.state]} ({_when(way)})" for way in ways)


def _when(way: Way) -> str:
    return "иначе" if way.condition is otherwise else f"если {_condition(way.condition)}"


def _signature(signed: Signed) -> str:
    if isinstance(signed, Accepted):
        return f"с подписью (виды подписи — настройка {signed.setting})"
    return "с повторным вводом пароля"


def _condition(condition: Callable[..., bool]) -> str:
    if isinstance(condition, MethodType) and isinstance(condition.__self__, Ballot):
        ended = {"passed": "состоялся", "failed": "не состоялся"}
        return f"опрос «{condition.__self__.title}» {ended[condition.__name__]}"
    return sentence(condition)


CHANGES = {
    "Amend": "запись реестра изменена",
    "Ask": "опрос",
    "Call": "действие в связанном деле",
    "End": "запись реестра прекращена",
    "Enter": "запись в реестр",
    "Fan": "строки становятся делами",
    "Number": "номер журнала",
    "Pause": "сроки останавливаются",
    "Put": "поля дела заполнены",
    "Resume": "сроки идут дальше",
    "Start": "новое дело",
    "Withdraw": "документы дела отменены",
}


def _effect(process: Process, effect: Any) -> Iterator[str]:
    """Yield what an effect does: changes are called by their kind, functions by what they say."""
    match effect:
        case Paper(key):
            paper = process.papers.get(key)
            yield f"документ «{paper.title if paper else key}»"
        case Put(snapshot=True):
            yield "редакция сохраняется"
        case Notify(roles, subject):
            yield f"извещение «{subject}»: {_names(roles)}"
        case MethodType() if isinstance(effect.__self__, Ballot):
            yield f"опрос «{effect.__self__.title}»"
        case _:
            yield CHANGES.get(type(effect).__name__) or sentence(effect)


# ---------------------------------------------------------------- ballots


def _ballot(process: Process, ballot: Ballot) -> BallotLine:
    answers = (_answer(process, answer) for answer in ballot.answers)
    return BallotLine(
        ballot.title,
        ballot.voter_title,
        tuple(answers),
        tuple(rule(ballot)),
        deadline(process, ballot.due) if ballot.due else "",
    )


def _answer(process: Process, answer: Answer) -> str:
    """Return an answer with who gives it for another, and on which conditions."""
    said = [answer.by.title] if answer.by else []
    said += [sentence(guard) for guard in answer.if_]
    said += [_not_who_took(process, step) for step in answer.apart]
    return answer.title + (f" ({'; '.join(said)})" if said else "")


def rule(ballot: Ballot) -> Iterator[str]:
    """Yield the rule of a ballot in words."""
    titles = {answer.gives: answer.title for answer in reversed(ballot.answers)}
    if ballot.need:
        base = "приглашённых" if ballot.of == "invited" else "проголосовавших"
        yield f"«{_quoted(ballot.yes, titles)}» — {share(ballot.need)} {base}"
    if ballot.aside:
        yield "кто предлагает, в доле не считается"
    if isinstance(ballot.quorum, int):
        yield f"кворум: {ballot.quorum} из {ballot.most}"
    elif ballot.quorum:
        yield f"кворум: {share(ballot.quorum)} голосующих"
    if ballot.veto:
        yield f"«{_quoted(ballot.veto, titles)}» прекращает опрос сразу"
    if ballot.abstain:
        yield f"«{_quoted(ballot.abstain, titles)}» — не «за»; {_abstention(ballot)}"
    if ballot.casting is not None:
        yield "ровно этой доли достаточно, если «за» голосовал председательствующий"
    if ballot.also:
        yield sentence(ballot.also)
    yield _silence(ballot)


def _silence(ballot: Ballot) -> str:
    if isinstance(ballot.silence, Silence):
        return f"что значит молчание к сроку — по настройке {ballot.silence.by.name}"
    return "молчание к сроку — не согласие" if ballot.silence else "молчание опроса не завершает"


def _abstention(ballot: Ballot) -> str:
    places = (
        (ballot.abstention_makes_quorum, "в кворуме"),
        (ballot.abstention_is_vote, "среди голосов"),
    )
    said = [
        f"{place} — по настройке {counts.name}"
        if isinstance(counts, Setting)
        else f"{place} {'считается' if counts else 'не считается'}"
        for counts, place in places
    ]
    return ", ".join(said)


def _quoted(statuses: Iterable[str], titles: dict[str, str]) -> str:
    return "», «".join(titles.get(status, status) for status in statuses)


def share(threshold: Threshold) -> str:
    """Return a share in words."""
    amount, enough = threshold.amount, threshold.reached_is_enough
    if not isinstance(amount, Setting) and Fraction(amount) == 1:
        return "все из"
    if isinstance(enough, Setting):
        return f"более (или ровно — по настройке {enough.name}) {_amount(amount)} от"
    return f"{'не менее' if enough else 'более'} {_amount(amount)} от"


def _amount(amount: Amount) -> str:
    return f"доли {amount.name}" if isinstance(amount, Setting) else str(Fraction(amount))


# ---------------------------------------------------------------- Markdown


def _head(page: Passport) -> Iterator[str]:
    yield f"# Паспорт процесса «{page.title}»"
    yield ""
    yield f"Основание: {page.basis or '—'}. Версия {page.version}."
    yield ""
    yield f"Заполняют: {', '.join(page.fields)}."
    if page.papers:
        yield ""
        yield f"Документы: {', '.join(page.papers)}."
    said = (
        ("Предупреждает", page.warnings),
        ("Готовность", page.checklist),
        ("Показывает", page.tables),
        ("Анонимно отвечают", page.poll),
    )
    for title, lines in said:
        if lines:
            yield ""
            yield f"{title}: {'; '.join(lines)}."


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = tuple(columns)
    yield ""
    yield f"## {title}"
    yield ""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') or '—' for cell in row)} |"


def _states(page: Passport) -> Iterator[str]:
    rows = (
        (
            line.title,
            line.waits_for,
            "дело закончено" if line.is_final else "<br>".join(line.deadlines),
        )
        for line in page.states
    )
    yield from _table("Состояния и сроки", ("состояние", "кого ждёт", "срок"), rows)


def _actions(page: Passport) -> Iterator[str]:
    rows = (
        (
            line.title,
            line.who,
            f"{line.source} → {line.target}",
            "<br>".join(line.conditions),
            "<br>".join(line.effects),
            line.basis,
        )
        for line in page.actions
    )
    columns = ("действие", "кто", "откуда → куда", "если", "тогда", "пункт")
    yield from _table("Действия", columns, rows)


def _ballots(page: Passport) -> Iterator[str]:
    if page.ballots:
        rows = (
            (line.title, line.who, ", ".join(line.answers), "<br>".join(line.rule), line.deadline)
            for line in page.ballots
        )
        yield from _table("Опросы", ("опрос", "кто", "ответы", "правило", "срок"), rows)
