"""One filled-in example of every paper: made-up persons of an unassigned region code."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.cases.prints import (
    AcceptanceReceipt,
    ApplicantBlock,
    ApplicationForm,
    CatalogueLine,
    CourtLetter,
    ErrorReportPaper,
    FeeLine,
    FeeNotice,
    FeeReversal,
    FeeUndertaking,
    FeeVoucher,
    Finding,
    HandoverLine,
    HandoverList,
    InquiryRecord,
    InspectionRecord,
    NoticeLine,
    NoticeReason,
    OrderReceipt,
    OriginalLine,
    OriginalsList,
    PartyLine,
    PassSlip,
    PauseNotice,
    PublicNoticePaper,
    QuestionAnswer,
    ReceivedItem,
    RefusalNotice,
    RenewalNotice,
    RenewedPaper,
    ReturnedItem,
    ReturnLine,
    ServiceSlip,
    Signed,
    SignedPaper,
    SignedPerson,
    SigningRecord,
    SupplementLine,
    SupplementPaper,
    TransferItem,
    TransferSlip,
    TransferStep,
    UndertakingLine,
    UndertakingPaper,
    VolumeCatalogue,
    Withdrawal,
)
from dengbu.core.printing import PrintHead

UNIT = "410106002007GB00009F00060802"
UNIT_PRINTED = "410106 002007 GB00009 F00060802"
PLACE = "上街区淮阳路21号院6号楼1单元802"
TYPE = "转移登记（存量房买卖）"
DAY = dt.date(2026, 12, 1)
LINK = "https://bdc.example.gov.cn/q/7K4MQ2HD9WXZ3ABCDEFGHJKMNPQRSTWX"


def at(hour: int, minute: int) -> dt.datetime:
    """An hour of that day in the office."""
    return dt.datetime(2026, 12, 1, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def head(**changes: Any) -> PrintHead:
    given: dict[str, Any] = {
        "office": "郑州市上街区不动产登记中心",
        "number": "41010620261201000123",
        "printed_at": at(10, 52),
        "printed_by": "孙倩（工号 027）",
        "qr": LINK,
        "short_code": "7Q4M-K2HD",
    }
    return PrintHead(**(given | changes))


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


FEES = (
    FeeLine(
        item="不动产登记费（住宅）",
        count=1,
        unit="件",
        standard_fen=8000,
        amount_fen=8000,
        basis="发改价格规〔2016〕2559号",
    ),
    FeeLine(
        item="证书工本费（第二本起）",
        count=1,
        unit="本",
        standard_fen=1000,
        amount_fen=1000,
        basis="发改价格规〔2016〕2559号",
    ),
)


def notice(**changes: Any) -> FeeNotice:
    given: dict[str, Any] = {
        "head": head(),
        "pay_code": "41010626 1201 000087",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "unit_code": UNIT,
        "lines": FEES,
        "total_fen": 9000,
        "exemption": "",
        "issued_on": DAY,
        "due": "领证前缴清",
        "ways": ("手机扫右上方二维码，按页面提示支付。", "到大厅任一受理窗口，报缴款码支付。"),
        "officer": "孙倩",
        "phone": "0371-0000 1234",
    }
    return FeeNotice(**(given | changes))


def voucher(**changes: Any) -> FeeVoucher:
    given: dict[str, Any] = {
        "head": head(),
        "pay_code": "41010626 1201 000087",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "lines": FEES[:1],
        "total_fen": 0,
        "exemption": "小微企业免收登记费（财税〔2019〕45号），申报编号 XW2026000031",
        "paid_at": at(11, 3),
        "channel": "微信支付",
        "transaction": "4200002026120111030001",
        "bill_number": "",
        "cashier": "孙倩",
    }
    return FeeVoucher(**(given | changes))


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


def public_notice(**changes: Any) -> PublicNoticePaper:
    rows = (
        ("被继承人（遗赠人）", "韩*新"),
        ("继承人", "许*静、韩*"),
        ("不动产坐落", PLACE),
        ("不动产单元号", UNIT),
        ("面积", "96.21平方米"),
    )
    given: dict[str, Any] = {
        "head": head(number="410106-GG-2026-000012"),
        "title": "不动产继承（受遗赠）登记公告",
        "why": "下列不动产的权利人已经去世，申请人申请继承（受遗赠）转移登记，没有提交继承公证书或者生效法律文书。"
        "经初步审定，本机构拟予以登记。根据《不动产登记暂行条例实施细则》第十四条，现予公告。",
        "objections": "对继承人的范围有异议的，请自本公告之日起15个工作日内（2026年12月22日前）将异议书面材料送达本机构。"
        "逾期无人提出异议，或者异议不成立的，本机构将予以登记。送达地址：上街区政务服务中心二楼。",
        "lines": tuple(NoticeLine(label=label, value=value) for label, value in rows),
        "since": DAY,
        "until": dt.date(2026, 12, 22),
        "organ": "郑州市上街区自然资源局",
    }
    return PublicNoticePaper(**(given | changes))


def error_report(**changes: Any) -> ErrorReportPaper:
    given: dict[str, Any] = {
        "head": head(),
        "registration": "依职权更正登记",
        "location": PLACE,
        "unit_code": UNIT,
        "fault": "录入差错",
        "answers": "登记机构",
        "wrong_entry": "2024-0000012",
        "entered_on": dt.date(2024, 3, 5),
        "entered_by": "郭立",
        "found_on": dt.date(2026, 11, 20),
        "found_how": "权利人、利害关系人反映",
        "description": "登记申请书写的室号是801，登簿时录成802，复核时没有对照测绘报告。",
        "harm": "没有发现造成损害",
        "measure": "已办理更正登记；对同一批次录入的36件逐条核对，没有发现其他差错。",
        "corrected": "登簿顺序号2026-0000812",
        "reported_by": "孙倩",
        "reported_at": at(15, 20),
    }
    return ErrorReportPaper(**(given | changes))


def inspection(**changes: Any) -> InspectionRecord:
    seen = (("现场坐落、位置与申请和测绘成果一致", "是"), ("实际用途与申请一致", "不适用"))
    given: dict[str, Any] = {
        "head": head(),
        "registration": "自建房屋首次登记",
        "applicants": "韩立新",
        "location": PLACE,
        "unit_code": UNIT,
        "visited_at": at(9, 30),
        "accompanied_by": "韩立新",
        "findings": tuple(Finding(question=q, found=a) for q, a in seen),
        "remark": "砖混两层，已建成，四至清楚。",
        "result": "符合登记要求",
        "photos": 4,
        "first": "孙倩",
        "first_badge": "027",
        "second": "周明",
        "second_badge": "031",
        "confirmed_at": at(16, 5),
    }
    return InspectionRecord(**(given | changes))


SIGNATURE = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 120'>"
    "<path d='M20 90 60 20 110 95 160 30 210 90 280 40' fill='none' stroke='#000' stroke-width='5'/></svg>"
)


def signing(**changes: Any) -> SigningRecord:
    given: dict[str, Any] = {
        "head": head(),
        "registration": "存量房买卖转移登记",
        "location": PLACE,
        "unit_code": UNIT,
        "visited_at": at(9, 30),
        "place": "上街区人民医院住院部3楼12床",
        "position": "34.80123, 113.29456（误差20米）",
        "reason": "正在住院",
        "scene": "本人神志清楚，愿意出卖房屋。",
        "photos": ("ab" * 32,),
        "papers": (
            SignedPaper(name="不动产登记申请书", print_no=1, digest="0f" * 32),
            SignedPaper(name="询问笔录", print_no=2, digest="1e" * 32),
        ),
        "people": (
            SignedPerson(
                name="韩立新",
                role="转让方",
                document="居民身份证",
                number="4101**********001X",
                manner=("韩立新手部伤残，不能书写，以捺指印代替签名，见证人：赵敏。", "文书已向韩立新宣读，韩立新表示听懂并认可。"),
                signature_svg=SIGNATURE,
                interpreter="周译",
                interpreter_svg=SIGNATURE,
                finger=True,
            ),
        ),
        "first": "孙倩",
        "first_badge": "027",
        "second": "周明",
        "second_badge": "031",
        "confirmed_at": at(16, 5),
    }  # fmt: skip
    return SigningRecord(**(given | changes))


def renewal(**changes: Any) -> RenewalNotice:
    given: dict[str, Any] = {
        "head": head(),
        "holders": "韩立新、许文静",
        "registration": "更正登记（依申请）",
        "entered_on": DAY,
        "written_on": dt.date(2026, 12, 3),
        "location": PLACE,
        "unit_code": UNIT,
        "corrected": "室号",
        "previous": "豫（2020）上街区不动产权第0001842号",
        "papers": (
            RenewedPaper(holder="韩立新", number="豫（2026）上街区不动产权第0000012号"),
            RenewedPaper(holder="许文静", number="豫（2026）上街区不动产权第0000013号"),
        ),
        "place": "上街区政务服务中心二楼",
        "hours": "周一至周五 8:30-12:00，14:00-17:30",
        "phone": "0371-0000 1234",
        "officer": "孙倩",
        "officer_badge": "027",
    }
    return RenewalNotice(**(given | changes))


def pause(**changes: Any) -> PauseNotice:
    given: dict[str, Any] = {
        "head": head(),
        "applicants": ("许文静", "韩冰"),
        "registration": "继承、受遗赠转移登记",
        "location": PLACE,
        "unit_code": UNIT,
        "accepted_on": DAY,
        "paused_on": dt.date(2026, 12, 3),
        "reason": "等待人民法院或其他机关的结果",
        "evidence": "（2026）豫0106民初12号",
        "officer": "孙倩",
        "officer_badge": "027",
        "phone": "0371-0000 1234",
    }
    return PauseNotice(**(given | changes))


def service_slip(**changes: Any) -> ServiceSlip:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "authority_kind": "人民法院",
        "document_no": "（2026）豫0106执12号",
        "served": "2026年12月3日10:05",
        "received": "2026年12月3日10:05",
        "how": "两名工作人员当面送达",
        "officers": (
            NoticeLine(label="张执行", value="工作证 豫法工001　执行公务证 豫法执001"),
            NoticeLine(label="李书记", value="工作证 豫法工002　执行公务证 豫法执002"),
        ),
        "late_reason": "",
        "received_by": "孙倩",
        "received_badge": "027",
        "phone": "0371-0000 1234",
    }
    return ServiceSlip(**(given | changes))


def order_receipt(**changes: Any) -> OrderReceipt:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "document_no": "（2026）豫0106执12号",
        "served": "2026年12月3日10:05",
        "location": PLACE,
        "unit_code": UNIT,
        "result": "已办理查封登记（含轮候、预查封、续封）",
        "lines": (
            NoticeLine(label="登簿编号", value="2026-0000123"),
            NoticeLine(label="登簿时间", value="2026年12月3日10:32"),
            NoticeLine(label="查封", value="（2026）豫0106执12号，2026年12月3日10:05起至2029年12月3日"),
        ),
        "told": ("查封期限超过法定最长期限，另附告知函2026-000001。",),
        "registrar": "周明",
        "reviewer": "周明",
        "organ": "郑州市上街区自然资源和规划局",
        "answered_on": DAY,
        "phone": "0371-0000 1234",
    }
    return OrderReceipt(**(given | changes))


def court_letter(**changes: Any) -> CourtLetter:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "subject": "查封期限超过法定最长期限（文书文号：（2026）豫0106执12号）",
        "body": (
            "贵单位（2026）豫0106执12号文书要求的查封期限为60个月，超过法定最长期限。"
            "本登记机构不审查文书，已当即登记，期限按法定最长期限登记至2029-12-03。",
            "需要继续查封的，请在期限届满前送达续封文书；逾期未续的，查封自行失效。",
        ),
        "units": (NoticeLine(label="第1处", value=f"{PLACE}　单元号 {UNIT}"),),
        "asks": "请在收到本函后书面答复：对登记的期限是否有异议。",
        "basis": "法发〔2004〕5号第三条；《民诉解释》第四百八十五条",
        "organ": "郑州市上街区自然资源和规划局",
        "written_on": DAY,
        "phone": "0371-0000 1234",
    }
    return CourtLetter(**(given | changes))


def no_charge(**changes: Any) -> FeeVoucher:
    """免收不动产登记费证明: a voucher over nothing."""
    line = FeeLine(
        item="不动产登记费", count=1, unit="件", standard_fen=0, amount_fen=0, basis="变更登记不收费"
    )
    return voucher(**({"lines": (line,), "total_fen": 0, "exemption": "变更登记不收费", "channel": "免缴",
                       "transaction": ""} | changes))  # fmt: skip


def reversal(**changes: Any) -> FeeReversal:
    given: dict[str, Any] = {
        "head": head(number="PZ20261201-000019"),
        "cancels": "PZ20261201-000012",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "amount": "-80.00",
        "channel": "微信支付",
        "back": "原路退回（微信支付）",
        "reason": "付款人是中介，应由买方缴纳",
        "made_at": at(15, 5),
        "cashier": "孙倩",
    }
    return FeeReversal(**(given | changes))


def undertaking(**changes: Any) -> FeeUndertaking:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "payers": (PartyLine(role="买方", name="郑州市上街区小商铺经营部", identity="92410106********9X"),),
        "location": PLACE,
        "unit_code": UNIT,
        "exemption": "小微企业（含个体工商户）",
        "basis": "财税〔2016〕79号、财税〔2019〕45号",
    }
    return FeeUndertaking(**(given | changes))


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


def supplement(**changes: Any) -> SupplementPaper:
    given: dict[str, Any] = {
        "head": head(),
        "applicants": ("许文静", "韩冰"),
        "registration": "继承、受遗赠转移登记",
        "location": PLACE,
        "unit_code": UNIT,
        "accepted_on": DAY,
        "asked_on": DAY,
        "due_on": dt.date(2026, 12, 15),
        "new_fact": "",
        "lines": (
            SupplementLine(
                name="死亡证明",
                why="",
                received="2026-12-03 10:20 孙倩",
                originals=1,
                copies=0,
                pages=2,
            ),
        ),
        "receipt": True,
        "missing": 1,
        "officer": "孙倩",
        "officer_badge": "027",
        "phone": "0371-0000 1234",
    }
    return SupplementPaper(**(given | changes))


def promise(**changes: Any) -> UndertakingPaper:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "location": PLACE,
        "unit_code": UNIT,
        "promisors": (PartyLine(role="转让方", name="许文静", identity="4101**********1234"),),
        "lines": (
            UndertakingLine(
                name="婚姻关系证明（结婚证/离婚证/婚姻登记信息）",
                follows=True,
                statement="所述婚姻状况真实，在期限内补交婚姻关系证明的原件；房屋没有登记簿以外的共有人。",
                days=5,
                due_on=None,
                who="许文静",
            ),
            UndertakingLine(
                name="商品房预售许可证",
                follows=False,
                statement="已取得商品房预售许可证且许可内容与本次申请一致。",
                days=20,
                due_on=dt.date(2026, 12, 28),
                who="许文静",
            ),
        ),
        "bar_days": 365,
        "officer": "孙倩",
        "officer_badge": "027",
        "phone": "0371-0000 1234",
    }
    return UndertakingPaper(**(given | changes))


def transfer(**changes: Any) -> TransferSlip:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "applicants": "韩立新、许文静、王海涛",
        "unit_code": UNIT,
        "location": PLACE,
        "accepted_at": at(10, 51),
        "certificate_numbers": "豫（2026）上街区不动产权第0006812号、第0006813号",
        "items": tuple(
            TransferItem(name=name, pages=pages)
            for name, pages in (
                ("不动产登记申请书", 2),
                ("询问笔录", 3),
                ("身份证明", 4),
                ("买卖合同", 5),
                ("契税完税证明", 1),
            )
        ),
        "steps": (
            TransferStep(
                from_post="受理核验岗",
                to_post="缮证转卷岗",
                handed_by="孙倩",
                handed_at=at(11, 10),
                taken_by="李静",
                taken_at=at(11, 20),
            ),
            TransferStep(from_post="缮证转卷岗", to_post="档案室"),
        ),
    }
    return TransferSlip(**(given | changes))


def catalogue(**changes: Any) -> VolumeCatalogue:
    given: dict[str, Any] = {
        "head": head(),
        "archive_number": "0106-2026-ZY-000123",
        "title": "许文静、王海涛存量房买卖转移登记",
        "registration": TYPE,
        "certificate_numbers": "豫（2026）上街区不动产权第0006812号",
        "unit_code": UNIT,
        "location": PLACE,
        "retention": "永久",
        "lines": (
            CatalogueLine(
                title="不动产登记申请书", first_page=1, last_page=2, responsible="许文静等", dated=DAY
            ),
            CatalogueLine(title="询问笔录", first_page=3, last_page=5, responsible="登记中心", dated=DAY),
            CatalogueLine(title="契税完税证明", first_page=6, last_page=6, reference="税完字0031号"),
        ),
        "total_pages": 6,
        "filed_by": "李静",
        "filed_on": dt.date(2026, 12, 3),
        "checked_by": "周宁",
    }
    return VolumeCatalogue(**(given | changes))


def handover(count: int = 30, **changes: Any) -> HandoverList:
    given: dict[str, Any] = {
        "head": head(number="YJ20261231000002"),
        "from_post": "缮证转卷岗",
        "to_post": "档案室",
        "handed_on": dt.date(2026, 12, 31),
        "lines": tuple(
            HandoverLine(
                archive_number=f"0106-2026-ZY-{index:06d}",
                case_number=f"41010620261201{index:06d}",
                registration=TYPE,
                location=f"上街区淮阳路21号院6号楼1单元{index:03d}",
                certificate_numbers=f"豫（2026）上街区不动产权第{index:07d}号",
                documents=6,
                pages=17,
            )
            for index in range(1, count + 1)
        ),
    }
    return HandoverList(**(given | changes))
