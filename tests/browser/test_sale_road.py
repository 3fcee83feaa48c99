"""A home is sold: the whole road in a real browser, by label and keyboard, from registration to the archive."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from dengbu.cases.models import Case
from dengbu.project.demo.candidates import Candidate, demo_candidates
from dengbu.project.demo.people import NEWCOMERS, PASSWORD
from tests.browser.people import PHONE, Someone, paper
from tests.support.processes import LiveServer

pytestmark = pytest.mark.browser
NEWCOMER_PHONE = "13912345678"


@pytest.fixture(scope="module")
def people(chromium: Any, live_demo_office: LiveServer) -> Iterator[Any]:
    """Somebody at a browser of their own, by name; everybody leaves at the end."""
    there: dict[str, Someone] = {}

    def get(who: str, **options: Any) -> Someone:
        if who not in there:
            there[who] = Someone(chromium, live_demo_office, who, **options)
        return there[who]

    yield get
    for someone in there.values():
        someone.close()


@pytest.fixture(scope="module")
def home(live_demo_office: LiveServer) -> Candidate:
    return demo_candidates("P01")[0]


def nothing_wrong(*people: Someone) -> None:
    wrong = list(dict.fromkeys(p for someone in people for p in someone.problems))
    assert not wrong, "\n".join(["", *wrong])


def test_a_newcomer_registers_with_a_real_name(people: Any) -> None:
    newcomer = people("newcomer", size=PHONE)
    somebody = NEWCOMERS[0]
    newcomer.open("/", "首页")
    newcomer.open("/login/", "登录")
    newcomer.follow("实名注册")
    newcomer.look("实名注册")
    newcomer.write("手机号码", "1391234")
    newcomer.press("获取验证码")
    newcomer.look("手机号码有误")
    assert newcomer.page.title().startswith("有错误：")
    newcomer.ask_for_code(NEWCOMER_PHONE)
    newcomer.look("注册验证码")
    newcomer.write("短信验证码", newcomer.code(NEWCOMER_PHONE))
    newcomer.press("下一步")
    newcomer.look("姓名和证件")
    newcomer.write("姓名", somebody.name)
    newcomer.write("证件号码", somebody.number)
    newcomer.press("下一步")
    newcomer.look("确认同意")
    newcomer.tick("我同意登记中心为核验身份和办理不动产登记，处理我的姓名、证件号码和手机号码")
    newcomer.tick("我承诺：以上信息是我本人的，内容真实")
    newcomer.press("同意并完成注册")
    newcomer.look("注册完成")
    assert "您已通过实名核验" in newcomer.text()
    newcomer.open("/my/", "没有办件")
    nothing_wrong(newcomer)


def test_a_home_is_sold_from_the_application_to_the_archive(people: Any, home: Candidate) -> None:
    seller, buyer = people("seller"), people("buyer", size=PHONE)
    file_sale(seller, home)
    docket = seller.docket()
    confirm_as_buyer(buyer, home)

    reviewer = people("reviewer")
    reviewer.log_in_by_password("review1", PASSWORD)
    reviewer.look("工作台")
    claim(reviewer, docket)
    judge(reviewer, fix_first=True)
    ask_for_correction(reviewer)
    correct(seller, docket)
    pass_it(reviewer, docket)

    book_visit(buyer, docket)
    token = Case.objects.get(pk=docket).token
    assert decoded(buyer).lower().endswith(f"/q/{token}".lower())
    visitor = people("visitor", size=PHONE)
    visitor.open(f"/q/{token}", "二维码")
    assert home.owner.name not in visitor.text() and home.owner.number not in visitor.text()

    clerk = people("clerk")
    clerk.log_in_by_password("accept1", PASSWORD)
    receive(clerk, docket)
    pay_online(buyer, docket)

    certifier = people("certifier")
    certifier.log_in_by_password("certify1", PASSWORD)
    print_and_hand_out(certifier, docket, home)
    file_away(certifier, docket)
    buyer.open(f"/my/cases/{docket}/", "已办结")
    seller.open("/my/properties/", "我的不动产")
    assert Case.objects.get(pk=docket).state == "archived"
    nothing_wrong(seller, buyer, reviewer, clerk, certifier, visitor)


# --- the applicants -----------------------------------------------------------------------------------------------


def file_sale(seller: Someone, home: Candidate, *, submit: bool = True) -> None:
    """The seller files, page by page, up to the declaration."""
    seller.open("/services/P01/", "办事指南")
    seller.log_in_by_phone(home.owner.phone, look=True)  # type: ignore[union-attr]
    seller.look("我的办件")
    seller.open("/my/apply/p01/start", "开始")
    seller.press("开始填写")
    seller.look("任务列表")
    tasks = seller.page.url
    seller.open(f"{tasks}property/", "找不动产")
    seller.write("按不动产权证号或不动产单元号查找", home.unit_code)
    seller.press("查找")
    seller.look("核对不动产")
    seller.press("就是这处，保存并继续")
    seller.open(f"{tasks}parties/", "当事人")
    phones = seller.page.get_by_label("手机号码", exact=True)
    assert home.buyer is not None
    for n, phone in enumerate((home.owner.phone, home.buyer.phone)):  # type: ignore[union-attr]
        phones.nth(n).fill(phone)
    seller.tick("一人单独所有")
    seller.press("保存并继续")
    seller.open(f"{tasks}reason/")
    seller.write("合同备案号", home.filing_no)
    seller.press("查合同")
    seller.look("买卖合同")
    seller.press("保存并继续")
    upload_all(seller, tasks)
    seller.open(f"{tasks}delivery/", "领证方式")
    seller.tick("窗口自取")
    seller.press("保存并继续")
    seller.open(tasks, "填好的任务列表")
    seller.open(f"{tasks}check/", "核对")
    seller.tick("我已阅读并承诺")
    if not submit:
        return
    seller.press("提交申请")
    seller.look("已提交")
    assert seller.page.url.endswith("/submitted/")


def upload_all(seller: Someone, tasks: str) -> None:
    seller.open(f"{tasks}materials/", "材料清单")
    pages = [a.get_attribute("href") for a in seller.page.locator("main a.t").all()]
    assert pages
    for n, path in enumerate(pages):
        seller.open(path)
        upload(seller, f"paper-{n + 1}")
        if n == 0:
            seller.look("上传了一页")


def upload(someone: Someone, name: str) -> None:
    someone.page.get_by_label("拍照或选择文件").set_input_files(paper(name))
    if someone.scripts:
        someone.page.get_by_text("已上传", exact=True).first.wait_for()
        someone.page.reload()
    else:
        someone.press("上传")
    assert someone.page.get_by_role("heading", name=re.compile(r"已上传 \d+ 页")).count() == 1


def confirm_as_buyer(buyer: Someone, home: Candidate) -> None:
    assert home.buyer is not None
    buyer.log_in_by_phone(home.buyer.phone)
    buyer.look("需要您处理")
    buyer.page.get_by_role("heading", name="需要您处理").wait_for()
    buyer.follow("存量房买卖转移登记", exact=False)
    if "/my/confirm/" not in buyer.page.url:
        buyer.page.locator("a[href*='/my/confirm/']").first.click()
    buyer.look("核对并确认")
    buyer.tick("以上内容我已核对，是我的真实意思，同意申请登记")
    buyer.press("同意并确认")
    buyer.look("已确认")


def correct(seller: Someone, docket: str) -> None:
    """Only what the reviewer bound a reason to can be changed."""
    seller.open(f"/my/cases/{docket}/", "需要补正")
    seller.open(f"/my/cases/{docket}/fix/", "补正列表")
    assert "共 1 处需要修改" in seller.text()
    refused = seller.context.request.get(f"/my/apply/{docket}/parties/")
    assert refused.status in (200, 403) and "保存并继续" not in refused.text()
    seller.follow("去修改第 1 处")
    upload(seller, "paper-again")
    seller.open(f"/my/cases/{docket}/fix/")
    seller.tick("我承诺修改后的内容和材料真实、合法、有效")
    seller.press("重新提交")
    seller.look("重新提交了")


def book_visit(buyer: Someone, docket: str) -> None:
    buyer.open(f"/my/cases/{docket}/pass/", "二维码和预约")
    buyer.press("预约这个时间")
    buyer.look("约好了")
    buyer.open(f"/my/appoint/{docket}/", "改期")
    buyer.open(f"/my/cases/{docket}/pass/")


def decoded(buyer: Someone) -> str:
    """What a camera reads from the code on the screen."""
    code = buyer.page.get_by_role("img", name=re.compile("到窗口出示的二维码"))
    box = code.bounding_box()
    assert box and box["width"] >= 240, box
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    assert len(found) == 1
    return str(found[0].text)


def pay_online(buyer: Someone, docket: str) -> None:
    buyer.open(f"/my/pay/{docket}/", "缴费")
    buyer.press("微信支付")
    buyer.look("去付款")
    buyer.follow("去付款")
    buyer.press("支付")
    buyer.open(f"/my/pay/{docket}/result/")
    if buyer.page.get_by_role("button", name="我已付款，查结果").count():
        buyer.press("我已付款，查结果")
    buyer.look("已缴清")
    assert "已缴清" in buyer.text()


# --- the office ---------------------------------------------------------------------------------------------------


def claim(reviewer: Someone, docket: str) -> None:
    reviewer.open("/desk/review/?queue=waiting", "待审核")
    reviewer.open(f"/desk/review/{docket}/", "没有领取的办件")
    reviewer.press("领取")
    reviewer.look("审核")


def judge(reviewer: Someone, *, fix_first: bool = False) -> None:
    """A verdict on every item, with the keyboard."""
    for n in range(30):
        waiting = reviewer.page.locator("[data-item][data-verdict='']")
        if not waiting.count():
            return
        waiting.first.focus()
        with reviewer.page.expect_navigation():
            reviewer.page.keyboard.press("Enter")
        wanted = "Alt+2" if fix_first and n == 0 else "Alt+1"
        reviewer.page.keyboard.press(wanted)
        reviewer.press("保存结论")
    raise AssertionError("the items never end")


def ask_for_correction(reviewer: Someone) -> None:
    reviewer.follow(re.compile("^需补正（"))
    reviewer.look("写补正")
    targets = reviewer.page.get_by_label("要修改的地方").first
    if not targets.input_value():
        targets.select_option(index=1)
    reviewer.page.get_by_label("原因", exact=True).first.select_option("M02")
    reviewer.press("填写内容")
    reviewer.look("补正原因")
    for field in reviewer.page.locator(".slotvars input").all():
        if not field.input_value():
            field.fill("1" if "page" in (field.get_attribute("name") or "") else "有效期")
    reviewer.press("预览")
    reviewer.look("补正预览")
    reviewer.press("发送补正通知")
    reviewer.look("补正已发")


def pass_it(reviewer: Someone, docket: str) -> None:
    reviewer.open("/desk/review/?queue=resubmitted", "补正后重提")
    reviewer.open(f"/desk/review/{docket}/", "补正了什么")
    if reviewer.page.get_by_role("button", name="领取").count():
        reviewer.press("领取")
    judge(reviewer)
    reviewer.press(re.compile("查询"))
    reviewer.look("可以通过")
    reviewer.follow("预审通过")
    reviewer.look("确认通过")
    reviewer.press("确认通过并通知申请人")
    reviewer.look("已通过")


def receive(clerk: Someone, docket: str) -> None:
    """Scanned, checked person by person and paper by paper, accepted, printed."""
    clerk.open("/desk/accept/", "窗口受理")
    clerk.page.evaluate("document.activeElement.blur()")
    number = Case.objects.get(pk=docket).prereview_no
    with clerk.page.expect_navigation():
        clerk.page.keyboard.type(str(number))  # a hand scanner types fast and ends with Enter
        clerk.page.keyboard.press("Enter")
    clerk.look("办件")
    assert docket in clerk.page.url
    for _ in range(9):
        left = clerk.page.get_by_role("button", name="已核验", exact=True)
        if not left.count():
            break
        clerk.press("已核验")
    clerk.press(re.compile("^(重新)?查询$"))
    clerk.look("身份和限制")
    for _ in range(20):
        if not check_next_paper(clerk):
            break
    for question in clerk.page.locator(".asked select, .asked input").all():
        answer_question(question)
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
    """The four checks of the next paper without a conclusion, with the space bar."""
    left = (
        clerk.page.get_by_role("navigation", name="纸件")
        .get_by_role("link")
        .filter(has=clerk.page.get_by_role("img", name="没有结论"))
    )
    if not left.count():
        return False
    left.first.focus()
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    clerk.page.get_by_label("原件", exact=True).fill("1")
    for name in ("符合", "一致"):
        for radio in clerk.page.locator("form.four").get_by_label(name, exact=True).all():
            radio.focus()
            clerk.page.keyboard.press("Space")
    clerk.press("保存这一项")
    return True


def answer_question(question: Any) -> None:
    if question.evaluate("e => e.tagName") == "SELECT":
        if not question.input_value():
            question.select_option(index=1)
    elif not question.input_value():
        question.fill("按申请表填写的内容登记")


def print_and_hand_out(certifier: Someone, docket: str, home: Candidate) -> None:
    certifier.open("/desk/cert/", "待缮证")
    certifier.open(f"/desk/cert/{docket}/", "缮证")
    serial = certifier.page.locator(".hint .code").first.inner_text()
    certifier.write("扫描空白证书的印制流水号", serial)
    certifier.press("缮证")
    certifier.look("已缮证")
    certifier.open(f"/desk/issue/{docket}/", "发证")
    for label in (
        "已查验受理凭证",
        "已查验缴费凭证（免费的不用）",
        "已核对领证人身份证件；代领的已收授权委托书",
    ):
        certifier.tick(label)
    assert home.buyer is not None
    certifier.write("领证人姓名", home.buyer.name)
    certifier.choose("证件种类", "居民身份证")
    certifier.write("证件号码", home.buyer.number)
    certifier.press("发证")
    certifier.look("已发证")


def file_away(certifier: Someone, docket: str) -> None:
    certifier.open("/desk/archive/", "待归档")
    certifier.open(f"/desk/archive/{docket}/", "归档")
    pages = re.search(r"目录共(\d+)页", certifier.text())
    assert pages
    certifier.write("清点的纸质页数", pages.group(1))
    certifier.press("归档")
    certifier.look("已归档")
    certifier.open("/desk/handover/", "移交")
