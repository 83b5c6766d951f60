"""Whatever is killed or away meanwhile: nothing is lost, doubled, half made or said wrongly.

The short form is a part of `make test-deep`. `make chaos` plays the long one: CHAOS_PROCESSES,
CHAOS_KILLS, CHAOS_RACES and CHAOS_SEED are its size.
"""

import itertools
import os
import queue
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import driver
import pytest
from district import District
from driver import AwayError, Fate, Ledger, Player, Tally, Tree, fates, found, number_of, together
from sqlalchemy import inspect, text

from workflow_app.store.messages import outbox
from workflows.simulation.main_job import StoryError

pytestmark = [pytest.mark.deep, pytest.mark.shipped]

PROCESSES = int(os.environ.get("CHAOS_PROCESSES") or 10)
KILLS = int(os.environ.get("CHAOS_KILLS") or 24)
RACES = int(os.environ.get("CHAOS_RACES") or 2)
"""Of each kind: so many items are pressed on by many at once."""
SEED = int(os.environ.get("CHAOS_SEED") or 1)
IS_LONG = PROCESSES > 100
PLAYERS = 16 if IS_LONG else 6
LETTERS = outbox.LANES["letters"].most

SHORT = [
    ("mail hangs", 4),
    ("broker hangs", 6),
    ("database away", 3),
    ("clock back", 0),
    ("disk full", 2),
]
LONG = [
    ("mail hangs", 30),
    ("broker hangs", 12),
    ("database away", 12),
    ("clock back", 0),
    ("disk full", 5),
    ("mail hangs", 4),
    ("database away", 3),
    ("disk full", 2),
]


@pytest.fixture
def start():
    """Return a function that starts the whole system on a disk of its own."""
    with ExitStack() as stack:

        def begin(kind, count, **how):
            # Not among pytest's folders: the database's user could not pass through them.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
            folder.chmod(0o711)
            return Tree(stack, folder, kind, count, **how)

        yield begin


def play(players, places):
    """Let players take places from a line until it is empty; return (place, case, order) of each.

    Each comes with the step before which its process stops, or with none.
    """
    line, played = queue.SimpleQueue(), []
    for one in places:
        line.put(one)

    def work(player):
        while True:
            try:
                place, until = line.get_nowait()
            except queue.Empty:
                return
            played.append((until, (place, *player.play(place, until))))

    together([lambda player=player: work(player) for player in players])
    return played


def stopped(played, before):
    """Return those of what was played that stopped before a step; with "" those that did not."""
    return [one for until, one in played if until == before]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_half_made_whatever_is_killed_or_away(start, kind, capsys):
    begun, tally = time.monotonic(), Tally()
    tree = start(kind, PROCESSES + 2 * RACES, megabytes=1536 if IS_LONG else 512)
    ends = [""] * PROCESSES + ["approve", "sign"] * RACES
    calm, *places = zip(tree.places, ends, strict=True)
    players = [Player(tree, tally) for _ in range(PLAYERS)]
    played = play(players[:1], [calm])
    faults = [one for one in (LONG if IS_LONG else SHORT) if tree.has_disk or one[0] != "disk full"]
    fate = Fate(
        tree,
        tally,
        fates(KILLS, faults, SEED),
        len(places) * driver.STEPS,
        SEED,
        longest=30 if IS_LONG else 6,
    )
    with ThreadPoolExecutor(1) as beside:
        playing = beside.submit(play, players, places)
        fate.run(playing.done)
        played += playing.result()
    tree.come_to_rest()
    crashes = sum(tally.kills.values()) + len(tally.faults)
    said = found(tree, tally, stopped(played, ""), repeats=crashes * LETTERS)
    ledger = Ledger(tree.container)
    numbers = ledger.numbers(stopped(played, ""))
    sent = Counter(one["Message-ID"] for one in tree.smtp.messages)
    races = race(tree, players, tally, stopped(played, "approve"), stopped(played, "sign"))
    tell(
        capsys,
        f"{kind}: {len(played)} processes, {time.monotonic() - begun:.0f} s",
        {
            "kills": f"{sum(tally.kills.values())} {dict(tally.kills)}",
            "faults": tally.faults,
            "decisions": len(ledger.rows(driver.History)),
            "presses": tally.presses,
            "without an answer": tally.unanswered,
            "told to come later": tally.later,
            "refused": dict(tally.refusals),
            "orders": f"{numbers[0]}–{numbers[-1]}: {len(numbers)}",
            "letters": f"{len(sent)}, sent again {sent.total() - len(sent)}",
            "races": races,
            "disk": "its own" if tree.has_disk else "shared: it was not filled",
            "broken": said,
        },
    )
    assert said == []
    assert min(tally.kills[kind] for kind in driver.KILLS) >= KILLS // len(driver.KILLS)


def race(tree, players, tally, approving, signing):
    """Let many press at once on the same: one wins, the others are told; return who won."""
    heads = people(players, "p002@levokum.example")
    met, unanswered = Counter(), tally.unanswered
    reason = [("reason", "Сеть не нужна району"), ("code", "other")]
    for _, case, _ in approving:
        turns = itertools.cycle([("approve", ()), ("reject", reason)])
        met += at_once([(who, case, *next(turns)) for who in heads])
        assert sum(steps(tree, case)[one] for one in ("approve", "reject")) == 1, case
    for place, case, order in signing:
        others = people(players[: len(players) // 2], place.helper)
        presses = [(who, order, "sign", ()) for who in heads]
        presses += [(who, case, "revoke", [("reason", "сокращение штата")]) for who in others]
        met += at_once(presses)
        assert steps(tree, order)["sign"] + steps(tree, case)["revoke"] == 1, case
    assert met["won"] == len(approving) + len(signing)
    assert (tally.wrong, tally.unanswered) == ([], unanswered)
    return dict(met)


def people(players, login):
    """Return browsers of one person, as many as there are players."""
    return together([lambda player=player: player.person(login) for player in players])


def at_once(presses):
    """Press at the same moment; return how many won and how many were told that they did not."""
    barrier = threading.Barrier(len(presses))

    def press(who, case, action, fields):
        assert who.offers(case, action), (who.login, case, action)
        barrier.wait(60)
        try:
            who.press(case, action, fields)
        except StoryError:
            return "told"
        except AwayError:
            return "told to come later"
        # The same person's second press is told that the first one did it.
        return "told" if "Уже сделано" in who.page else "won"

    return Counter(together([lambda one=one: press(*one) for one in presses]))


def steps(tree, case):
    """Return how often each step of a case was taken."""
    return Counter(District(tree.container).history(number_of(case)))


def tell(capsys, title, figures):
    with capsys.disabled():
        print(f"\n{title}")  # noqa: T201 (what was done)
        for name, figure in figures.items():
            print(f"  {name}: {figure}")  # noqa: T201


# ------------------------------------------------------------------ without what holds it together


def test_without_an_outbox_a_death_after_the_commit_loses_what_should_follow(start):
    tally = Tally()
    tree = start("sqlite", 3, without="outbox")
    calm, *places = [(place, "approve") for place in tree.places]
    players = [Player(tree, tally) for _ in places]
    played = play(players, [calm])
    fate = Fate(tree, tally, ["web process"] * 5, len(places) * 5, SEED)
    with ThreadPoolExecutor(1) as beside:
        playing = beside.submit(play, players, places)
        fate.run(playing.done)
        played += playing.result()
    tree.come_to_rest()
    said = found(tree, tally, stopped(played, "approve"), repeats=0)
    assert [one for one in said if "недостаёт" in one], said


def test_without_a_lease_a_letter_in_work_is_sent_by_a_second_worker_too(start):
    tally = Tally()
    tree = start("sqlite", 1, without="lease")
    tree.smtp.silent = True
    player = Player(tree, tally)
    played = play([player], [(tree.places[0], "endorse")])
    player.until(lambda: tree.smtp.waiting > LETTERS, "letters in work")
    tree.smtp.silent = False
    tree.come_to_rest()
    said = found(tree, tally, stopped(played, "endorse"), repeats=0)
    assert [one for one in said if "послано дважды" in one], said


def test_without_locks_two_who_press_at_once_both_win(start):
    tally = Tally()
    tree = start("postgresql", 1, without="lock")
    (unique,) = inspect(tree.container.database.engine).get_unique_constraints("history")
    with tree.container.database.engine.begin() as connection:  # the last thing that would refuse
        connection.execute(text(f"ALTER TABLE history DROP CONSTRAINT {unique['name']}"))
    players = [Player(tree, tally) for _ in range(2)]
    played = play(players, [(tree.places[0], "approve")])
    tree.slow_down(1)
    with pytest.raises(AssertionError, match="assert 2 == 1"):
        race(tree, players, tally, stopped(played, "approve"), [])
    assert found(tree, tally, stopped(played, "approve"), repeats=0) != []
