"""The tree as an operator starts it: what the doctor says of it, and two signals at nearly once."""

import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest
from servers import free_port

PAIRS = int(os.environ.get("SIGNAL_PAIRS") or 2)
"""Pairs of signals to each command; fifty were sent once."""
SOON = 10.0
LATEST = {"up": 6.0, "demo": 9.0}
"""Seconds from a start to the latest moment of a pair: everything serves by then."""
SECONDS = random.Random(12)  # noqa: S311 (the same moments in every run)


@pytest.fixture
def start():
    """Start commands; what a failed test leaves of them is ended."""
    started = []

    def begin(folder, command, **given):
        started.append(launch(folder, command, **given))
        return started[-1]

    yield begin
    for tree in started:
        if tree.poll() is None:
            tree.kill()  # its watchdog ends the rest
            tree.wait()


def launch(folder, command, **given):
    """Start a command in a process group of its own, as a terminal does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = {**kept, "DATA_DIR": str(folder), "PORT": str(free_port()), **given}
    with folder.with_suffix(".log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "workflow_app.cli", command],
            env=environ,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            process_group=0,
        )


def of_folder(folder):
    """Return the processes that work on a folder: their arguments or their settings name it."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words) and process.pid != os.getpid():
            found.append(process)
    return found


def eventually(is_so, said, seconds):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, said()
        time.sleep(0.1)


@pytest.mark.deep
@pytest.mark.parametrize("command", LATEST)
@pytest.mark.parametrize("number", range(PAIRS))
def test_two_signals_at_nearly_once_end_everything_soon(start, tmp_path, command, number):
    folder = tmp_path / "data"
    tree = start(folder, command)
    time.sleep(SECONDS.uniform(0.2, LATEST[command]))
    first = (signal.SIGINT, signal.SIGTERM)[number % 2]
    # Ctrl+C reaches the whole group, and `make` passes another signal on.
    (os.killpg if first is signal.SIGINT else os.kill)(tree.pid, first)
    time.sleep(number % 10 / 1000)
    if tree.poll() is None:
        tree.send_signal(signal.SIGTERM)
    began = time.monotonic()
    tree.wait(SOON)
    eventually(
        lambda: not of_folder(folder), lambda: of_folder(folder), SOON + began - time.monotonic()
    )


@pytest.mark.deep
def test_the_doctor_knows_a_running_tree_with_a_moved_clock(start, tmp_path):
    folder = tmp_path / "data"
    log = folder.with_suffix(".log")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    def doctor():
        done = subprocess.run(
            [sys.executable, "-m", "workflow_app.cli", "doctor"],
            env={**kept, "DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    tree = start(folder, "up", CLOCK="2025-08-28T09:00")
    eventually((folder / "running.json").exists, log.read_text, 60)
    eventually(lambda: "всё в порядке" in doctor(), doctor, 60)
    said = doctor()
    assert not [word for word in ("часы этой машины", "копи", "очеред") if word in said], said
    [worker] = [one for one in of_folder(folder) if "celery" in one.cmdline()]
    tree.terminate()
    assert tree.wait(60) == 0
    assert not worker.is_running()
    assert "сервер очередей не запущен" in doctor()
