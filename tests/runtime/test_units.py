"""The units of systemd in `docs/`: they start what there is, and start it again."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from workflow_app.cli import commands

UNITS = sorted((Path(__file__).parents[2] / "docs/systemd").glob("*.service"))


def test_each_process_of_the_tree_has_a_unit():
    assert {unit.stem for unit in UNITS} == {
        f"workflow-{name}" for name in ("up", "web", "worker", "relay", "beat")
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_and_starts_it_again(unit, tmp_path):
    said = ConfigParser(interpolation=None, strict=False)
    said.optionxform = str
    said.read(unit)
    service = said["Service"]
    program, command = service["ExecStart"].split()
    assert (program, command) == ("/opt/workflow/.venv/bin/workflow-app", unit.stem.split("-")[1])
    assert command in commands.commands
    assert service["Restart"] == "always"
    if shutil.which("systemd-analyze"):
        here = Path(__file__).parents[2]
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace("/opt/workflow", str(here)))
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", copy],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
