"""Posts, business lines and permissions: one table. Pages, actions, tests and the matrix page read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Post:
    """A post (岗位) and what it may do."""

    code: str
    name: str
    permissions: frozenset[str]


POSTS: dict[str, Post] = {
    p.code: p
    for p in (
        Post(
            "review",
            "网上审核岗",
            frozenset({"case.claim", "case.review", "case.second_review", "case.settle", "case.inspect", "case.face_sign",
                       "case.see",
                       "register.query", "ledger.see", "survey.see",
                       "survey.check"}),
        ),
        Post(
            "accept",
            "受理核验岗",
            frozenset({"case.accept", "case.file_for", "case.settle", "case.inspect", "case.face_sign",
                       "case.see", "register.query",
                       "register.enter", "register.backfill", "fee.collect", "appointment.see", "print.case",
                       "survey.see", "survey.keep"}),
        ),
        Post(
            "certify",
            "缮证转卷岗",
            frozenset({"case.certify", "case.issue", "case.archive", "case.see", "stock.use", "print.case",
                       "archive.hand_over"}),
        ),
        Post(
            "lead",
            "科室负责人",
            frozenset({"case.see", "case.release_any", "case.reassign", "case.second_review", "case.sign_off",
                       "case.settle",
                       "ledger.see", "contract.see",
                       "register.query", "stock.manage", "agreement.suspend", "appointment.manage", "survey.see",
                       "survey.check", "undertaking.lift", "fault.see"}),
        ),
        Post(
            "admin",
            "系统管理员",
            frozenset({"users.manage", "agreement.manage", "agreement.suspend", "policy.see", "contract.see",
                       "appointment.manage"}),
        ),
    )
}  # fmt: skip

# What applicants may do is decided by who they are on the case; these permissions only open the portals.
PERSON = frozenset({"portal.person", "application.file", "application.confirm"})
OPERATOR = frozenset({"portal.organisation", "application.file", "application.confirm", "survey.hand_in"})
VIEWER = OPERATOR - {"application.file", "application.confirm"}  # an operator who may only look

LINES: dict[str, str] = {
    "transfer": "转移登记",
    "mortgage": "抵押登记",
    "first": "首次登记",
    "other": "其他登记",
}

PERMISSIONS: dict[str, str] = {
    "case.claim": "认领申请",
    "case.review": "网上预审核",
    "case.see": "查看办件",
    "case.accept": "受理、核验、转正式",
    "case.file_for": "代群众录入申请",
    "case.settle": "办理待办事项（公告、异议、时限）",
    "case.second_review": "复审",
    "case.sign_off": "领导签批",
    "undertaking.lift": "解除没有兑现承诺的限制",
    "case.inspect": "实地查看",
    "case.face_sign": "上门面签",
    "case.certify": "缮证",
    "case.issue": "发证",
    "case.archive": "归档",
    "case.release_any": "释放他人认领",
    "case.reassign": "改派",
    "register.query": "查询登记簿和限制信息",
    "register.enter": "登簿",
    "register.backfill": "单件补录（一人录入，另一人核对）",
    "ledger.see": "查看预审核台账",
    "fault.see": "查看差错报告",
    "fee.collect": "窗口收费",
    "appointment.see": "查看预约",
    "appointment.manage": "开放预约时段",
    "print.case": "打印办件文书",
    "stock.use": "使用空白证书",
    "stock.manage": "领用和登记空白证书",
    "archive.hand_over": "移交档案室",
    "agreement.manage": "管理备案和协议",
    "agreement.suspend": "暂停协议",
    "users.manage": "管理用户和岗位",
    "policy.see": "查看业务配置",
    "contract.see": "查看房管推送",
    "survey.see": "查看测绘成果",
    "survey.keep": "导入测绘成果和楼盘表",
    "survey.check": "核对、作废测绘成果",
    "survey.hand_in": "送交本单位的测绘成果",
    "portal.person": "个人（法人）端",
    "portal.organisation": "开发企业和银行端",
    "application.file": "网上申请",
    "application.confirm": "确认申请",
}


def permissions_of(posts: list[str] | frozenset[str]) -> frozenset[str]:
    """What somebody with these posts may do."""
    return frozenset().union(*(POSTS[p].permissions for p in posts if p in POSTS))


def posts_for(permission: str) -> list[str]:
    """Names of the posts that may do this: said in every refusal."""
    return [p.name for p in POSTS.values() if permission in p.permissions]
