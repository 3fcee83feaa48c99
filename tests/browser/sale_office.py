"""What the four posts of the office do with a sale: from the login on, by their queues, labels and keys."""

from __future__ import annotations

import re

from dengbu.project.demo.candidates import Candidate
from dengbu.project.demo.people import PASSWORD
from tests.browser.people import Someone


def log_in(someone: Someone, name: str) -> None:
    someone.start("/")
    someone.log_in_by_password(name, PASSWORD)
    someone.look("工作台")
    someone.skip_to_content()


def queue(someone: Someone, title: str) -> None:
    """By the navigation at the left; from a page without it, over the brand."""
    nav = someone.page.get_by_role("navigation", name="岗位与队列")
    if not nav.count():
        someone.enter(someone.page.locator("header a.brand"), "登记工作台")
    someone.enter(nav.get_by_role("link", name=re.compile(f"^{title}")).first, title)


def look_up(someone: Someone, number: str) -> None:
    """The key / goes to the search of the workbench."""
    someone.page.keyboard.press("/")
    assert someone.focused("[data-slash-focus]")
    someone.page.keyboard.type(number)
    with someone.page.expect_navigation():
        someone.page.keyboard.press("Enter")


def claim(reviewer: Someone, number: str) -> None:
    queue(reviewer, "待审核")
    reviewer.look("待审核")
    look_up(reviewer, number)
    reviewer.look("没有领取的办件")
    reviewer.press("领取")
    reviewer.look("审核")


def judge(reviewer: Someone, *, fix_first: bool = False) -> None:
    """A verdict on every item, with the keyboard."""
    for n in range(30):
        waiting = reviewer.page.locator("[data-item][data-verdict='']")
        if not waiting.count():
            return
        reviewer.enter(waiting.first, "一项材料")
        reviewer.page.keyboard.press("Alt+2" if fix_first and n == 0 else "Alt+1")
        reviewer.press("保存结论")
    raise AssertionError("the items never end")


def ask_for_correction(reviewer: Someone) -> None:
    reviewer.follow(re.compile("^需补正（"))
    reviewer.look("写补正")
    target = reviewer.page.get_by_label("要修改的地方").first
    assert target.input_value(), "the item that needs correction is not chosen beforehand"
    reviewer.choose("原因", re.compile("M02　.*"))
    reviewer.press("填写内容", nth=0)
    reviewer.look("补正原因")
    for field in reviewer.page.locator(".slotvars input").all():
        if not field.input_value():
            reviewer.tab_to(field)
            reviewer.type("1" if "page" in (field.get_attribute("name") or "") else "有效期")
    reviewer.press("预览")
    reviewer.look("补正预览")
    reviewer.press("发送补正通知")
    reviewer.look("补正已发")


def pass_it(reviewer: Someone, number: str) -> None:
    queue(reviewer, "补正后重提")
    reviewer.look("补正后重提")
    reviewer.follow(number)
    reviewer.look("补正了什么")
    if reviewer.page.get_by_role("button", name="领取").count():
        reviewer.press("领取")
    judge(reviewer)
    reviewer.press(re.compile("查询"))
    reviewer.look("可以通过")
    reviewer.follow("预审通过")
    reviewer.look("确认通过")
    reviewer.press("确认通过并通知申请人")
    reviewer.look("已通过")


def receive(clerk: Someone, short_code: str) -> None:
    """The code typed, checked person by person and paper by paper, accepted, printed."""
    queue(clerk, "受理核验")
    clerk.look("窗口受理")
    assert clerk.focused("[data-scan-target]")
    with clerk.page.expect_navigation():
        clerk.page.keyboard.type(short_code, delay=60)
        clerk.page.keyboard.press("Enter")
    clerk.look("办件")
    for _ in range(9):
        if not clerk.page.get_by_role("button", name="已核验", exact=True).count():
            break
        clerk.press("已核验")
    clerk.press(re.compile("^(重新)?查询$"))
    clerk.look("身份和限制")
    for _ in range(20):
        if not check_next_paper(clerk):
            break
    for question in clerk.page.locator(".asked select, .asked input").all():
        if question.input_value():
            continue
        if question.evaluate("e => e.tagName") == "SELECT":
            clerk.choose_in(question, re.compile("(?!请选择).*"))
        else:
            clerk.tab_to(question)
            clerk.type("按申请表填写的内容登记")
    if clerk.page.get_by_role("button", name="保存笔录").count():
        clerk.press("保存笔录")
    clerk.look("都已核对")
    clerk.follow("受理并转正式")
    clerk.look("确认转正式")
    assert "转正式以后不能撤回" in clerk.text()
    clerk.press("确认转正式")
    clerk.look("已受理并登簿")
    clerk.press("全部打印", exact=False)
    clerk.look("文书")
    opened = clerk.context.request.get(
        clerk.page.get_by_role("link", name="打开", exact=True).first.get_attribute("href")
    )
    assert opened.headers["content-type"] == "application/pdf"


def check_next_paper(clerk: Someone) -> bool:
    """The four checks of the next paper without a conclusion."""
    left = (
        clerk.page.get_by_role("navigation", name="纸件")
        .get_by_role("link")
        .filter(has=clerk.page.get_by_role("img", name="没有结论"))
    )
    if not left.count():
        return False
    clerk.enter(left.first, "一份纸件")
    clerk.write("原件", "1")
    for name in ("符合", "一致"):
        for radio in clerk.page.locator("form.four").get_by_label(name, exact=True).all():
            clerk.tick_box(radio, name)
    clerk.press("保存这一项")
    return True


def print_and_hand_out(certifier: Someone, number: str, home: Candidate) -> None:
    assert home.buyer is not None
    queue(certifier, "待缮证")
    certifier.look("待缮证")
    certifier.follow(re.compile(f"缮证.*{number}"))
    certifier.look("缮证")
    serial = certifier.page.locator(".hint .code").first.inner_text()
    certifier.write("扫描空白证书的印制流水号", serial)
    certifier.press("缮证", exact=True)
    certifier.look("已缮证")
    certifier.follow("去发证")
    certifier.look("发证")
    for label in (
        "已查验受理凭证",
        "已查验缴费凭证",
        "已核对领证人身份证件；代领的已收授权委托书",
    ):
        certifier.tick(label)
    certifier.write("领证人姓名", home.buyer.name)
    certifier.choose("证件种类", "居民身份证")
    certifier.write("证件号码", home.buyer.number)
    certifier.press("发证")
    certifier.look("已发证")


def file_away(certifier: Someone, number: str) -> None:
    queue(certifier, "待归档")
    certifier.look("待归档")
    certifier.follow(re.compile(f"归档.*{number}"))
    certifier.look("归档")
    pages = re.search(r"目录共(\d+)页", certifier.text())
    assert pages
    certifier.write("清点的纸质页数", pages.group(1))
    certifier.press("归档")
    certifier.look("已归档")
    queue(certifier, "移交清单")
    certifier.look("移交")
