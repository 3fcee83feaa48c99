"""受理核验岗 at the browser: scanning, the seven steps, the ways out, acceptance, papers, the fee."""

from __future__ import annotations

import re
import uuid

import pytest

from dengbu.cases.models import Case, CaseDocument, Verdict
from dengbu.core.models import Sight, User
from dengbu.payments.models import FeeBill
from dengbu.register.models import Entry
from tests.support import office
from tests.web.windows import at_work, budget, case_url, hidden, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def case_of(docket: uuid.UUID) -> Case:
    return Case.objects.select_related("docket").get(docket_id=docket)


@pytest.mark.parametrize(
    "which", ["prereview_no", "number", "token", "address", "short", "short_hyphen", "small"]
)
def test_whatever_stands_on_the_slip_opens_the_case(which: str) -> None:
    docket = office.passed_sale()
    case = case_of(docket)
    short = str(case.short_code)
    code = {
        "prereview_no": case.prereview_no,
        "number": case.docket.number,
        "token": case.token,
        "address": f"https://example.cn/q/{case.token}",
        "short": short,
        "short_hyphen": f"{short[:4]}-{short[4:]}",
        "small": f" {str(case.prereview_no).lower()} ",
    }[which]
    answer = at_work("accept").post("/desk/accept/", {"code": code})
    assert answer.status_code == 303 and answer["Location"] == case_url(docket)


def test_scanning_asks_the_restrictions_at_once() -> None:
    docket = office.passed_sale()
    clerk = at_work("accept")
    clerk.post("/desk/accept/", {"code": case_of(docket).prereview_no})
    page = text_of(clerk.get(case_url(docket)))
    assert 'data-answer="none"' in page and "无限制" in page


def test_each_code_that_cannot_be_received_has_its_own_sentence() -> None:
    clerk = at_work("accept")
    assert "没有找到该编号" in text_of(clerk.post("/desk/accept/", {"code": "YS-2026-ZZZZ"}))
    assert "请扫描二维码，或输入编号" in text_of(clerk.post("/desk/accept/", {"code": " "}))
    waiting = case_of(office.submitted_sale(1)).docket.number
    assert "还没有通过网上审核" in text_of(clerk.post("/desk/accept/", {"code": waiting}))
    accepted = case_of(office.registered_sale(2)).docket.number
    answer = clerk.post("/desk/accept/", {"code": accepted})
    assert answer.status_code == 422 and "不用再次受理" in text_of(answer)


def do_everything(docket: uuid.UUID) -> None:
    """The seven steps by their forms."""
    clerk, url = at_work("accept"), case_url(docket)
    for party in office.parties_of(docket):
        answer = clerk.post(url, {"do": "identity", "party": party.pk, "how": "card"})
        assert answer.status_code == 303, text_of(answer)
    assert clerk.post(url, {"do": "query"}).status_code == 303
    names = re.findall(r'name="(answer-[a-z_]+)"', text_of(clerk.get(url)))
    assert clerk.post(url, dict.fromkeys(names, "是") | {"do": "answers"}).status_code == 303
    for _ in range(20):
        page = clerk.get(url)
        item = hidden(page, "item")
        if "还有" not in text_of(page).partition('id="why"')[2] or not item:
            break
        answer = clerk.post(url, {"do": "paper", "item": item, "originals": "1", "copies": "0", **yes()})
        assert answer.status_code == 303, text_of(answer)


def yes(**other: str) -> dict[str, str]:
    return {f"check-{k}": other.get(k, "yes") for k in ("form", "complete", "valid", "matches")}


def test_a_sale_is_received_step_by_step_and_entered_under_the_reviewers_name() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket)
    first = text_of(clerk.get(url))
    assert "还不能受理" in first and "还没有核验" in first and 'aria-disabled="true"' in first
    assert "询问笔录还没有回答" in first
    do_everything(docket)
    assert "可以受理" in text_of(clerk.get(url))
    stop = clerk.get(url + "confirm/")
    assert "审核人、登簿人记为<b>王审核（网上审核岗）</b>" in text_of(stop)
    key = hidden(stop, "key")
    answer = clerk.post(url + "confirm/", {"key": key})
    assert answer.status_code == 303 and answer["Location"].startswith(url + "print/")
    again = clerk.post(url + "confirm/", {"key": key})
    assert again.status_code == 303
    assert Entry.objects.filter(docket_id=docket).count() == 1
    assert case_of(docket).state == "registered"
    assert clerk.get(url)["Location"] == url + "print/"


def test_a_check_left_open_is_no_verdict_and_what_was_typed_stays() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket)
    item = hidden(clerk.get(url), "item")
    typed = yes()
    del typed["check-valid"]
    answer = clerk.post(url, {"do": "paper", "item": item, "originals": "7", "copies": "0", **typed})
    assert answer.status_code == 422
    assert "请给出结论：有效性" in text_of(answer) and 'value="7"' in text_of(answer)
    assert not Verdict.objects.filter(docket_id=docket, stage="desk").exists()


def test_a_paper_that_differs_needs_its_reason_and_locks_acceptance() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket)
    item = hidden(clerk.get(url), "item")
    form = {"do": "paper", "item": item, "originals": "1", "copies": "0", **yes(matches="no")}
    assert "请写明原因" in text_of(clerk.post(url, form))
    assert clerk.post(url, form | {"note": "合同缺第3页"}).status_code == 303
    assert "材料核验不符合" in text_of(clerk.get(url))
    refusal = text_of(clerk.get(url + "refuse/"))
    assert "与影像一致不符合：合同缺第3页" in refusal


def test_a_seizure_meanwhile_stops_acceptance_in_red_and_nothing_is_written() -> None:
    docket = office.checked_sale()
    clerk, url = at_work("accept"), case_url(docket)
    key = hidden(clerk.get(url + "confirm/"), "key")
    office.seize(1)
    entries = Entry.objects.count()
    answer = clerk.post(url + "confirm/", {"key": key})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "登簿没有任何改动" in page.replace("登记簿", "登簿") and "查封" in page and "notify--bad" in page
    assert Entry.objects.count() == entries and case_of(docket).state == "preapproved"


def test_the_reviewer_sees_why_they_may_not_receive_their_own_case() -> None:
    both = at_work("review", "accept")
    reviewer = office.reviewer(User.objects.get(login="wangmin").pk)
    docket = office.passed_sale(1, reviewer)
    assert "您是这件申请的网上审核人" in text_of(both.get(case_url(docket)))
    party = office.parties_of(docket)[0]
    answer = both.post(case_url(docket), {"do": "identity", "party": party.pk, "how": "card"})
    assert answer.status_code == 403 and "由另一位受理核验岗同事受理" in text_of(answer)


def test_who_has_another_post_is_told_which_one_receives() -> None:
    answer = at_work("certify").get("/desk/accept/")
    assert answer.status_code == 403 and "受理核验岗" in text_of(answer)


def test_sending_back_needs_a_reason_and_returns_the_case_to_its_reviewer() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket)
    short = clerk.post(url, {"do": "send_back", "reason": "不符"})
    assert short.status_code == 422 and 'value="不符"' in text_of(short)
    assert clerk.post(url, {"do": "send_back", "reason": "合同与影像不是同一份"}).status_code == 303
    assert case_of(docket).state == "under_review"


def test_refusing_takes_every_reason_and_prints_the_notice() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket, "refuse/")
    empty = clerk.post(url, {"count": "1", "reason-0": "", "do": "refuse"})
    assert empty.status_code == 422 and "请写明不予受理的全部原因" in text_of(empty)
    more = clerk.post(url, {"count": "1", "reason-0": "缺少完税证明", "do": "add"})
    assert 'name="reason-1"' in text_of(more) and "缺少完税证明" in text_of(more)
    done = clerk.post(
        url,
        {
            "count": "2",
            "reason-0": "没有提交完税证明原件",
            "clause-0": "条例16",
            "remedy-0": "请补交",
            "reason-1": "身份证已过期",
            "returned": "合同、权证",
            "do": "refuse",
        },
    )
    assert done.status_code == 303 and case_of(docket).state == "refused"
    notice = clerk.get(case_url(docket, "paper/refusal/1.pdf"))
    assert notice["Content-Type"] == "application/pdf" and notice.content.startswith(b"%PDF")


def test_papers_are_kept_as_printed_and_counted_again() -> None:
    docket = office.registered_sale()
    clerk, url = at_work("accept"), case_url(docket, "paper/")
    assert clerk.post(url, {"kind": "all"}).status_code == 303
    kinds = set(CaseDocument.objects.filter(docket_id=docket).values_list("kind", flat=True))
    assert kinds == {"receipt", "fee_notice", "transfer_slip", "application", "inquiry"}
    second = clerk.post(url, {"kind": "receipt"})
    assert second["Location"] == case_url(docket, "paper/receipt/2.pdf")
    one = clerk.get(case_url(docket, "paper/receipt/1.pdf")).content
    two = clerk.get(case_url(docket, "paper/receipt/2.pdf")).content
    assert one.startswith(b"%PDF") and one != two
    page = text_of(clerk.get(case_url(docket, "print/")))
    assert "补打1" in page and "缴费后打印" in page
    assert Sight.objects.filter(docket_id=docket, purpose="打印文书").exists()


def test_the_fee_is_taken_at_the_window_whole_and_once() -> None:
    docket = office.registered_sale()
    clerk, url = at_work("accept"), case_url(docket, "collect/")
    wrong = clerk.post(url, {"channel": "cash", "amount": "八十"})
    assert (
        wrong.status_code == 422 and "请输入实收金额" in text_of(wrong) and 'value="八十"' in text_of(wrong)
    )
    assert clerk.post(url, {"channel": "cash", "amount": "79"}).status_code == 422
    assert clerk.post(url, {"channel": "cash", "amount": "80.00", "key": "k"}).status_code == 303
    assert clerk.post(url, {"channel": "cash", "amount": "80.00", "key": "k"}).status_code == 303
    bill = FeeBill.objects.get(docket_id=docket)
    assert (bill.state, bill.paid_fen) == ("paid", 8000)
    voucher = clerk.post(case_url(docket, "paper/"), {"kind": "fee_voucher"})
    assert voucher["Location"].endswith("fee_voucher/1.pdf")


def test_the_answers_of_the_inquiry_are_kept_and_a_missing_one_is_named() -> None:
    docket = office.passed_sale()
    clerk, url = at_work("accept"), case_url(docket)
    page = text_of(clerk.get(url))
    names = re.findall(r'name="(answer-[a-z_]+)"', page)
    assert names
    form = dict.fromkeys(names, "是") | {"do": "answers"}
    missing = clerk.post(url, form | {names[0]: ""})
    assert missing.status_code == 422 and "请填写回答" in text_of(missing)
    assert clerk.post(url, form).status_code == 303
    assert case_of(docket).filed["answers"][names[0].removeprefix("answer-")] == "是"


@pytest.mark.parametrize(
    ("name", "rest", "made"),
    [
        ("desk.accept_case", "", office.passed_sale),
        ("desk.accept_confirm", "confirm/", office.checked_sale),
        ("desk.refuse", "refuse/", office.passed_sale),
        ("desk.accept_print", "print/", office.registered_sale),
    ],
)
def test_a_page_asks_the_database_no_more_than_it_says(name: str, rest: str, made: object) -> None:
    docket = made()  # type: ignore[operator]
    assert statements(at_work("accept"), case_url(docket, rest)) <= budget(name) + 1


def test_the_first_page_asks_no_more_however_many_visits() -> None:
    office.passed_sale(1)
    assert statements(at_work("accept"), "/desk/accept/") <= budget("desk.accept") + 1
