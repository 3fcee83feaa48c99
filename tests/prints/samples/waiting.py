"""What an accepted case waits for: notice, inspection, signing, supplement, undertaking."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.cases.prints import (
    ApprovalSheet,
    ApprovalStep,
    Finding,
    InspectionRecord,
    NoticeLine,
    PartyLine,
    PauseNotice,
    PublicNoticePaper,
    SignedPaper,
    SignedPerson,
    SigningRecord,
    SupplementLine,
    SupplementPaper,
    UndertakingLine,
    UndertakingPaper,
)

from .shared import DAY, PLACE, TYPE, UNIT, at, head


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
                statement="所述婚姻状况真实，在期限内补交婚姻关系证明；房屋没有登记簿以外的共有人。",
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


def approval(**changes: Any) -> ApprovalSheet:
    steps = (
        ("初审", "通过", "网上审核通过", "王审核", at(9, 5)),
        ("受理", "受理", "材料核验相符", "李受理", at(10, 20)),
        ("公告", "已办结", "公告期满，没有异议", "系统", at(12, 0)),
        ("复审", "退回", "买卖合同第3页的价款与备案不一致，请核实。", "周复审", at(14, 10)),
        ("答复退回意见", "已办结", "已与房管核对，以补充协议为准。", "王审核", at(15, 2)),
        ("复审（第2次）", "同意登记", "同意登记", "周复审", at(15, 40)),
        ("领导签批", "同意登记", "符合会议纪要范围，同意登记。", "程方正", at(16, 30)),
        ("登簿", "已登簿", "登簿号2026-000123", "王审核", at(16, 30)),
    )
    given: dict[str, Any] = {
        "head": head(),
        "registration": "商品房首次转移登记",
        "applicants": "河南五云置业有限公司、王丽",
        "unit_code": UNIT,
        "location": PLACE,
        "reason": "买卖（按历史遗留问题政策单方申请：上街区政府会议纪要〔2026〕3号）",
        "levels": "初审、复审、领导签批",
        "steps": tuple(ApprovalStep(*s) for s in steps),
        "signers": (("审核人", "王审核"), ("复审人", "周复审"), ("签批人", "程方正")),
    }
    return ApprovalSheet(**(given | changes))
