"""Whatever is killed or away meanwhile: nothing is lost, doubled, half made or said wrongly.

The short form is a part of `make test-deep`. `make chaos` plays the long one: CHAOS_PROCESSES,
CHAOS_KILLS, CHAOS_RACES and CHAOS_SEED are its size.
"""

import itertools
import os
import queue
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import driver
import pytest
from district import District
from driver import (
    AwayError,
    Fate,
    Ledger,
    Player,
    Tally,
    Tree,
    fates,
    found,
    number_of,
    together,
)

from workflow_app.store import outbox
from workflows.story import StoryError

pytestmark = [pytest.mark.deep, pytest.mark.shipped]

PROCESSES = int(os.environ.get("CHAOS_PROCESSES") or 16)
KILLS = int(os.environ.get("CHAOS_KILLS") or 24)
RACES = int(os.environ.get("CHAOS_RACES") or 3)
SEED = int(os.environ.get("CHAOS_SEED") or 1)
IS_LONG = PROCESSES > 100
PLAYERS = 16 if IS_LONG else 8
PRESSERS = 10
LETTERS = outbox.LANES["letters"].most

SHORT = [("mail hangs", 4), ("broker hangs", 6), ("database away", 3), ("clock back", 0),
         ("disk full", 2)]  # fmt: skip
LONG = [("mail hangs", 30), ("broker hangs", 12), ("database away", 12), ("clock back", 0),
        ("disk full", 5), ("mail hangs", 4), ("database away", 3), ("disk full", 2)]  # fmt: skip


@pytest.fixture
def tree(tmp_path_factory):
    """Return a function that starts the whole system on a disk of its own."""
    with ExitStack() as stack:

        def start(kind, count, **how):
            folder = tmp_path_factory.mktemp("chaos")
            for above in (folder, *folder.parents[:3]):
                above.chmod(above.stat().st_mode | 0o011)  # the database's user passes through
            return Tree(stack, folder, kind, count, **how)

        yield start


def play(players, places, until=""):
    """Let players take places from a line until it is empty; return cases and orders."""
    line, played = queue.SimpleQueue(), []
    for place in places:
        line.put(place)

    def work(player):
        while not line.empty():
            try:
                place = line.get_nowait()
            except queue.Empty:
                return
            played.append((place, *player.play(place, until)))

    together([lambda player=player: work(player) for player in players])
    return played


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_half_made_whatever_is_killed_or_away(tree, kind, capsys):
    begun, tally = time.monotonic(), Tally()
    here = tree(kind, PROCESSES + 2 * RACES, megabytes=1536 if IS_LONG else 512)
    calm, whole = here.places[:1], here.places[1:PROCESSES]
    players = [Player(here, tally) for _ in range(PLAYERS)]
    played = play(players[:1], calm)
    faults = [one for one in (LONG if IS_LONG else SHORT) if here.has_disk or one[0] != "disk full"]
    fate = Fate(here, tally, fates(KILLS, faults, SEED), len(whole) * driver.STEPS, SEED)
    with ThreadPoolExecutor(1) as beside:
        playing = beside.submit(play, players, whole)
        fate.run(playing.done)
        played += playing.result()
    here.come_to_rest()
    crashes = sum(tally.kills.values()) + len(tally.faults)
    said = found(here, tally, played, repeats=crashes * LETTERS)
    ledger = Ledger(here.house)
    numbers = ledger.numbers(played)
    sent = Counter(one["Message-ID"] for one in here.smtp.messages)
    races = race(here, players, tally) if RACES else {}
    tell(capsys, f"{kind}: {len(played)} processes, {time.monotonic() - begun:.0f} s", {
        "kills": f"{sum(tally.kills.values())} {dict(tally.kills)}", "faults": tally.faults,
        "decisions": len(ledger.rows(driver.History)), "presses": tally.presses,
        "without an answer": tally.unanswered, "told to come later": tally.later,
        "refused": dict(tally.refusals), "orders": f"{numbers[0]}–{numbers[-1]}: {len(numbers)}",
        "letters": f"{len(sent)}, sent again {sent.total() - len(sent)}", "races": races,
        "disk": "its own" if here.has_disk else "shared: it was not filled", "broken": said,
    })  # fmt: skip
    assert said == []


def race(tree, players, tally):
    """Let many press at once on the same: one wins, the others are told; return who won."""
    places = tree.places[PROCESSES:]
    approving = play(players, places[:RACES], until="approve")
    signing = play(players, places[RACES:], until="sign")
    tree.come_to_rest()
    heads = people(players, "p002@levokum.example")
    met, unanswered = Counter(), tally.unanswered
    reason = [("reason", "Сеть не нужна району"), ("code", "other")]
    for _, case, _ in approving:
        turns = itertools.cycle([("approve", ()), ("reject", reason)])
        presses = [(who, case, *next(turns)) for who in heads]
        met += Counter(at_once(presses))
        assert sum(steps(tree, case)[one] for one in ("approve", "reject")) == 1, case
    for place, case, order in signing:
        others = people(players[: PRESSERS // 2], place.helper)
        presses = [(who, order, "sign", ()) for who in heads[len(others) :]]
        presses += [(who, case, "revoke", [("reason", "сокращение штата")]) for who in others]
        met += Counter(at_once(presses))
        assert steps(tree, order)["sign"] + steps(tree, case)["revoke"] == 1, case
    assert met["won"] == 2 * RACES
    assert (tally.wrong, tally.unanswered) == ([], unanswered)
    return dict(met)


def people(players, login):
    """Return browsers of one person, as many as there are players."""
    return together([lambda player=player: player.person(login) for player in players])


def at_once(presses):
    """Press at the same moment; return what each press came to."""
    barrier = threading.Barrier(len(presses))

    def press(who, case, action, fields):
        assert who.offers(case, action), (who.login, case, action)
        barrier.wait(60)
        try:
            who.press(case, action, fields)
        except StoryError as told:
            assert "500" not in str(told)
            return "told"
        except AwayError:
            return "told to come later"
        return "won"

    return together([lambda one=one: press(*one) for one in presses])


def steps(tree, case):
    """Return how often each step of a case was taken."""
    return Counter(District(tree.house).history(number_of(case)))


def tell(capsys, title, figures):
    with capsys.disabled():
        print(f"\n{title}")  # noqa: T201 (what was done)
        for name, figure in figures.items():
            print(f"  {name}: {figure}")  # noqa: T201
