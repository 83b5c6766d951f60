import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import redis

from workflow_app.supervisor.tree import reap_strays

PROGRAM = Path(__file__).with_name("tree_of_toys.py")
SOON = 15.0


class Tree:
    """A running program with a supervised tree, and what it has printed."""

    def __init__(self, folder, kinds, environ):
        self.folder = folder
        self.output = folder.parent / f"output-{time.monotonic_ns()}"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", str(PROGRAM), str(folder), *kinds],
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                env=environ,
            )

    def text(self):
        return self.output.read_text()

    def started(self, name):
        """The process ids under which a child was started, oldest first."""
        return [int(pid) for pid in re.findall(rf"\| {name}: запущен, процесс (\d+)", self.text())]

    def wait_for(self, pattern):
        eventually(lambda: re.search(pattern, self.text(), re.MULTILINE), self.text)
        return re.search(pattern, self.text(), re.MULTILINE)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(SOON)


def eventually(condition, story=str):
    """Wait until a condition holds; return what it gave."""
    end = time.monotonic() + SOON
    while not (found := condition()):
        assert time.monotonic() < end, f"waited in vain\n{story()}"
        time.sleep(0.03)
    return found


def lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def environ():
    """An environment without settings of ours and without a broker to start."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(Path.cwd())}


@pytest.fixture
def grow(tmp_path, environ):
    trees = []

    def start(*kinds, **more):
        trees.append(Tree(tmp_path / "data", kinds, {**environ, **more}))
        return trees[-1]

    yield start
    for tree in trees:
        if tree.process.poll() is None:
            tree.stop()


def test_all_children_stop_with_the_tree_in_reverse_order_and_leave_no_process(grow):
    tree = grow("patient", "second")
    tree.wait_for(r"^second +\| here")
    below = psutil.Process(tree.process.pid).children(recursive=True)

    assert tree.stop() == 0

    assert not [process for process in below if lives(process.pid)]
    assert re.findall(r"(\w+): остановлен", tree.text()) == ["second", "patient"]


def test_output_of_every_child_is_kept_in_its_own_file(grow):
    tree = grow("patient")
    tree.wait_for(r"^patient +\| here")
    assert (tree.folder / "logs/patient.log").read_text().splitlines() == ["here"]


def test_a_calm_terminal_gets_the_story_and_the_trouble_and_the_files_get_all(grow):
    tree = grow("patient", "teller", "failing", CALM="1")
    tree.wait_for(r"failing: завершился сам, код 1; новый запуск через 1 с")
    eventually(lambda: "once upon a time" in tree.text(), tree.text)
    logs = tree.folder / "logs"
    eventually((logs / "patient.log").exists)

    assert tree.stop() == 0

    story, *trouble = sorted(tree.text().splitlines(), key=lambda line: "failing" in line)
    assert story == "once upon a time"
    assert all("supervisor | failing: завершился сам" in line for line in trouble)
    assert "cannot live" in (logs / "failing.log").read_text()
    assert "patient: запущен" in (logs / "supervisor.log").read_text()


def test_a_killed_child_is_started_again_without_touching_the_others(grow):
    tree = grow("patient", "second")
    tree.wait_for(r"^second +\| here")
    [first] = eventually(lambda: tree.started("patient"), tree.text)

    os.kill(first, signal.SIGKILL)

    eventually(lambda: len(tree.started("patient")) == 2, tree.text)
    assert lives(tree.started("patient")[1])
    assert not psutil.pid_exists(first), "the dead child stayed as a zombie"
    assert len(tree.started("second")) == 1


def test_a_child_that_cannot_live_is_tried_with_growing_pauses(grow):
    tree = grow("failing")
    tree.wait_for(r"новый запуск через 2 с")
    assert re.findall(r"новый запуск через (\S+) с", tree.text()) == ["0.5", "1", "2"]
    assert "cannot live" in tree.text()


def test_children_of_a_killed_child_do_not_outlive_it(grow):
    tree = grow("parent")
    kid = int(tree.wait_for(r"kid (\d+)").group(1))

    os.kill(tree.started("parent")[0], signal.SIGKILL)

    eventually(lambda: not lives(kid))


def test_a_child_that_ignores_the_request_is_stopped_by_force(grow):
    tree = grow("deaf")
    tree.wait_for(r"^deaf +\| here")
    [deaf] = eventually(lambda: tree.started("deaf"), tree.text)

    assert tree.stop() == 0

    assert not lives(deaf)
    assert "deaf: не остановился сам" in tree.text()


def test_ctrl_c_stops_like_a_request(grow):
    tree = grow("patient")
    tree.wait_for(r"^patient +\| here")
    assert tree.stop(signal.SIGINT) == 0


SIGNAL_IN_EVERY_LINE = """
import signal, sys
from workflow_app.supervisor.stopping import Stopping

def lines_met(number):
    met = 0
    def trace(frame, event, argument):
        nonlocal met
        if event == "line":
            met += 1
            if met == number:
                signal.raise_signal(signal.SIGINT)
        return trace
    again = []
    with Stopping(again=lambda: again.append(1)) as stopping:
        sys.settrace(trace)
        signal.raise_signal(signal.SIGTERM)
        stopping.wait(60)
        sys.settrace(None)
        assert stopping.is_wished
    assert bool(again) == (met >= number)
    return met

number = 1
while number <= lines_met(number):
    number += 1
print("signals in", number - 1, "lines")
"""


def test_a_second_signal_inside_of_the_first_waits_for_nobody():
    done = subprocess.run(
        [sys.executable, "-c", SIGNAL_IN_EVERY_LINE],
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )
    assert re.search(r"signals in (\d+) lines", done.stdout), done.stderr
    assert int(re.search(r"\d+", done.stdout)[0]) > 4


@pytest.mark.deep
def test_fifty_quick_pairs_of_signals_each_end_the_tree_and_leave_nobody(grow):
    for number in range(50):
        tree = grow("patient", "second")
        tree.wait_for(r"^second +\| here")
        below = psutil.Process(tree.process.pid).children(recursive=True)
        tree.process.send_signal(signal.SIGINT)
        time.sleep(number / 20_000)  # from the same moment to some milliseconds later
        tree.process.send_signal(signal.SIGTERM)
        # One that comes when all are gone already ends the supervisor itself.
        assert tree.process.wait(10) in (0, -signal.SIGTERM), tree.text()
        eventually(lambda below=below: not any(lives(process.pid) for process in below))


def test_a_second_start_on_the_same_data_is_refused(grow):
    first = grow("patient")
    first.wait_for(r"^patient +\| here")

    second = grow("second")

    assert second.process.wait(SOON) == 3
    assert "уже работает запущенная система" in second.text()
    assert f"процесс {first.process.pid}" in second.text()
    assert not second.started("second")
    assert first.process.poll() is None


@pytest.mark.parametrize("kinds", [("patient", "parent"), ("deaf",)])
def test_a_killed_supervisor_leaves_no_orphans(grow, kinds):
    tree = grow(*kinds)
    for kind in kinds:
        tree.wait_for(rf"^{kind} +\| ")
    below = psutil.Process(tree.process.pid).children(recursive=True)

    tree.stop(signal.SIGKILL)

    eventually(lambda: not any(lives(process.pid) for process in below))


def test_data_stay_locked_until_the_orphans_of_a_killed_supervisor_are_gone(grow):
    first = grow("deaf")
    first.wait_for(r"^deaf +\| here")
    [orphan] = eventually(lambda: first.started("deaf"), first.text)
    first.stop(signal.SIGKILL)
    assert lives(orphan)

    second = grow("second")
    eventually(lambda: second.started("second"), second.text)

    assert not lives(orphan)


def test_a_killed_watchdog_is_replaced_and_guards_the_same_children(grow):
    tree = grow("patient")
    tree.wait_for(r"^patient +\| here")
    [child] = eventually(lambda: tree.started("patient"), tree.text)
    watchdog = next(
        process
        for process in psutil.Process(tree.process.pid).children()
        if "watchdog.py" in " ".join(process.cmdline())
    )

    watchdog.kill()
    eventually(lambda: not psutil.pid_exists(watchdog.pid))
    time.sleep(0.3)
    tree.stop(signal.SIGKILL)

    eventually(lambda: not lives(child))


def test_the_end_of_a_story_ends_the_tree_with_its_code(grow):
    tree = grow("patient", "story")
    assert tree.process.wait(SOON) == 7
    assert not lives(tree.started("patient")[0])


def test_a_chore_runs_once(grow):
    tree = grow("chore", "patient")
    tree.wait_for(r"chore: завершён, код 0")
    time.sleep(0.7)
    assert len(tree.started("chore")) == 1


def test_migrations_run_before_the_first_child_with_its_settings(grow):
    tree = grow("patient", REDIS_URL="redis://127.0.0.1:2/0")
    tree.wait_for(r"^patient +\| here")
    assert (tree.folder / "migrated").read_text() == "redis://127.0.0.1:2/0"


def test_a_migration_that_is_refused_lets_no_child_start(grow):
    tree = grow("patient", MIGRATION_FAILS="3")
    assert tree.process.wait(SOON) == 1
    assert "не удалось подготовить данные, код 3" in tree.text()
    assert not tree.started("patient")


def test_a_signal_ends_a_long_migration_too(grow):
    tree = grow("patient", MIGRATES="600")
    tree.wait_for(r"migrate: запущен")
    [migration] = eventually(lambda: tree.started("migrate"), tree.text)
    assert tree.stop() == 0
    assert not lives(migration)
    assert not tree.started("patient")


def test_children_share_the_moment_from_which_a_shifted_clock_counts(grow):
    tree = grow("environment", CLOCK="2026-06-18")
    first = tree.wait_for(r"clock (.+)").group(1)
    os.kill(tree.started("environment")[0], signal.SIGKILL)
    eventually(lambda: tree.text().count("clock ") == 2, tree.text)
    assert first != "None"
    assert re.findall(r"clock (.+)", tree.text()) == [first, first]


def test_the_tree_starts_a_broker_behind_a_password_when_none_is_given(grow):
    tree = grow("environment", REDIS_URL="")
    tree.wait_for(r"redis True")
    url = (tree.folder / "migrated").read_text()
    password = re.search(r":([^:@]+)@", url).group(1)

    with redis.Redis.from_url(url) as known:
        assert known.ping()
        assert known.config_get("appendonly")["appendonly"] == "yes"
        assert known.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    with (
        redis.Redis.from_url(url.replace(f":{password}@", "")) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()

    [broker] = eventually(lambda: tree.started("broker"), tree.text)
    assert password not in " ".join(psutil.Process(broker).cmdline())
    assert (tree.folder / "broker/valkey.conf").stat().st_mode & 0o777 == 0o600
    addresses = {connection.laddr.ip for connection in psutil.Process(broker).net_connections()}
    assert addresses == {"127.0.0.1"}
    assert tree.stop() == 0
    assert not lives(broker)


def test_a_killed_broker_comes_back_under_the_same_address_with_its_messages(grow):
    tree = grow("patient", REDIS_URL="")
    tree.wait_for(r"^patient +\| here")
    url = (tree.folder / "migrated").read_text()
    with redis.Redis.from_url(url) as client:
        client.rpush("queue", "message")
        client.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(tree.started("broker")[0], signal.SIGKILL)
    eventually(lambda: len(tree.started("broker")) == 2, tree.text)

    def is_back():
        try:
            with redis.Redis.from_url(url) as client:
                return client.lrange("queue", 0, -1) == [b"message"]
        except redis.RedisError:
            return False

    eventually(is_back, tree.text)


def test_strays_are_reaped_but_our_own_children_keep_their_code():
    own = subprocess.Popen([sys.executable, "-c", "raise SystemExit(5)"])
    stray = os.posix_spawn(sys.executable, [sys.executable, "-S", "-c", ""], {})
    eventually(lambda: psutil.Process(stray).status() == psutil.STATUS_ZOMBIE)
    reap_strays({own.pid})
    eventually(lambda: reap_strays({own.pid}) or own.poll() is not None)
    reap_strays(set())
    assert own.returncode == 5
    assert not psutil.pid_exists(stray)
