import pytest

from dengbu.catalog import reasons as R
from dengbu.core.refusals import Refused

TYPICAL = {
    "material": "买卖合同",
    "page": "3",
    "place": "签名处",
    "pages": "12",
    "date": "2026-10-01",
    "first": "合同",
    "first_says": "120万元",
    "second": "税票",
    "second_says": "100万元",
    "field": "共有方式",
    "document_says": "共同共有",
    "you_say": "按份共有",
    "sum": "95%",
    "right_type": "夫妻更名",
    "name": "张",
    "organ": "上街区法院",
    "number": "WS20261122000123",
    "office": "中原区登记中心",
    "business": "抵押权注销登记",
    "department": "税务局",
}
RUDE = ("驳回", "打回", "不合格", "虚假", "违规", "资料有误", "请核实", "非法", "无效")


def test_the_table_has_every_code_of_the_office():
    assert sorted(R.REASONS) == sorted(
        [f"M{n:02d}" for n in range(1, 11)]
        + [f"F{n:02d}" for n in range(1, 6)]
        + [f"P{n:02d}" for n in range(1, 6)]
        + [f"R{n:02d}" for n in range(1, 6)]
        + [f"B{n:02d}" for n in range(1, 5)]
        + ["Z99"]
    )


@pytest.mark.parametrize("code", [code for code in R.REASONS if code != "Z99"])
def test_each_line_says_where_what_and_how_in_few_and_civil_words(code):
    chosen = R.reason(code)
    line = R.render(chosen, **{name: TYPICAL[name] for name in chosen.variables})
    assert line.how_to_fix
    assert line.basis
    assert len(str(line)) <= R.MAX_LINE
    assert "{" not in str(line)
    assert not [word for word in RUDE if word in str(line)]
    assert set(chosen.variables) <= set(R.VARIABLE_LABELS)


def test_the_example_of_the_notice_reads_as_designed():
    line = R.render(R.reason("M02"), material="买卖合同", page="3", place="签名处")
    assert line.text == "“买卖合同”第3页不清晰，签名处看不清。"
    assert line.how_to_fix == "请在光线好的地方重拍第3页，四角拍全。"
    assert line.target is R.Target.MATERIAL


def test_every_missing_variable_is_told_at_once():
    with pytest.raises(Refused) as caught:
        R.render(R.reason("M02"), material="买卖合同", page=" ")
    assert [(r.code, r.field) for r in caught.value.refusals] == [
        ("REASON_VARIABLE", "page"),
        ("REASON_VARIABLE", "place"),
    ]


def test_another_reason_needs_ten_characters():
    with pytest.raises(Refused) as caught:
        R.render(R.reason("Z99"), note="  合同有问题。  ")
    assert caught.value.refusals[0].message == "选择“其他”时请写明具体原因（不少于 10 个字）"
    line = R.render(R.reason("Z99"), note="合同第三页的房号与证书上的房号不同。")
    assert str(line) == "合同第三页的房号与证书上的房号不同。"


def test_a_note_adds_to_a_reason_and_has_an_end():
    line = R.render(R.reason("M01"), note="就是蓝色封面那一份。", material="买卖合同")
    assert str(line).endswith("就是蓝色封面那一份。")
    with pytest.raises(Refused) as caught:
        R.render(R.reason("M01"), note="长" * 201, material="买卖合同")
    assert caught.value.codes == ("REASON_NOTE_LONG",)


def test_braces_typed_by_a_reviewer_stay_as_typed():
    assert "{0}" in R.render(R.reason("M01"), material="{0}").text


def test_a_reviewer_chooses_only_among_reasons_of_the_type():
    assert "R02" in {reason.code for reason in R.reasons_for("P01")}
    assert "R02" not in {reason.code for reason in R.reasons_for("B06")}
    assert "M01" in {reason.code for reason in R.reasons_for("B06")}


def test_an_unknown_code_is_refused():
    with pytest.raises(Refused) as caught:
        R.reason("X01")
    assert caught.value.codes == ("REASON_UNKNOWN",)
