"""A network is no legal entity: its schools and the department act and sign (clause 3.2)."""

import re
import zipfile

import pytest
from test_no_district_is_named import ROOT, said

import workflows
from workflow_app.services.importing.rows import OrganisationRow
from workflows.registers.networks import NETWORKS

pytestmark = [pytest.mark.shipped, pytest.mark.clause("3.2")]
ACTS_AS_A_PERSON = re.compile(r"\b[Сс]ет(?:ь|и|ью)\b[^.;]{0,80}\bв лице\b")
CHARGED = re.compile(r"^\s*[0-9.]+\s+(?:Сети|Центру сетевого взаимодействия)\s*(?:[«:(]|\{\{)")
SIGNERS = {"school_head", "department_head", "imc_head"}


def paragraphs():
    """Yield the name of each paper with the text of each paragraph of it."""
    for path in sorted((ROOT / "document_templates").glob("*.docx")):
        with zipfile.ZipFile(path) as opened:
            for part in opened.namelist():
                if part.endswith(".xml"):
                    for text in opened.read(part).decode().split("</w:p>"):
                        yield path.stem, re.sub("<[^>]+>", "", text)


def test_no_page_lets_a_network_act_as_a_person():
    files = [
        path
        for room in ("workflow_app", "workflows")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".html")
    ]

    assert [
        (path.name, words)
        for path in files
        for words in said(path)
        if ACTS_AS_A_PERSON.search(words)
    ] == []


def test_no_paper_lets_a_network_act_or_charges_it():
    told = list(paragraphs())

    assert [one for one in told if ACTS_AS_A_PERSON.search(one[1]) or CHARGED.search(one[1])] == []
    asked = "Руководителям общеобразовательных организаций, входящих в состав сети"
    assert any(name == "order_create" and asked in text for name, text in told)


def test_whatever_is_signed_is_signed_by_a_head():
    signed = {
        role.held_by
        for process in workflows.PROCESSES
        for step in process.transitions
        if step.signed
        for role in step.by
    }

    assert signed == SIGNERS & signed
    assert "department_head" in signed


def test_a_network_has_no_requisites_of_a_legal_entity():
    assert not {"inn", "seal", "address", "signed_by"} & NETWORKS.fields.keys()
    assert "network" not in OrganisationRow.model_fields["kind"].annotation.__args__
