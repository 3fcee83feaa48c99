"""The desk reads what an older register brought in."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.register_folder import write
from dengbu.core.acts import system
from dengbu.exchange.standard.importing import import_register
from tests.web.test_desk_review import Desk

HOME = "410106800001GB00001F0001"


@pytest.mark.django_db
def test_an_imported_home_is_found_by_its_old_certificate_and_shows_its_past(tmp_path: Path) -> None:
    wang = Desk("review", "101", "王审核")
    write(tmp_path / "old", 62)
    import_register(tmp_path / "old", actor=system("import"), report=tmp_path / "report")
    found = wang.client.get("/desk/register/", {"q": "上房权证字 第00000020号"})
    assert found["Location"] == f"/desk/register/{HOME}0021/"
    page = wang.get(f"/desk/register/{HOME}0021/")
    assert "户主二零" in page and "上房权证字第00000020号" in page
    notes = page[page.index("<h2>附记</h2>") :]
    assert "原登记系统的记载" in notes and "登记类型：转移登记" in notes and "业务号：" in notes
    assert "户主五零零零零零五" in wang.get(f"/desk/register/{HOME}0006/?show=history")
    assert "测试法院" in wang.get(f"/desk/register/{HOME}0051/")
    assert "测试银行股份有限公司上街支行" in wang.get(f"/desk/register/{HOME}0010/")
