"""The bundle installs and runs where there is no network at all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workflow_app.demo import PASSWORD

ROOT = Path(__file__).parents[2]

# A network of its own, in which there is nothing but this machine itself.
ALONE = [
    "unshare",
    "--map-root-user",
    "--net",
    sys.executable,
    "-c",
    """
import fcntl, os, socket, struct, sys
SET_FLAGS, UP = 0x8914, 1
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))
os.execvp(sys.argv[1], sys.argv[1:])
""",
]


# What the story does not reach may still need a package that only tests bring.
IMPORT_ALL = """
import importlib, pkgutil, workflow_app
for module in pkgutil.walk_packages(workflow_app.__path__, "workflow_app."):
    importlib.import_module(module.name)
"""


@pytest.mark.deep
def test_a_bundle_installs_and_plays_the_story_without_a_network(tmp_path):
    subprocess.run([ROOT / ".ci/bundle", tmp_path], check=True, capture_output=True)
    [archive] = tmp_path.glob("workflow-app-*.tar.gz")
    subprocess.run(["sha256sum", "--check", f"{archive.name}.sha256"], cwd=tmp_path, check=True)
    subprocess.run(["tar", "-xzf", archive], cwd=tmp_path, check=True)
    home = tmp_path / archive.name.removesuffix(".tar.gz")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHON": sys._base_executable,
        "DATA_DIR": str(tmp_path / "data"),
        "ONCE": "1",
    }
    demo = 'exec script --quiet --return --command ".venv/bin/workflow-app demo" /dev/null'
    script = f"./install && .venv/bin/python -c '{IMPORT_ALL}' && {demo}"
    done = subprocess.run(
        [*ALONE, "sh", "-c", script],
        cwd=home,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [order] = (tmp_path / "data").glob("order-*.docx")
    shown = done.stdout.splitlines()
    assert shown[-1] == f"order {order}"
    assert "  адрес   http://127.0.0.1:8000" in shown
    assert f"  пароль  {PASSWORD}, у всех один" in shown
    assert "— директора ознакомились" in shown
    # The program says more than that of itself, and a terminal is spared it.
    assert "SecurityWarning" in (tmp_path / "data/logs/worker.log").read_text()
    assert not re.search(r"SecurityWarning|^\w+ +\| ", done.stdout, re.MULTILINE)
