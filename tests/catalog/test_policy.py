import datetime as dt
import shutil

import pytest

from dengbu.catalog.policy import (
    POLICY_DIR,
    PolicyBook,
    PolicyError,
    PolicyMissing,
    check_all,
    fee_standards,
    office_calendar,
    policy_for,
    policy_version,
    time_limit,
    types_open,
    undertakings_for,
)
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.core.workdays import add_workdays, is_provisional

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def folder(tmp_path):
    """A copy of the office's policy that a test may spoil."""
    copy = tmp_path / "policy"
    shutil.copytree(POLICY_DIR, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def spoil(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def problem(folder):
    found = check_all(folder)
    assert len(found) == 1
    return found[0]


def test_a_material_that_nobody_explains_is_told(folder):
    unexplained = '[materials.SECRET]\nname = "没有说明的材料"\nsource = "upload"\n\n[materials.APP]\n'
    spoil(folder, "materials.toml", "[materials.APP]\n", unexplained)
    spoil(folder, "P01.toml", 'code = "SALE"', 'code = "SECRET"')
    fault = problem(folder)
    assert (fault.key, fault.problem) == ("checklist.SECRET.why", "没有给申请人看的说明")


def test_the_office_policy_is_sound():
    assert check_all() == []


@pytest.mark.parametrize("code", ["P01", "B01", "B06", "D09"])
def test_each_line_of_a_checklist_is_plain_for_applicants(code):
    policy = policy_for(code, TODAY)
    for item in policy.checklist:
        assert item.why
        assert not [word for word in ("非法", "无效", "驳回", "校验失败") if word in item.why]
        assert (item.when == "conditional") == bool(item.condition_label)
    assert policy.checklist[0].code == "APP"
    assert policy.checklist[0].generated
    assert (policy.pass_valid_days, policy.correction_days, policy.payment_due) == (15, 10, "before_issue")


def test_the_checklist_of_a_sale_grows_with_the_case():
    policy = policy_for("P01", TODAY)
    plain = [item.code for item in policy.checklist_for(set())]
    assert plain == ["APP", "INQ", "ID", "ID", "CERT", "SALE", "DEED", "TAX", "TXN"]
    more = [item.code for item in policy.checklist_for({"agent", "objection"})]
    assert [code for code in more if code not in plain] == ["POA", "COMMIT_OBJ"]
    assert policy.item("CERT").surrendered
    assert policy.item("SALE").shared_from == "housing"
    assert policy.item("DEED").can_be_exempt
    assert policy.item("NONE") is None


def test_questions_follow_the_case():
    policy = policy_for("P01", TODAY)
    assert "objection_known" not in {question.key for question in policy.questions_for(set())}
    assert "objection_known" in {question.key for question in policy.questions_for({"objection"})}


def test_what_comes_out_of_each_type():
    assert policy_for("P01", TODAY).outputs[0].kind is CertificateKind.CERTIFICATE
    assert policy_for("B01", TODAY).outputs[0].kind is CertificateKind.PROOF
    assert policy_for("B06", TODAY).outputs == ()
    assert policy_for("D09", TODAY).kinds == (RegistrationKind.TRANSFER,)
    assert [policy_for(code, TODAY).promised_days for code in ("P01", "B01", "B06", "D09")] == [5, 3, 1, 3]


def test_channels_open_on_their_days():
    policy = policy_for("P01", TODAY)
    assert policy.opens_on("web") == dt.date(2019, 3, 1)
    assert not policy.is_open("web", dt.date(2019, 2, 28))
    assert policy.is_open("web", dt.date(2019, 6, 30))
    assert policy.is_open("web", dt.date(2019, 7, 1))
    assert policy_for("D09", TODAY).opens_on("kiosk") is None
    at_the_kiosk = types_open("kiosk", TODAY)
    assert "P01" in {policy.code for policy in at_the_kiosk}
    assert {policy.client for policy in at_the_kiosk} == {Client.PERSON}


def test_a_case_finds_the_version_it_was_filed_under():
    assert policy_version("P01", "P01-2021").version == "P01-2021"
    with pytest.raises(PolicyMissing, match="P01-1999"):
        policy_version("P01", "P01-1999")
    with pytest.raises(PolicyMissing, match=r"P99\.toml"):
        policy_for("P99", TODAY)
    with pytest.raises(PolicyMissing):
        policy_for("P01", dt.date(2018, 1, 1))


def test_a_new_version_takes_over_on_its_day(folder):
    spoil(folder, "P01.toml", "valid_from = 2021-01-01", "valid_from = 2021-01-01\nvalid_until = 2026-12-31")
    text = (POLICY_DIR / "P01.toml").read_text("utf-8")
    text = (
        text.replace('"P01-2021"', '"P01-2027"')
        .replace("2021-01-01", "2027-01-01")
        .replace("promised_days = 5", "promised_days = 1")
    )
    (folder / "P01-2027.toml").write_text(text, "utf-8")
    book = PolicyBook(folder)
    assert book.policy_for("P01", dt.date(2026, 12, 31)).promised_days == 5
    assert book.policy_for("P01", dt.date(2027, 1, 1)).promised_days == 1
    assert book.version("P01", "P01-2021").promised_days == 5


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('material = "MARR"', 'material = "DEED"', "undertaking[1]", "DEED 是登簿所依据的材料"),
        ('material = "MARR"', 'material = "CERT"', "undertaking[1]", "CERT 是登簿所依据的材料"),
        ('"P01", "C01"', '"B06", "C01"', "types", "B06 的材料清单里没有 MARR"),
        ('"B01", "D06"', '"P01", "D06"', "valid_until", "P01 的 MARR"),
        ('kind = "later"', 'kind = "never"', "undertaking[1].kind", "never"),
    ],
)
def test_only_secondary_papers_of_a_type_may_be_undertaken_and_each_in_one_way(
    folder, old, new, key, problem
):
    spoil(folder, "undertakings.toml", old, new)
    (fault,) = check_all(folder)
    assert fault.file == "undertakings.toml" and fault.key == key and problem in fault.problem


def test_what_may_be_undertaken_is_asked_by_type_and_day():
    assert {m: (r.kind, r.days) for m, r in undertakings_for("P01", TODAY).items()} == {"MARR": ("later", 5)}
    assert undertakings_for("P01", dt.date(2020, 12, 31)) == {} == undertakings_for("P03", TODAY)


def test_a_type_that_sets_no_period_of_its_own_has_that_of_its_day(folder):
    assert [policy_for("P01", TODAY).__getattribute__(k) for k in ("statutory_days", "pass_valid_days", "correction_days")] == [
        30, 15, 10,
    ]  # fmt: skip
    spoil(
        folder,
        "time_limits.toml",
        'key = "pass_valid"\nname = "网上审核通过的有效期"\namount = 15',
        'key = "pass_valid"\nname = "有效期"\namount = 20',
    )
    assert PolicyBook(folder).policy_for("P01", TODAY).pass_valid_days == 20


def test_periods_change_with_the_law():
    assert time_limit("statutory", TODAY).amount == 30
    assert time_limit("national_general", dt.date(2020, 12, 31)).amount == 10
    assert time_limit("national_general", dt.date(2021, 1, 1)).amount == 5
    assert (time_limit("notice_lapse", TODAY).amount, time_limit("notice_lapse", TODAY).unit) == (
        90,
        "calendar_days",
    )
    with pytest.raises(PolicyMissing, match="misspelt"):
        time_limit("misspelt", TODAY)


def test_the_fee_standard_changes_on_the_first_of_july_2019():
    book = PolicyBook(POLICY_DIR)
    assert book.fee_standard(dt.date(2019, 6, 30)).attached_space_fen == 55_000
    assert book.fee_standard(dt.date(2019, 7, 1)).attached_space_fen == 8_000
    with pytest.raises(PolicyMissing):
        book.fee_standard(dt.date(2010, 1, 1))
    assert len(fee_standards()) == 2


def test_a_case_filed_in_december_has_a_provisional_deadline_in_january():
    calendar = office_calendar()
    due = add_workdays(dt.date(2026, 12, 25), 10, calendar)
    assert due == dt.date(2027, 1, 11)  # 1 to 3 January are off
    assert is_provisional(due, calendar)


def test_every_fee_rule_and_exemption_of_the_country_is_in_both_standards():
    for standard in fee_standards():
        assert {"FEE_TRANSFER", "FEE_FIRST_BUILDING", "FEE_MTG", "FEE_COUPLE", "FEE_OBJ", "FEE_ZERO"} <= set(
            standard.rules
        )
        assert {"EX_SMALL", "EX_SOCIAL", "EX_ADDR", "EX_HOMESTEAD"} <= {e.code for e in standard.exemptions}


# --- what an administrator can get wrong


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "said"),
    [
        ("P01.toml", "promised_days = 5", "promised_days = 31", "promised_days", "“31”太大"),
        (
            "P01.toml",
            "promised_days = 5",
            "promised_days = 6",
            "promised_days",
            "超过国办发〔2019〕8号的5个工作日",
        ),
        (
            "P03.toml",
            "public_notice_days = 15",
            "public_notice_days = 14",
            "public_notice_days",
            "少于《不动产登记暂行条例实施细则》第十七条的15个工作日",
        ),
        (
            "S03.toml",
            "promised_days = 30",
            "promised_days = 30\nstatutory_days = 20",
            "promised_days",
            "超过法定期限20个工作日",
        ),
        ("P01.toml", "promised_days = 5", "promise_days = 5", "promised_days", "缺少这一项"),
        ("P01.toml", 'name = "存', 'colour = "red"\nname = "存', "colour", "不认识这一项"),
        ("P01.toml", "valid_from = 2021-01-01", 'valid_from = "soon"', "valid_from", "不是日期"),
        ("P01.toml", 'client = "person"', 'client = "nobody"', "client", "不在可选范围内"),
        ("P01.toml", 'rule = "FEE_TRANSFER"', 'rule = "FEE_WISH"', "fees.rule", "没有 FEE_WISH"),
        ("P01.toml", 'condition = "agent"', 'condition = "agents"', "checklist.POA.condition", "不认识条件"),
        ("P01.toml", 'code = "SALE"', 'code = "SALT"', "checklist.SALT", "没有这种材料"),
        ("P01.toml", 'code = "P01"', 'code = "P02"', "code", "与文件名不符"),
        (
            "P01.toml",
            'code = "TXN"\nwhen = "optional"',
            'code = "TXN"\nwhen = "conditional"',
            "checklist.8",
            "condition",
        ),
        ("P01.toml", 'expected = "是"', 'expected = "也许"', "questions.0", "expected"),
        (
            "B06.toml",
            "valid_from = 2021-01-01",
            "valid_from = 2021-01-01\nvalid_until = 2020-01-01",
            "",
            "早于",
        ),
        ("fees.toml", "residential_fen = 8000", "residential_fen = -1", "standard[1].residential_fen", "-1"),
        ("fees.toml", "valid_until = 2019-06-30", "valid_until = 2019-07-01", "valid_until", "两个版本"),
        ("holidays.toml", "working = []", "working = [2027-01-01]", "year", "2027-01-01"),
        ("holidays.toml", "2027-02-05", "2026-02-05", "year[1]", "不是 2027 年的日期"),
        ("rollout.toml", '"web"', '"fax"', "opening[1].channel", "不在可选范围内"),
        ("time_limits.toml", "amount = 30", "amount = -3", "limit[1].amount", "-3"),
        (
            "materials.toml",
            'source = "generated"',
            'source = "magic"',
            "materials.APP.source",
            "不在可选范围内",
        ),
        ("B01.toml", 'code = "B01"', "code = ", "", "TOML 写法有误"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_file_key_and_remedy(folder, name, old, new, key, said):
    spoil(folder, name, old, new)
    found = problem(folder)
    assert found.file == name
    assert found.key == key
    assert said in found.problem
    assert found.remedy
    assert str(found).startswith(name)


def test_faults_of_several_files_are_told_together(folder):
    spoil(folder, "P01.toml", "promised_days = 5", "promised_days = 31")
    spoil(folder, "B06.toml", "promised_days = 1", "promised_days = 0.5")
    assert [fault.file for fault in check_all(folder)] == ["B06.toml", "P01.toml"]
    with pytest.raises(PolicyError, match=r"B06\.toml"):
        PolicyBook(folder)


def test_two_versions_for_one_day_are_refused(folder):
    text = (
        (folder / "P01.toml")
        .read_text("utf-8")
        .replace('"P01-2021"', '"P01-2027"')
        .replace("2021-01-01", "2027-01-01")
    )
    (folder / "P01-2027.toml").write_text(text, "utf-8")
    assert "2027-01-01 有两个版本" in problem(folder).problem


def test_a_missing_file_or_folder_is_told(folder):
    (folder / "fees.toml").unlink()
    assert (problem(folder).file, problem(folder).problem) == ("fees.toml", "没有这个文件")
    with pytest.raises(PolicyError, match="没有这个文件夹"):
        PolicyBook(folder / "elsewhere")


# --- the other types fit without changing code

OTHERS = {
    "S01": ("staff", ["seizure"], [], ["FEE_ZERO"], 0, "none", 0, ()),
    "S03": ("staff", ["correction"], ["certificate"], ["FEE_ZERO"], 30, "none", 15, ()),
    "P03": ("person", ["transfer"], ["certificate"], ["FEE_TRANSFER"], 10, "none", 15, ()),
    "P05": ("person", ["transfer"], ["certificate"], ["FEE_COUPLE"], 3, "none", 0, ()),
    "P13": ("person", ["objection"], ["proof"], ["FEE_OBJ"], 1, "none", 0, ()),
    "P16": ("person", ["other"], ["certificate"], ["FEE_CERT10"], 1, "none", 0, ()),
    "P17": ("person", ["cancellation"], [], ["FEE_ZERO"], 3, "if_destroyed", 0, ()),
    "P18": ("person", ["first"], ["proof"], ["FEE_RESIDENCE"], 5, "none", 0, ()),
    "D01": ("developer", ["first"], ["certificate"], ["FEE_LAND_FIRST"], 5, "none", 0, ()),
    "D05": ("developer", ["first"], ["certificate"], ["FEE_FIRST_BUILDING"], 5, "required", 15, ()),
    "D06": ("developer", ["notice"], ["proof"], ["FEE_ZERO"], 3, "none", 0, ()),
    "B03": ("bank", ["first"], ["proof"], ["FEE_MTG"], 5, "required", 0, ()),
    "B04": ("bank", ["change"], ["proof"], ["FEE_MTG_CHANGE"], 3, "none", 0, ()),
    "C01": (
        "combined",
        ["transfer", "first"],
        ["certificate", "proof"],
        ["FEE_TRANSFER", "FEE_MTG"],
        5,
        "none",
        0,
        ("P01", "B01"),
    ),
    "C02": (
        "combined",
        ["transfer", "first", "change", "cancellation"],
        ["certificate", "proof"],
        ["FEE_TRANSFER", "FEE_MTG"],
        5,
        "none",
        0,
        ("P01", "B01", "B06"),
    ),
    "C03": ("combined", ["notice", "notice"], ["proof", "proof"], ["FEE_ZERO"], 3, "none", 0, ("D06", "B08")),
}


@pytest.mark.parametrize("code", OTHERS)
def test_the_other_types_fit_without_changing_code(folder, code):
    client, kinds, outputs, fees, days, visit, notice, combines = OTHERS[code]
    made = ", ".join(f'{{ kind = "{kind}", holder = "holder" }}' for kind in outputs)
    charged = ", ".join(f'{{ rule = "{rule}" }}' for rule in fees)
    (folder / "undertakings.toml").write_text("", "utf-8")
    (folder / f"{code}.toml").write_text(
        f"""
code = "{code}"
version = "{code}-1"
valid_from = 2021-01-01
name = "其他业务"
client = "{client}"
kinds = {kinds}
combines = {list(combines)}
outputs = [{made}]
fees = [{charged}]
promised_days = {days}
site_visit = "{visit}"
public_notice_days = {notice}
legal_basis = ["《不动产登记暂行条例》"]
texts = {{ summary = "说明", needs = ["材料"], minutes = 10, result = "结果" }}
checklist = [
  {{ code = "APP", provided_by = "office" }},
  {{ code = "POA", when = "conditional", condition = "agent" }},
  {{ code = "ERRDOC", when = "optional", why = "能说明情况的材料。" }},
]
""",
        "utf-8",
    )
    policy = PolicyBook(folder).policy_for(code, TODAY)
    assert [output.kind.value for output in policy.outputs] == outputs
    assert [fee.rule for fee in policy.fees] == fees
    assert policy.combines == combines
    assert policy.is_open("desk", TODAY)
