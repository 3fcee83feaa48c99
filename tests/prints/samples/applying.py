"""From the application to acceptance, refusal and withdrawal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.cases.prints import (
    AcceptanceReceipt,
    ApplicantBlock,
    ApplicationForm,
    InquiryRecord,
    NoticeReason,
    OriginalLine,
    OriginalsList,
    PartyLine,
    PassSlip,
    QuestionAnswer,
    ReceivedItem,
    RefusalNotice,
    ReturnedItem,
    ReturnLine,
    Signed,
    Withdrawal,
)

from .shared import DAY, PLACE, TYPE, UNIT, at, head


def receipt(**changes: Any) -> AcceptanceReceipt:
    items = (
        ("不动产登记申请书", 1, 0, 2, "线上生成，窗口签字"),
        ("身份证明（转让方、受让方）", 0, 2, 4, "核对原件后退回"),
        ("原不动产权证书，第0001842号", 1, 0, 12, "收回"),
        ("存量房买卖合同", 1, 0, 5, "与影像一致"),
        ("契税完税证明", 1, 0, 1, "与影像一致"),
        ("询问笔录", 1, 0, 3, "窗口签字"),
    )
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "pre_review_number": "WS20261124000087",
        "parties": (
            PartyLine(role="转让方", name="韩立新", identity="4199**********3018"),
            PartyLine(role="受让方", name="许文静", identity="4199**********2146"),
        ),
        "unit_code": UNIT,
        "location": PLACE,
        "accepted_at": at(10, 51),
        "promised_days": 5,
        "promised_on": dt.date(2026, 12, 8),
        "items": tuple(
            ReceivedItem(name=name, originals=originals, copies=copies, pages=pages, remark=remark)
            for name, originals, copies, pages, remark in items
        ),
        "fee": "捌拾元整（¥80.00），已缴",
        "collection": "到窗口领取",
        "collector_notes": (
            "领证时请带本凭证、缴费凭证和领证人身份证原件；委托他人领取的，还要带委托书和受托人身份证原件。",
        ),
        "query_address": "bdc.example.gov.cn/q",
        "acceptor": "孙倩",
        "acceptor_badge": "027",
        "window": "3号窗口",
        "phone": "0371-0000 1234",
    }
    return AcceptanceReceipt(**(given | changes))


def slip(**changes: Any) -> PassSlip:
    given: dict[str, Any] = {
        "head": head(number="WS20261124000087"),
        "registration": TYPE,
        "passed_on": dt.date(2026, 11, 24),
        "valid_until": dt.date(2026, 12, 15),
        "bring": ("双方身份证原件。", "原不动产权证书原件。", "买卖合同和契税完税证明原件。"),
        "place": "上街区中心路政务服务大厅一楼 不动产登记窗口",
        "hours": "工作日 9:00–12:00，13:30–17:00",
        "phone": "0371-0000 1234",
        "booking": "12月1日 10:30",
    }
    return PassSlip(**(given | changes))


SELLER = ApplicantBlock(
    name="韩立新",
    identity_kind="身份证",
    identity_number="41999919850307213X",
    address="郑州市上街区淮阳路21号院",
    phone="139 0000 0001",
    postcode="450041",
)
BUYERS = (
    ApplicantBlock(
        name="许文静",
        identity_kind="身份证",
        identity_number="419999199003077211",
        address="郑州市上街区中心路68号院",
        phone="139 0000 0002",
        postcode="450041",
        share="50%",
    ),
    ApplicantBlock(
        name="王海涛",
        identity_kind="身份证",
        identity_number="419999195209150041",
        address="郑州市上街区中心路68号院",
        phone="139 0000 0003",
        postcode="450041",
        share="50%",
        agent="赵明",
        agent_identity="41999920150101001X",
        agent_phone="139 0000 0004",
    ),
)


def application(**changes: Any) -> ApplicationForm:
    given: dict[str, Any] = {
        "head": head(),
        "received_on": DAY,
        "received_by": "孙倩",
        "land_unit": "平方米",
        "rights": ("国有建设用地使用权", "房屋所有权"),
        "registrations": ("转移",),
        "holders": BUYERS,
        "obligors": (SELLER,),
        "location": PLACE,
        "unit_code": UNIT,
        "property_kind": "土地和房屋",
        "area": "共有宗地面积28416.73㎡/房屋建筑面积98.52㎡",
        "use": "城镇住宅用地/成套住宅",
        "previous_certificates": "豫（2019）上街区不动产权第0001842号",
        "cause": "买卖",
        "documents": ("存量房买卖合同", "契税完税证明", "原不动产权证书"),
        "separate_certificates": True,
    }
    return ApplicationForm(**(given | changes))


def inquiry(**changes: Any) -> InquiryRecord:
    asked = (
        ("您申请登记的事项是否为您的真实意思表示？", "是。"),
        (
            "申请登记的不动产是单独所有还是共有？共有的，是共同共有还是按份共有，份额是多少？",
            "共有，按份共有，各 50%。",
        ),
        ("该不动产是否有其他共有人或者居住权人？", "没有。"),
        ("是否知道该不动产存在异议登记？", "不存在异议登记。"),
        ("买卖价款是否已经按合同约定支付？双方对交付有无争议？", "已付清，没有争议。"),
        ("申请材料是否真实？", "真实。"),
    )
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "asked_at": at(10, 40),
        "place": "上街区政务服务大厅 3号窗口",
        "mode": "现场",
        "inquirer": "孙倩",
        "inquirer_badge": "027",
        "recorder": "孙倩",
        "respondent": "韩立新",
        "respondent_identity_kind": "身份证",
        "respondent_identity_number": "41999919850307213X",
        "respondent_phone": "139 0000 0001",
        "capacity": "转让方（义务人）",
        "location": PLACE,
        "unit_code": UNIT,
        "questions": tuple(QuestionAnswer(question=q, answer=a) for q, a in asked),
        "video_digest": "sm3:3f2a9c51d0b7e64488aa0c1de7f59b62",
        "manners": ("由周译（居民身份证 41999919750505031X，手语）翻译，翻译人承诺如实翻译。",),
        "interpreters": ("周译",),
    }
    return InquiryRecord(**(given | changes))


def refusal(**changes: Any) -> RefusalNotice:
    given: dict[str, Any] = {
        "head": head(number="BYSL20261201000007"),
        "applicants": ("韩立新", "许文静"),
        "registration": TYPE,
        "location": PLACE,
        "unit_code": UNIT,
        "applied_on": dt.date(2026, 11, 24),
        "decided_on": DAY,
        "reasons": (
            NoticeReason(
                reason="买卖合同第 3 页缺少转让方签名。",
                clause="《不动产登记暂行条例》第十六条、第十七条",
                remedy="请双方在原件上补签后重新提交。",
            ),
            NoticeReason(
                reason="缺契税完税证明或者减免税证明。",
                clause="《契税法》第十一条",
                remedy="请到税务窗口办理后提交，或者授权我中心共享查询。",
            ),
        ),
        "returned": (
            ReturnedItem(name="存量房买卖合同", originals=1),
            ReturnedItem(name="原不动产权证书", originals=1, remark="第0001842号"),
        ),
        "review_organ": "郑州市上街区人民政府",
        "review_days": 60,
        "court": "郑州市上街区人民法院",
        "officer": "孙倩",
        "officer_badge": "027",
        "phone": "0371-0000 1234",
    }
    return RefusalNotice(**(given | changes))


def withdrawal(**changes: Any) -> Withdrawal:
    given: dict[str, Any] = {
        "head": head(),
        "applicants": (
            Signed(
                role="卖方", name="韩立新", identity="410106********0012", how="网上确认 2026-12-01 10:02"
            ),
            Signed(
                role="买方", name="许文静", identity="410106********0020", how="窗口签字 2026-12-01 10:40"
            ),
        ),
        "registration": TYPE,
        "location": PLACE,
        "unit_code": UNIT,
        "applied_on": DAY,
        "acceptance_number": "41010620261201000123",
        "reason": "双方解除合同",
        "fee": "已缴80.00元，原路退回缴款账户。",
        "originals": "交给登记窗口的原件凭《材料原件收取、退还清单》退还。",
        "officer": "孙倩",
        "officer_badge": "027",
        "phone": "0371-0000 1234",
        "ended_on": DAY,
    }
    return Withdrawal(**(given | changes))


def originals(**changes: Any) -> OriginalsList:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "applicants": "韩立新、许文静",
        "location": PLACE,
        "unit_code": UNIT,
        "ended": "已撤回",
        "items": (
            OriginalLine(name="不动产权证书", received=1, returned=1, kept="影像4页"),
            OriginalLine(
                name="买卖合同", received=2, returned=1, kept="影像5页，复印件1份", remark="还有1份未退"
            ),
        ),
        "returns": (
            ReturnLine(
                at=at(11, 5), what="不动产权证书1份、买卖合同1份", receiver="韩立新（申请人本人）", by="孙倩"
            ),
        ),
        "officer": "孙倩",
        "officer_badge": "027",
    }
    return OriginalsList(**(given | changes))
