"""The road of a home visit over HTTP, without a script: asked for at the portal, planned, signed by finger with an
interpreter from photographs, confirmed; the window asks for nothing more."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dengbu.cases.models import NUMBER_PURPOSE, Case, CaseParty, HomeVisit, Signer
from dengbu.core import clock, crypto
from dengbu.core.identifiers import make_resident_id
from dengbu.project.launcher.environment import DatabaseUrls
from tests.support.visits import picture
from tests.web.examples import Examples, browser, staff


@pytest.fixture(scope="module")
def examples(module_demo_database: DatabaseUrls) -> Examples:
    return Examples()


def photo(words: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{words}.jpg", picture(words), "image/jpeg")


def key() -> dict[str, str]:
    return {"key": uuid.uuid4().hex}


def test_a_visit_from_the_portal_to_the_window(examples: Examples) -> None:
    case = examples.another("my", "preapproved")
    seller = CaseParty.objects.get(case=case, role="seller")
    applicant = browser(examples.applicant(case))
    mine = reverse("web:my.visit", args=[case.pk])
    asked = {
        "do": "ask",
        "people": str(seller.pk),
        "reason": "hospital",
        "place": "上街区人民医院住院部3楼12床",
    }
    short = applicant.post(mine, {**asked, **key(), "remark": "住院"})
    assert short.status_code == 422 and "请说明具体情况" in short.content.decode()
    assert "上街区人民医院住院部3楼12床" in short.content.decode()  # what was typed stays
    assert applicant.post(mine, {**asked, **key(), "remark": "手骨折，要手语翻译"}).status_code == 303

    desk = reverse("web:desk.visit", args=[case.pk])
    clerk, first, second = (browser(staff(f"accept{n}")) for n in (1, 2, 3))
    assert case.docket.number in clerk.get(reverse("web:desk.visits")).content.decode()
    alone = {"do": "plan", "planned_at": _later(), "first": str(staff("accept2").pk), "second": ""}
    answer = clerk.post(desk, {**alone, **key(), "place": ""})
    assert answer.status_code == 422 and "须两名工作人员" in answer.content.decode()
    assert (
        clerk.post(desk, {**alone, **key(), "place": "", "second": str(staff("accept3").pk)}).status_code
        == 303
    )
    assert "已安排" in applicant.get(mine).content.decode()

    one = Signer.objects.get(docket_id=case.pk)
    url = reverse("web:field.signing", args=[case.pk])
    assert "上街区人民医院" in first.get("/field/").content.decode()
    number = crypto.decrypt(seller.number_cipher, NUMBER_PURPOSE)
    page = first.get(url).content.decode()
    assert number not in page and "申请中的证件号" in page
    seen = {f"{k}-{one.pk}": v for k, v in (
        ("document_kind", "resident_id"), ("number", number), ("how", "fingerprint"), ("fingerprint_reason", "hand"),
        ("witness", "护士赵敏"), ("read_aloud", "yes"), ("interpreter_name", "周译"), ("interpreter_kind", "resident_id"),
        ("interpreter_number", make_resident_id("419999", dt.date(1975, 5, 5), 31)), ("language", "手语"),
    )}  # fmt: skip
    wrong = first.post(url, {**seen, **key(), "do": f"identify:{one.pk}", f"witness-{one.pk}": ""})
    assert (
        wrong.status_code == 422
        and "捺指印须有见证人" in wrong.content.decode()
        and "周译" in wrong.content.decode()
    )
    assert first.post(url, {**seen, **key(), "do": f"identify:{one.pk}"}).status_code == 303
    stranger = browser(staff("accept1")).post(url, {**seen, **key(), "do": f"identify:{one.pk}"})
    assert stranger.status_code == 403
    _answer(first, url, case)
    assert first.post(url, {**key(), "do": "make"}).status_code == 303
    paper = reverse("web:field.paper", args=[case.pk, "inquiry", 1])
    assert first.get(paper)["Content-Type"] == "application/pdf"
    assert first.get(reverse("web:field.paper", args=[case.pk, "inquiry", 2])).status_code == 404
    bare = first.post(url, {**key(), "do": f"sign:{one.pk}", f"files-{one.pk}": photo("finger")})
    assert bare.status_code == 422 and "翻译还没有签字" in bare.content.decode()
    signed = {f"files-{one.pk}": photo("finger"), f"other-{one.pk}": photo("interpreter")}
    assert first.post(url, {**key(), "do": f"sign:{one.pk}", **signed}).status_code == 303
    record = {
        "do": "record",
        "visited_at": f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
        "place": "上街区人民医院3楼12床",
    }
    assert "还没有现场照片" in first.post(url, {**key(), **record}).content.decode()
    assert first.post(url, {**key(), "do": "photo", "files": photo("scene")}).status_code == 303
    assert first.post(url, {**key(), **record}).status_code == 303
    assert first.post(url, {**key(), "do": "confirm"}).status_code == 403
    assert second.post(url, {**key(), "do": "confirm"}).status_code == 303
    assert HomeVisit.objects.get(docket_id=case.pk).confirmed_at is not None
    window = browser(staff("accept1")).get(reverse("web:desk.accept_case", args=[case.pk])).content.decode()
    assert "上门面签" in window and "不用再到场" in window and "窗口不得要求重复" in window


def test_a_visit_is_declined_in_words_the_applicant_reads(examples: Examples) -> None:
    case = examples.another("my", "preapproved")
    party = CaseParty.objects.get(case=case, role="seller")
    desk, mine = reverse("web:desk.visit", args=[case.pk]), reverse("web:my.visit", args=[case.pk])
    clerk, applicant = browser(staff("accept1")), browser(examples.applicant(case))
    asked = {
        "people": str(party.pk),
        "reason": "age",
        "remark": "八十八岁，腿脚不便",
        "place": "上街区中心路1号院301室",
    }
    assert clerk.post(desk, {**key(), **asked, "do": "ask"}).status_code == 303
    assert clerk.post(desk, {**key(), "do": "decline", "decline": "短"}).status_code == 422
    why = "住址不在本区，可以公证委托家人办理"
    assert clerk.post(desk, {**key(), "do": "decline", "decline": why}).status_code == 303
    body = applicant.get(mine).content.decode()
    assert why in body and "不予上门" in body and "提交申请" in body


def _later() -> str:
    return f"{clock.local(clock.now() + dt.timedelta(hours=3)):%Y-%m-%dT%H:%M}"


def _answer(client, url: str, case: Case) -> None:  # type: ignore[no-untyped-def]
    from dengbu.cases.facts import facts

    questions = facts(Case.objects.get(pk=case.pk)).policy.questions
    answers = {f"answer-{q.key}": q.expected or (q.answers or ("如实",))[0] for q in questions}
    assert client.post(url, {"do": "answers", **answers}).status_code == 303


def test_at_the_window_a_fingerprint_is_noted_and_what_was_typed_stays(examples: Examples) -> None:
    case = examples.case("my", "preapproved")
    party = CaseParty.objects.get(case=case, role="seller")
    url, clerk = reverse("web:desk.accept_case", args=[case.pk]), browser(staff("accept1"))
    said = {"do": "manner", "party": str(party.pk), f"how-{party.pk}": "fingerprint", f"read_aloud-{party.pk}": "yes",
            f"fingerprint_reason-{party.pk}": "illiterate", f"witness-{party.pk}": ""}  # fmt: skip
    wrong = clerk.post(url, {**said, **key()})
    assert wrong.status_code == 422 and "捺指印须有见证人" in wrong.content.decode()
    assert f'href="#id_witness-{party.pk}"' in wrong.content.decode()
    assert clerk.post(url, {**said, **key(), f"witness-{party.pk}": "孙见证"}).status_code == 303
    assert "以捺指印代替签名，见证人：孙见证" in clerk.get(url).content.decode()


def test_a_visit_is_asked_for_while_the_review_runs_and_by_telephone(examples: Examples) -> None:
    case = examples.another("my", "submitted")
    seller = CaseParty.objects.get(case=case, role="seller")
    applicant, clerk = browser(examples.applicant(case)), browser(staff("accept1"))
    mine, desk = (reverse(f"web:{p}.visit", args=[case.pk]) for p in ("my", "desk"))
    for page in ("my.apply.submitted", "my.case"):
        assert f'href="{mine}"' in applicant.get(reverse(f"web:{page}", args=[case.pk])).content.decode()
    assert "现在就可以申请，网上审核通过后再安排时间" in applicant.get(mine).content.decode()
    listed = reverse("web:desk.visits")
    assert clerk.get(f"{listed}?number=WS0000").content.decode().count("没有这个编号的办件")
    found = clerk.get(f"{listed}?number={case.docket.number.lower()}")
    assert found.status_code == 303 and found["Location"].endswith(desk)
    said = {
        "do": "ask",
        "how": "phone",
        "people": str(seller.pk),
        "reason": "age",
        "remark": "八十岁，腿脚不便",
        "place": "上街区中心路1号院2号楼301室",
    }
    assert clerk.post(desk, {**said, **key()}).status_code == 303
    page = clerk.get(desk).content.decode()
    assert "电话登记" in page and "等网上审核" in page and "安排，通知申请人" not in page
    early = {"do": "plan", "planned_at": _later(), "first": str(staff("accept2").pk), "place": ""}
    answer = clerk.post(desk, {**early, **key()})
    assert answer.status_code == 422 and "网上审核还没有通过" in answer.content.decode()
    assert case.docket.number in clerk.get(f"{listed}?tab=early").content.decode()
    told = applicant.get(mine).content.decode()
    assert "等网上审核" in told and "网上审核通过后，登记中心在三个工作日内安排" in told
