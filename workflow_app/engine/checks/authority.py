"""Mistakes of authority: actions nobody may take, people who cannot see what they work on."""

from collections.abc import Iterable, Iterator

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.checks.finding import Finding, World, is_for_system
from workflow_app.engine.checks.source import mentions, plain_function
from workflow_app.engine.process import AUTHOR, Process, State
from workflow_app.engine.roles import POST, SYSTEM_ROLE, Role


def check(process: Process, world: World) -> Iterator[Finding]:
    """Yield the mistakes of roles."""
    yield from _roles(process, world)
    for transition in process.transitions:
        if not transition.by:
            yield Finding(
                transition.where,
                "nobody_may",
                f"Действие «{transition.title}» не открыто никому: назовите роль (by=)",
            )
        if transition.kind == "when" and transition.guards:
            yield Finding(
                transition.where,
                "when_with_guard",
                f"Переход «{transition.title}» происходит сам: отказать в нём некому, "
                "внесите проверку в условие",
            )
    yield from _beginnings(process)
    for state in process.states.values():
        yield from _blind(process, state)
    poll = process.poll
    told = (*(process.feed.to if process.feed else ()), *(poll.voters if poll else ()))
    for role in (*told, *(poll.by if poll else ())):
        if not _covers(process.readers, role):
            yield Finding(
                process.where,
                "cannot_read",
                f"О деле узнаёт «{role.title}», а открыть его не может: добавьте роль в readers",
            )
    for ballot in process.ballots.values():
        yield from _blind_voters(process, ballot)
    yield from _revisions(process)


def _roles(process: Process, world: World) -> Iterator[Finding]:
    for role in process.roles():
        known = process.posts if role.held_by == POST else (AUTHOR, *process.parties)
        if (role.party is not None or role.held_by == POST) and role.party not in known:
            yield Finding(
                process.where,
                "unknown_party",
                f"Роль «{role.title}» ищет участника «{role.party}», а процесс его не называет",
            )
        if (
            world.known_roles is not None
            and role is not SYSTEM_ROLE
            and role.held_by not in (POST, *world.known_roles)
        ):
            yield Finding(
                process.where,
                "unknown_role",
                f"Должности «{role.held_by}» (роль «{role.title}») нет в справочнике",
            )


def _beginnings(process: Process) -> Iterator[Finding]:
    """Whoever begins a case must have a part in it already: an empty form names nobody."""
    named = (*process.parties, *process.posts)
    for start in () if process.prefill else process.starts():
        persons = [role for role in start.by if role is not SYSTEM_ROLE]
        if persons and all(role.party in named for role in persons):
            yield Finding(
                start.where,
                "start_without_prefill",
                f"«{start.title}» никто не выполнит: участника «{persons[0].party}» ищут в данных, "
                "а новое дело пустое; дайте процессу prefill=",
            )


def _blind(process: Process, state: State) -> Iterator[Finding]:
    """Whoever works on a case must be able to open it."""
    readers = state.edit if state.is_private else process.readers
    workers = dict.fromkeys((*state.waits_for, *(() if state.is_private else state.edit)))
    for role in workers:
        if not _covers(readers, role):
            yield Finding(
                state.where,
                "cannot_read",
                f"«{role.title}» работает в состоянии «{state.title}», но дела не видит",
            )
    for transition in process.moves(state.key):
        persons = [role for role in transition.by if role is not SYSTEM_ROLE]
        if not any(_covers(readers, role) for role in persons):
            yield Finding(
                transition.where,
                "cannot_read",
                f"Никто из тех, кому открыто «{transition.title}», не видит дела "
                f"в состоянии «{state.title}»",
            )


def _asked(ballot: Ballot) -> list[str]:
    """Return the offices a ballot asks, as far as its voters' source says who that is."""
    function = plain_function(ballot.voters)
    asked = [m.name("role") for m in mentions(function) if m.kind == "Voter"] if function else ()
    return [role for role in dict.fromkeys(asked) if role]


def signing_offices(process: Process) -> frozenset[str]:
    """Return the offices whose holders sign a step or an answer of a process."""
    steps = {role.held_by for step in process.transitions if step.signed for role in step.by}
    answers = {
        office
        for ballot in process.ballots.values()
        if any(answer.signed for answer in ballot.answers)
        for office in _asked(ballot)
    }
    return frozenset(steps | answers)


def _blind_voters(process: Process, ballot: Ballot) -> Iterator[Finding]:
    """Whoever is asked must be able to open the case, as far as it says who that is."""
    for role in _asked(ballot):
        if all(reader.held_by != role for reader in process.readers):
            yield Finding(
                ballot.where,
                "cannot_read",
                f"Опрос «{ballot.title}» спрашивает должность «{role}», а дела она не видит",
            )


def _covers(readers: Iterable[Role], role: Role) -> bool:
    """Tell whether everybody in a role is among the readers."""
    return any(
        reader.held_by == role.held_by and reader.party in (None, role.party) for reader in readers
    )


def _revisions(process: Process) -> Iterator[Finding]:
    """A revision begins a new case by the first start, so it has to lead where that leads."""
    for transition in process.transitions:
        if transition.kind != "revise" or not process.starts():
            continue
        start = process.starts()[0]
        if transition.ways[0].state != start.ways[0].state or not is_for_system(start):
            yield Finding(
                transition.where,
                "revise_without_start",
                f"«{transition.title}» начинает новое дело: первое начало процесса должно вести "
                "туда же и быть открыто системе",
            )
