"""Code lists of the register: one enum per list, each member with its Chinese label and its standard code.

The member's value is our own stable word (stored, in URLs and in the API); `label` is what people read; `code` is the
code of the national database standard (TD/T 1066, 2015 trial lists), empty where the standard has none.
"""

from __future__ import annotations

from enum import EnumMeta, StrEnum, nonmember
from typing import Self


class VocabularyMeta(EnumMeta):
    """Lets a list be given to a Django field or a select box: `RightKind.choices`."""

    @property
    def choices(cls) -> list[tuple[str, str]]:
        members: list[Vocabulary] = list(cls)
        return [(member.value, member.label) for member in members]

    @property
    def values(cls) -> list[str]:
        members: list[Vocabulary] = list(cls)
        return [member.value for member in members]


class Vocabulary(StrEnum, metaclass=VocabularyMeta):
    """A code list. `Kind("word")` reads our word, `Kind.from_code("4")` the standard's code."""

    do_not_call_in_templates = nonmember(True)

    label: str
    code: str

    def __new__(cls, value: str, label: str = "", code: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.code = code
        return member

    @classmethod
    def from_code(cls, code: str) -> Self:
        """The first member with this standard code. Raises ValueError naming the list and the code."""
        for member in cls:
            if member.code and member.code == code:
                return member
        raise ValueError(f"{cls.__name__} has no member with standard code {code!r}")


class Client(Vocabulary):
    """Which front a registration type is filed from."""

    DEVELOPER = "developer", "开发企业"
    PERSON = "person", "个人（法人）"
    BANK = "bank", "银行"
    STAFF = "staff", "登记机构"
    COMBINED = "combined", "组合业务"


class RightKind(Vocabulary):
    """权利类型 QLLX. Mortgage, notice, residence right have no code in the 2015 list: they live in their own tables."""

    LAND_USE = "land_use", "国有建设用地使用权", "3"
    HOUSE_OWNERSHIP = "house_ownership", "国有建设用地使用权/房屋所有权", "4"
    MORTGAGE = "mortgage", "抵押权"
    ADVANCE_NOTICE = "advance_notice", "预告登记"
    RESIDENCE = "residence", "居住权"
    EASEMENT = "easement", "地役权", "19"

    @property
    def is_ownership(self) -> bool:
        """Whether the unit can have only one live right of this kind (the title itself)."""
        return self in (RightKind.LAND_USE, RightKind.HOUSE_OWNERSHIP)


class NoticeKind(Vocabulary):
    """预告登记种类 YGDJZL."""

    PRESALE = "presale", "预售商品房买卖预告登记", "1"
    SALE = "sale", "其它不动产买卖预告登记", "2"
    PRESALE_MORTGAGE = "presale_mortgage", "预售商品房抵押权预告登记", "3"
    MORTGAGE = "mortgage", "其它不动产抵押权预告登记", "4"

    @property
    def is_mortgage(self) -> bool:
        return self in (NoticeKind.PRESALE_MORTGAGE, NoticeKind.MORTGAGE)


class MortgageKind(Vocabulary):
    """抵押方式 DYFS."""

    ORDINARY = "ordinary", "一般抵押", "1"
    MAXIMUM = "maximum", "最高额抵押", "2"


class MortgagedThing(Vocabulary):
    """抵押不动产类型 DYBDCLX."""

    LAND = "land", "土地", "1"
    LAND_AND_HOUSE = "land_and_house", "土地和房屋", "2"
    WORKS_IN_PROGRESS = "works_in_progress", "土地和在建建筑物", "4"
    OTHER = "other", "其它", "7"


class RestrictionKind(Vocabulary):
    """What limits a unit. Codes are 查封类型 CFLX; objection and freezes have tables of their own."""

    SEIZURE = "seizure", "查封", "1"
    WAITING_SEIZURE = "waiting_seizure", "轮候查封", "2"
    PRESEIZURE = "preseizure", "预查封", "3"
    WAITING_PRESEIZURE = "waiting_preseizure", "轮候预查封", "4"
    OBJECTION = "objection", "异议登记"
    FREEZE = "freeze", "行政或司法限制"
    INTERNAL_LOCK = "internal_lock", "内部锁定"
    SALE_LIMIT = "sale_limit", "限售"
    DISPUTE = "dispute", "权属争议"
    ILLEGAL_BUILDING = "illegal_building", "违法建筑认定"

    @property
    def is_seizure(self) -> bool:
        return bool(self.code)


class CoOwnership(Vocabulary):
    """共有方式 GYFS."""

    SOLE = "sole", "单独所有", "0"
    JOINT = "joint", "共同共有", "1"
    BY_SHARE = "by_share", "按份共有", "2"
    OTHER = "other", "其它共有", "3"


class DocumentKind(Vocabulary):
    """证件种类. Codes are ZJZL; kinds the 2015 list does not know are sent as 2 (港澳台) or 99 (其它)."""

    RESIDENT_ID = "resident_id", "居民身份证", "1"
    HMT_ID = "hmt_id", "港澳台身份证件", "2"
    PASSPORT = "passport", "护照", "3"
    HOUSEHOLD = "household", "户口簿", "4"
    OFFICER_ID = "officer_id", "军官证（士兵证）", "5"
    ORGANISATION_CODE = "organisation_code", "组织机构代码", "6"
    USCC = "uscc", "统一社会信用代码（营业执照）", "7"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证", "2"
    OTHER = "other", "其它", "99"
    FOREIGN_RESIDENCE = "foreign_residence", "外国人永久居留身份证", "99"

    @property
    def is_person(self) -> bool:
        """Whether a natural person shows this document (not an organisation)."""
        return self not in (DocumentKind.ORGANISATION_CODE, DocumentKind.USCC)


class PartyKind(Vocabulary):
    """权利人类型 QLRLX."""

    PERSON = "person", "个人", "1"
    COMPANY = "company", "企业", "2"
    INSTITUTION = "institution", "事业单位", "3"
    STATE_ORGAN = "state_organ", "国家机关", "4"
    OTHER = "other", "其它", "99"


class CertificateKind(Vocabulary):
    """What the office hands out. Codes are 证书类型 ZSLX (vendor practice)."""

    CERTIFICATE = "certificate", "不动产权证书", "1"
    PROOF = "proof", "不动产登记证明", "2"


class RegistrationKind(Vocabulary):
    """登记类型 DJLX."""

    FIRST = "first", "首次登记", "100"
    TRANSFER = "transfer", "转移登记", "200"
    CHANGE = "change", "变更登记", "300"
    CANCELLATION = "cancellation", "注销登记", "400"
    CORRECTION = "correction", "更正登记", "500"
    OBJECTION = "objection", "异议登记", "600"
    NOTICE = "notice", "预告登记", "700"
    SEIZURE = "seizure", "查封登记", "800"
    OTHER = "other", "其它登记", "900"


class HouseUse(Vocabulary):
    """规划用途, the uses that occur here; codes are 房屋用途 FWYT. Parking and storage have none of their own (80 其它)."""

    DWELLING = "dwelling", "成套住宅", "11"
    VILLA = "villa", "别墅", "111"
    APARTMENT = "apartment", "高档公寓", "112"
    DWELLING_OTHER = "dwelling_other", "非成套住宅", "12"
    DORMITORY = "dormitory", "集体宿舍", "13"
    RESIDENTIAL = "residential", "住宅", "10"
    COMMERCIAL = "commercial", "商业服务", "31"
    OFFICE = "office", "办公", "60"
    INDUSTRY = "industry", "工业", "21"
    WAREHOUSE = "warehouse", "仓储", "27"
    EDUCATION = "education", "教育", "41"
    MEDICAL = "medical", "医疗卫生", "42"
    PROPERTY_MANAGEMENT = "property_management", "物管用房", "84"
    OTHER = "other", "其它", "80"
    PARKING = "parking", "车位", "80"
    STORAGE = "storage", "储藏室", "80"

    @property
    def is_residential(self) -> bool:
        """Whether the unit is a dwelling for fees and tax display (FWYT 10-13 with subdivisions)."""
        return self.code.startswith("1")

    @property
    def is_attached_space(self) -> bool:
        """Parking places and storage rooms: with a certificate of their own they cost as a dwelling since 2019-07-01."""
        return self in (HouseUse.PARKING, HouseUse.STORAGE)


class HouseNature(Vocabulary):
    """房屋性质 FWXZ."""

    MARKET = "market", "市场化商品房", "0"
    RESETTLEMENT = "resettlement", "动迁房", "1"
    SUPPORTING = "supporting", "配套商品房", "2"
    PUBLIC_RENTAL = "public_rental", "公共租赁住房", "3"
    LOW_RENT = "low_rent", "廉租住房", "4"
    PRICE_LIMITED = "price_limited", "限价普通商品住房", "5"
    AFFORDABLE = "affordable", "经济适用住房", "6"
    DIRECTED_SALE = "directed_sale", "定销商品房", "7"
    CO_BUILT = "co_built", "集资建房", "8"
    WELFARE = "welfare", "福利房", "9"
    OTHER = "other", "其它", "99"

    @property
    def is_policy_housing(self) -> bool:
        """Homes that need the housing department's word before they are sold (上市交易审核)."""
        return self not in (HouseNature.MARKET, HouseNature.OTHER)

    @property
    def is_fee_exempt(self) -> bool:
        """Homes whose ownership is registered free by what they are (财税〔2016〕79号): 廉租, 公租, 经适.

        Homes resettled after shanty-town clearance are free too, but 动迁房 is wider: the officer claims that one.
        """
        return self in (HouseNature.PUBLIC_RENTAL, HouseNature.LOW_RENT, HouseNature.AFFORDABLE)


class Structure(Vocabulary):
    """房屋结构 FWJG."""

    STEEL = "steel", "钢结构", "1"
    STEEL_AND_CONCRETE = "steel_and_concrete", "钢和钢筋混凝土结构", "2"
    REINFORCED_CONCRETE = "reinforced_concrete", "钢筋混凝土结构", "3"
    MIXED = "mixed", "混合结构", "4"
    BRICK_AND_TIMBER = "brick_and_timber", "砖木结构", "5"
    OTHER = "other", "其它结构", "6"


class LandUse(Vocabulary):
    """土地用途 (GB/T 21010-2017, second level), the uses that occur here."""

    URBAN_RESIDENTIAL = "urban_residential", "城镇住宅用地", "0701"
    RETAIL = "retail", "零售商业用地", "0501"
    WHOLESALE = "wholesale", "批发市场用地", "0502"
    CATERING = "catering", "餐饮用地", "0503"
    HOTEL = "hotel", "旅馆用地", "0504"
    BUSINESS = "business", "商务金融用地", "0505"
    OTHER_COMMERCIAL = "other_commercial", "其他商服用地", "0507"
    INDUSTRIAL = "industrial", "工业用地", "0601"
    STORAGE = "storage", "仓储用地", "0604"
    STATE_ORGAN = "state_organ", "机关团体用地", "0801"
    EDUCATION = "education", "教育用地", "0803"
    MEDICAL = "medical", "医疗卫生用地", "0805"
    PUBLIC_UTILITY = "public_utility", "公用设施用地", "0809"
    TRANSPORT = "transport", "交通服务场站用地", "1005"


class RightNature(Vocabulary):
    """权利性质 QLXZ of state-owned land."""

    ALLOCATED = "allocated", "划拨", "101"
    GRANTED = "granted", "出让", "102"
    CONTRIBUTED = "contributed", "作价出资（入股）", "103"
    LEASED = "leased", "国有土地租赁", "104"
    AUTHORISED = "authorised", "授权经营", "105"


class RestrictionCode(Vocabulary):
    """What a restriction query can find. The value is the stable code kept in the log of a query."""

    SEAL = "R_SEAL", "查封"
    SEAL_WAIT = "R_SEAL_WAIT", "轮候查封"
    PRESEAL = "R_PRESEAL", "预查封"
    OBJECTION = "R_OBJ", "异议登记"
    NOTICE = "R_NOTICE", "转移预告登记"
    NOTICE_MORTGAGE = "R_NOTICE_MTG", "抵押预告登记"
    MORTGAGE_LIMIT = "R_MTG_LIMIT", "抵押（约定禁止或限制转让）"
    MORTGAGE_LIMIT_UNKNOWN = "R_MTG_UNCLEAR", "抵押（是否限制转让未载明）"
    MORTGAGE_PRE2021 = "R_MTG_PRE2021", "抵押（2021年1月1日前登记）"
    MORTGAGE = "R_MTG", "抵押"
    WORKS_MORTGAGE = "R_CIP", "在建建筑物抵押"
    LAND_MORTGAGE = "R_LANDMTG", "土地使用权抵押"
    LAND_SEAL = "R_LANDSEAL", "土地使用权查封"
    RESIDENCE = "R_RES", "居住权"
    EASEMENT = "R_EASE", "地役权"
    FILED = "R_FILED", "合同已备案给他人"
    FREEZE = "R_FREEZE", "行政或司法限制"
    DISPUTE = "R_DISPUTE", "权属争议未解决"
    PENDING = "R_PENDING", "另有在办业务"
    POLICY = "R_POLICY", "限售或政策性住房限制期"
    NO_FIRST = "R_NOFIRST", "未办理首次登记"
    UNIT_ENDED = "R_INVALID", "不动产单元已失效"
    EXPIRED = "R_EXPIRED", "土地使用期限届满"
    ILLEGAL_BUILDING = "R_ILLEGAL", "违法建筑"


class SurveyKind(Vocabulary):
    """测绘成果 kinds: what was measured. `BUILDING` is a whole building table (楼盘表), `HOUSE` single houses in it."""

    LAND = "land", "宗地权籍调查"
    BUILDING = "building", "整幢房屋测绘（楼盘表）"
    HOUSE = "house", "分户房屋测绘"


class SurveyStatus(Vocabulary):
    """Where a survey stands: received, checked in by another officer, used by one registration, or void."""

    RECEIVED = "received", "待核对"
    CHECKED = "checked", "已核对入库"
    USED = "used", "已用于登记"
    VOID = "void", "已作废"
