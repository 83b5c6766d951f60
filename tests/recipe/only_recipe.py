"""A pytest plugin: the house knows the recipe's processes alone, and none of those shipped."""

import importlib.util
import sys
import tempfile
from pathlib import Path

from starter import starter_docx

HERE = Path(__file__).parent


def paragraph(text):
    """Return a paragraph of Word."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


BODY = "".join(
    paragraph(text)
    for text in (
        "{{ название }}",
        "{% для дело в дела %}",
        "{{ дело.школа }}: {{ дело.дело }}",
        "{% конец %}",
    )
)


SHEET = "".join(
    paragraph(text)
    for text in ("{{ название }}", "{% для школа в школы %}", "{{ школа.школа }}", "{% конец %}")
)


def write(folder):
    """Write the recipe's process and template into a folder; return the process's module."""
    text = (HERE / "work_plan.py.txt").read_text(encoding="utf-8")
    (folder / "work_plan.py").write_text(text, encoding="utf-8")
    (folder / "work_plan.docx").write_bytes(starter_docx(BODY, title="План работы"))
    return load(folder)


def load(folder):
    """Return the module of the process written into a folder."""
    spec = importlib.util.spec_from_file_location("work_plan", folder / "work_plan.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["work_plan"] = module
    spec.loader.exec_module(module)
    return module


def pytest_configure():
    """Take the place of the shipped processes before anything of the house is built.

    The recipe's processes are the only ones there are. Generic tests bring a process of their own:
    where they tell the story of a proposal, they tell it of the toy that stands beside this file.
    """
    import request  # noqa: PLC0415
    import stories  # noqa: PLC0415

    import workflows  # noqa: PLC0415
    from workflow_app import bootstrap  # noqa: PLC0415
    from workflow_app.engine import Frame  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="recipe-"))
    workflows.PROCESSES = write(folder).PROCESSES
    for name in request.PAPERS:
        (folder / f"{name}.docx").write_bytes(starter_docx(SHEET, title=name))
    stories.PROPOSAL = request.process.key
    known = (*workflows.PROCESSES, request.process)
    registers = workflows.REGISTERS
    bootstrap.build.__defaults__ = (known, folder, registers, (), (), Frame())
    bootstrap.findings.__defaults__ = (known, folder, folder / "released.txt", registers)
