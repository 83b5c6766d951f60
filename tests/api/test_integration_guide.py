"""The requests of docs/integration.md are sent, and answer."""

import json
import re
from pathlib import Path

import pytest

GUIDE = (Path(__file__).parents[2] / "docs" / "integration.md").read_text(encoding="utf-8")
CURL = re.compile(r"^curl (?P<words>.*?)\"\$SITE(?P<path>[^\"]+)\"$", re.DOTALL | re.MULTILINE)


@pytest.mark.shipped
def test_every_request_of_the_guide_is_answered(client):
    sent = [*CURL.finditer(GUIDE)]
    assert len(sent) == GUIDE.count("\ncurl ")
    for one in sent:
        said, headers = one["words"], dict(re.findall(r'-H "([\w-]+): ([^"]+)"', one["words"]))
        del headers["Authorization"]
        body = re.search(r"-d '(.*?)'", said)
        method = "POST" if body else "GET"
        given = {"json": json.loads(body[1])} if body else {}
        answer = client("P002").open(one["path"], method=method, headers=headers, **given)
        assert answer.status_code == 200, (one["path"], answer.json)
