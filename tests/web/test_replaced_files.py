"""A file its author replaced while she wrote is hers alone; what a case says stays open."""

import pytest
from stories import done
from test_library import SAID, upload

pytestmark = [pytest.mark.opened("2025-10-06"), pytest.mark.shipped]


def test_what_was_returned_and_replaced_is_shown_to_nobody_else(browser, district):
    first, second = upload(district, "P204"), upload(district, "P204")
    here = next(row["id"] for row in district.networks(code="NW1"))
    given = {**SAID, "network": here, "file": first}
    case = done(district.start("P204", "material", **given)).instance_id
    done(district.act("P204", case, "to_moderation"))
    assert browser("P201").client.get(f"/files/{first}").status_code == 200
    done(district.act("P201", case, "return_material", reason="В файле имена учеников."))
    done(district.edit("P204", case, file=second))
    done(district.act("P204", case, "to_moderation"))
    done(district.act("P201", case, "publish_material"))
    for reader in ("P110", "P201", "P003"):
        page = browser(reader).get(f"/cases/{case}")
        assert f"/files/{second}" in page
        assert f"/files/{first}" not in page
        assert browser(reader).client.get(f"/files/{first}").status_code == 404
        assert browser(reader).client.get(f"/files/{second}").status_code == 200
    assert browser("P204").client.get(f"/files/{first}").status_code == 200


def test_who_gives_a_case_out_of_sight_goes_on_to_her_work(browser, district):
    here = next(row["id"] for row in district.networks(code="NW1"))
    given = {**SAID, "network": here, "file": upload(district, "P204")}
    case = done(district.start("P204", "material", **given)).instance_id
    done(district.act("P204", case, "to_moderation"))
    coordinator = browser("P201")
    path = f"/cases/{case}/actions/return_material"
    answer = coordinator.post(path, reason="В файле имена учеников.")
    assert answer.headers["Location"] == "/"
    assert "Материал возвращён автору" in coordinator.says("/")[0]
    for gone in (f"/cases/{case}", path):
        assert "Дело уже ушло дальше" in coordinator.get(gone, status=404)
    assert "ушло дальше" in coordinator.post(path, status=404, reason="x" * 20).get_data(
        as_text=True
    )
    assert "ушло дальше" not in browser("P110").get(f"/cases/{case}", status=404)
    mended = browser("P204").get(f"/cases/{case}")
    top = mended.partition('class="note sent-back"')[2].partition("</div>")[0]
    assert "В файле имена учеников." in top


@pytest.mark.parametrize("odd", ["on", "²", "-1", "9" * 40, "{}", "1.5"])
def test_what_is_no_file_is_kept_by_no_draft(browser, district, odd):
    case = done(district.start("P204", "material")).instance_id
    head = browser("P204")
    sent = {"csrf_token": head.token(), "_version": "1", "file": odd, "title": "Карточки"}
    answer = head.client.post(f"/cases/{case}/draft", data=sent)
    page = answer if answer.status_code == 422 else head.client.get(f"/cases/{case}")
    assert "Карточки" in page.get_data(as_text=True)
    assert district.case(case).data.file is None
