"""`make install` in an office with a root certificate of its own, by uv and where only pip can."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import office
import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt"
PIP_IS_ASKED = "pip tries"
LOCK = (ROOT / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return (address of the office's index, its root, the lock of what it offers)."""
    folder = tmp_path_factory.mktemp("office")
    lock = office.stock(folder, LOCK)
    with office.index(folder) as address:
        yield address, folder / "root.pem", lock


@pytest.fixture
def install(shop, tmp_path):
    """Run `make install` over a tree without packages; return (what it said, what is there)."""
    address, root, lock = shop
    for name in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "celery_worker.py"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "requirements.lock").write_text(lock)
    (tmp_path / "home").mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "UV_NO_CACHE": "1",
        "PYTHON": sys._base_executable,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CERT": str(root),
        "PIP_INDEX_URL": address,
        "UV_DEFAULT_INDEX": address,
    }

    def run(*, system_knows_the_root):
        bind = f"mount --bind {root} {SYSTEM_ROOTS};" if system_knows_the_root else ""
        argv = ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{bind} exec make install"]
        done = subprocess.run(
            argv,
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        [place] = tmp_path.glob(".venv/lib/python3*/site-packages")
        return done.stderr, {
            canonicalize_name(one.name) for one in distributions(path=[str(place)])
        }

    return run


def expected():
    pins = office.locked(LOCK).items()
    return {name for name, pin in pins if not pin.marker or pin.marker.evaluate()}


@pytest.mark.deep
def test_uv_trusts_the_root_the_office_gave_the_machine(install):
    said, there = install(system_knows_the_root=True)
    assert said == ""
    assert there == expected() | {"uv", "workflow-app"}


@pytest.mark.deep
def test_pip_alone_installs_by_the_lock_what_uv_does_not_reach(install):
    said, there = install(system_knows_the_root=False)
    assert "UnknownIssuer" in said
    assert PIP_IS_ASKED in said
    assert there == expected() | {"uv", "workflow-app"}


def test_what_runs_is_locked_as_what_is_tested():
    run = (ROOT / "requirements-run.lock").read_text()
    blocks = LOCK.split("\n")
    assert set(run.split("\n")) <= set(blocks)
    assert not {"pytest", "uv", "mypy"} & office.locked(run).keys()
