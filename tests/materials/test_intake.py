"""Uploads, with real files made on the spot."""

from __future__ import annotations

import hashlib
import io
import random

import pillow_heif
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from dengbu.core.refusals import Refused
from dengbu.materials import rules
from dengbu.materials.intake import Limits, intake

MB = 1024 * 1024


def take(content: bytes, name: str = "照片.jpg", limits: Limits | None = None):
    return intake(io.BytesIO(content), declared_name=name, limits=limits)


def refusal(content: bytes, name: str = "照片.jpg", limits: Limits | None = None):
    with pytest.raises(Refused) as caught:
        take(content, name, limits)
    (only,) = caught.value.refusals
    return only


def photograph(width: int = 1200, height: int = 900) -> Image.Image:
    """A page with print on a shaded table: neither line art nor blank."""
    noise = Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(noise)
    draw.rectangle((width // 8, height // 8, width * 7 // 8, height * 7 // 8), fill="white")
    font = ImageFont.load_default(max(14, width // 50))
    for row in range(14):
        draw.text(
            (width // 6, height // 6 + row * height // 22), "Contract No. 2026-0001 410106", "black", font
        )
    return noise


def jpeg(image: Image.Image, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, **options)
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pdf(pages: int = 1, *, password: str | None = None, owner_only: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt("" if owner_only else password, owner_password=password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# --- faults, each with its own sentence -----------------------------------------------------------


def test_a_program_renamed_to_jpg_is_called_what_it_is():
    said = refusal(b"MZ\x90\x00" + b"\x00" * 4000, "房产证.jpg")
    assert said.message == "只能上传 JPG、PNG、PDF 格式，您选择的是 EXE"


def test_an_unknown_format_is_called_by_its_extension():
    assert refusal(b"hello world" * 50, "合同.docx").message == "只能上传 JPG、PNG、PDF 格式，您选择的是 DOCX"


def test_unknown_content_under_an_allowed_name_is_not_called_by_that_name():
    assert refusal(b"hello world" * 50, "合同.pdf").message.endswith("您选择的是 其他格式的文件")


def test_an_empty_file_is_refused():
    assert refusal(b"").message == "文件是空的，请重新选择"


def test_a_file_of_twelve_megabytes_is_refused_with_its_size():
    said = refusal(b"\xff\xd8\xff\xe0" + bytes(12 * MB - 4))
    assert said.message == "文件有 12 MB，超过 10 MB，请重新拍照或压缩后再传"


def test_a_file_one_byte_over_the_limit_never_reads_as_ten_megabytes():
    assert "文件有 10.1 MB，超过 10 MB" in refusal(bytes(10 * MB + 1)).message


def test_a_too_large_file_is_not_kept_in_memory_or_on_disk_beyond_the_limit():
    class Endless:
        given = 0

        def read(self, n):
            Endless.given += n
            return bytes(n)

    with pytest.raises(Refused) as caught:
        intake(Endless(), declared_name="a.jpg")
    assert caught.value.codes == ("MATERIAL_TOO_LARGE",)
    assert Endless.given < 300 * MB


@pytest.mark.parametrize("owner_only", [False, True])
def test_a_pdf_with_a_password_is_refused(owner_only):
    said = refusal(pdf(password="secret", owner_only=owner_only), "合同.pdf")
    assert said.message == "PDF 设有密码，请取消密码后再传"


def test_a_broken_image_is_never_called_too_large():
    whole = jpeg(photograph())
    assert refusal(whole[: len(whole) // 2]).message == "这张图片打不开，请换一张或重新拍照"


def test_a_broken_pdf_is_refused():
    assert refusal(b"%PDF-1.7\n" + b"garbage " * 200, "合同.pdf").code == "MATERIAL_PDF_BROKEN"


def test_a_gif_that_is_also_a_pdf_is_refused():
    both = b"GIF89a/*" + bytes(40) + b"*/" + pdf()
    assert refusal(both, "合同.pdf").message == "文件未通过安全检查，请换一个文件"


def test_a_jpeg_that_is_also_a_pdf_is_refused():
    both = jpeg(photograph(), comment=pdf())
    assert b"%PDF-" in both[:1024]
    assert refusal(both).code == "MATERIAL_UNSAFE"


def test_twenty_one_pages_are_refused_and_twenty_are_not():
    assert refusal(pdf(21), "合同.pdf").message == "最多 20 页，还可以传 20 页"
    assert take(pdf(20), "合同.pdf").page_count == 20


def test_the_page_limit_counts_what_the_item_already_has():
    assert refusal(pdf(3), "合同.pdf", Limits(pages_left=2)).message == "最多 20 页，还可以传 2 页"
    assert refusal(jpeg(photograph()), limits=Limits(pages_left=0)).message == "最多 20 页，还可以传 0 页"


@pytest.mark.parametrize("side", [7000, 12000, 20000])
def test_a_small_file_with_a_giant_picture_is_refused_before_it_is_decoded(side):
    out = io.BytesIO()
    # Written by hand: a header that promises side × side pixels is all a bomb needs.
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    said = refusal(out.getvalue(), "a.png")
    assert said.code == "MATERIAL_TOO_MANY_PIXELS"
    assert f"{side}×{side}" in said.message


# --- images ---------------------------------------------------------------------------------------


def test_both_digests_and_the_received_size_are_kept():
    sent = jpeg(photograph())
    got = take(sent)
    assert got.received_digest == hashlib.sha256(sent).hexdigest()
    assert got.received_size == len(sent)
    assert got.pages[0].stored_digest == hashlib.sha256(got.pages[0].content).hexdigest()
    assert got.pages[0].stored_digest != got.received_digest


def test_the_place_where_a_photograph_was_taken_is_removed():
    image = photograph()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (34.0, 48.0, 0.0)
    exif[0x010F] = "SecretPhoneMaker"
    sent = jpeg(image, exif=exif, comment=b"taken at home", icc_profile=b"profile" * 40)
    assert b"SecretPhoneMaker" in sent
    stored = take(sent).pages[0]
    for content in (stored.content, stored.thumbnail):
        assert not opened(content).getexif()
        assert (
            b"SecretPhoneMaker" not in content
            and b"taken at home" not in content
            and b"profile" not in content
        )


def test_a_photograph_taken_sideways_is_stored_upright():
    image = Image.new("RGB", (400, 200), "blue")
    ImageDraw.Draw(image).rectangle((0, 0, 100, 200), fill="red")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    page = take(jpeg(image, exif=exif)).pages[0]
    assert (page.width, page.height) == (200, 400)
    red, _, blue = opened(page.content).convert("RGB").getpixel((100, 20))
    assert red > 200 and blue < 60


def test_a_large_photograph_is_shrunk_to_the_long_edge_and_below_the_target_size():
    page = take(jpeg(photograph(4000, 3000))).pages[0]
    assert (page.width, page.height) == (2600, 1950)
    assert opened(page.content).size == (2600, 1950)
    assert page.size <= 1.5 * MB
    assert max(opened(page.thumbnail).size) == 320


def test_a_noisy_photograph_is_compressed_harder_until_it_fits():
    random.seed(7)
    noisy = Image.frombytes("RGB", (1600, 1200), random.randbytes(1600 * 1200 * 3)).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    limits = Limits(target_bytes=700_000)
    first = io.BytesIO()
    noisy.save(first, "JPEG", quality=82, optimize=True)
    assert first.tell() > 700_000
    assert take(jpeg(noisy), limits=limits).pages[0].size < first.tell()


def test_an_iphone_photograph_is_converted_and_not_called_too_large():
    heif = pillow_heif.from_pillow(photograph())
    out = io.BytesIO()
    heif.save(out, quality=80)
    got = take(out.getvalue(), "IMG_0001.HEIC")
    assert (got.kind, got.received_kind, got.pages[0].mime) == ("jpeg", "heic", "image/jpeg")
    assert opened(got.pages[0].content).format == "JPEG"


def test_a_photograph_in_png_becomes_jpeg_and_line_art_stays_png():
    assert take(png(photograph()), "a.png").kind == "jpeg"
    plan = Image.new("L", (800, 600), 255)
    ImageDraw.Draw(plan).rectangle((100, 100, 500, 400), outline=0, width=3)
    got = take(png(plan), "a.png")
    assert (got.kind, got.pages[0].mime) == ("png", "image/png")


def test_the_extension_plays_no_part():
    assert take(png(photograph()), "合同.pdf").received_kind == "png"
    assert take(pdf(), "照片.jpg").kind == "pdf"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_a_readable_picture_on_white_paper(mode):
    if mode == "I;16":
        image = Image.new("I;16", (300, 300), 65535)
    else:
        image = Image.new("RGBA", (300, 300), (255, 255, 255, 0)).convert(mode if mode != "CMYK" else "RGB")
        image = (
            image.convert(mode) if mode != "CMYK" else Image.new("RGB", (300, 300), "white").convert("CMYK")
        )
    sent = jpeg(image) if mode == "CMYK" else png(image)
    if mode in {"1", "L", "P"}:
        sent = png(Image.new("L", (300, 300), 255).convert(mode))
    assert min(opened(take(sent).pages[0].content).convert("L").getextrema()) >= 250


def test_a_blurred_photograph_gets_advice_and_is_kept():
    sharp = photograph(2600, 1950)
    assert take(jpeg(sharp)).advice == ()
    got = take(jpeg(sharp.filter(ImageFilter.GaussianBlur(14))))
    assert [a.message for a in got.advice] == ["照片有些模糊，可能看不清文字，建议重拍"]
    assert got.page_count == 1


# --- PDFs -----------------------------------------------------------------------------------------


def armed_pdf() -> bytes:
    """Two pages with script, launch action, attachment, form script and a link."""
    writer = PdfWriter()
    for _ in range(2):
        writer.add_blank_page(595, 842)
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('open');"),
        }
    )
    named = DictionaryObject(
        {NameObject("/Names"): ArrayObject([TextStringObject("a"), writer._add_object(script)])}
    )
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): named})
    writer.add_attachment("virus.exe", b"MZ-ATTACHED-PROGRAM")
    launch = DictionaryObject(
        {
            NameObject("/S"): NameObject("/Launch"),
            NameObject("/F"): TextStringObject("cmd.exe"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(launch)
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): launch})
    writer.add_annotation(0, FreeText(text="SHOWN", rect=(50, 50, 250, 150)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def everything_in(content: bytes) -> bytes:
    """Every object of a PDF, decompressed, as one text to search in."""
    reader = PdfReader(io.BytesIO(content))
    found = [content]
    for number in reader.xref[0]:
        item = reader.get_object(number)
        found.append(repr(item).encode())
        if hasattr(item, "get_data"):
            found.append(item.get_data())
    return b"\n".join(found)


def test_scripts_actions_and_attachments_do_not_survive():
    sent = armed_pdf()
    needles = [b"/JavaScript", b"app.alert", b"/Launch", b"cmd.exe", b"/EmbeddedFile", b"MZ-ATTACHED", b"/AA"]
    for needle in needles:
        assert needle in everything_in(sent), f"the sample has no {needle!r}"
    got = take(sent, "合同.pdf")
    stored = everything_in(got.pages[0].content)
    for needle in needles:
        assert needle not in stored
    assert got.page_count == 2
    assert (got.pages[0].width, got.pages[0].height) == (595, 842)


def test_what_is_appended_to_a_pdf_does_not_survive():
    got = take(pdf() + b"PK\x03\x04-second-file-", "合同.pdf")
    assert b"second-file" not in got.pages[0].content


def test_the_seal_in_a_signature_field_is_still_drawn():
    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    seal = DecodedStreamObject()
    seal.set_data(b"1 0 0 rg 0 0 10 10 re f")
    seal.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(v) for v in (0, 0, 10, 10)]),
        }
    )
    widget = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/F"): NumberObject(4),
            NameObject("/Rect"): ArrayObject([FloatObject(v) for v in (100, 200, 150, 250)]),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(seal)}),
        }
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(widget)])
    out = io.BytesIO()
    writer.write(out)
    stored = PdfReader(io.BytesIO(take(out.getvalue(), "发票.pdf").pages[0].content)).pages[0]
    assert "/Annots" not in stored
    drawn = stored["/Resources"]["/XObject"]["/DengbuShown1"].get_object()
    assert drawn.get_data() == b"1 0 0 rg 0 0 10 10 re f"
    assert (
        b"5.00000 0.00000 0.00000 5.00000 100.00000 200.00000 cm /DengbuShown1 Do"
        in stored.get_contents().get_data()
    )


def test_the_same_pdf_is_stored_under_the_same_digest_twice():
    sent = armed_pdf()
    assert take(sent).pages[0].stored_digest == take(sent).pages[0].stored_digest


def test_a_pdf_has_a_neutral_thumbnail():
    assert opened(take(pdf(3), "合同.pdf").pages[0].thumbnail).size == (226, 320)


# --- the remaining sentences ----------------------------------------------------------------------


def test_the_sentences_of_the_upload_page_are_word_for_word():
    assert rules.nothing_chosen("身份证").message == "请选择要上传的“身份证”"
    assert rules.interrupted(63).message == "上传中断，已保留 63%，点“继续上传”"
    assert rules.duplicate("身份证 第 1 页").message == "该图片与“身份证 第 1 页”完全相同，请确认是否传错"


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_the_brands_that_phones_write_are_heic(brand):
    head = b"\x00\x00\x00\x1cftyp" + brand + b"\x00\x00\x00\x00mif1heicmiaf" + bytes(40)
    assert rules.sniff(head).kind == "heic"


def test_avif_is_not_heic():
    assert rules.sniff(b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(40)).kind is None
