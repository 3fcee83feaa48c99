"""How an obstacle in the book may be answered, and the tables of answers that families of types share.

Sources: domain.md §3, `restriction_effects`, as corrected (corrections §1). An obstacle that a table does not name
blocks: silence is never consent.
"""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """How a type answers an obstacle."""

    BLOCK = "block"
    CONSENT = "consent"
    CONSENT_COURT = "consent_of_authority"
    JOINT = "joint_application"
    UNDERTAKING = "undertaking"
    WARN = "warn"
    INFO = "inform"
    MANUAL = "officer_decides"
    ALLOW_IF_HOLDER = "allowed_as_holder"
    CONVERT = "converted"
    IF_DEBTOR = "converted_debtor_is_taker"  # a pre-seizure whose debtor is the taker becomes a seizure
    RELEASE_FIRST = "released_first"
    EXCLUDE = "unit_excluded"
    IF_HARM = "consent_if_harmed"
    HANDLED = "handled_within"
    APPROVAL = "approved_by_authority"  # the department whose limit it is lets it pass, in writing

    @property
    def may_pass(self) -> bool:
        """Whether anything that is brought or done can open the way while the obstacle stands."""
        return self not in (Rule.BLOCK, Rule.RELEASE_FIRST, Rule.EXCLUDE)


Table = dict[str, Rule]

# What limits the thing itself stops every type that does not say otherwise.
ALWAYS_BLOCK: Table = {
    "R_INVALID": Rule.BLOCK,
    "R_FREEZE": Rule.BLOCK,
    "R_DISPUTE": Rule.BLOCK,
    "R_ILLEGAL": Rule.BLOCK,
}

_SEIZED: Table = {
    "R_SEAL": Rule.BLOCK,
    "R_SEAL_WAIT": Rule.BLOCK,
    "R_PRESEAL": Rule.BLOCK,
    "R_LANDSEAL": Rule.BLOCK,
}
_BURDENS_STAY: Table = {
    "R_MTG": Rule.INFO,
    "R_CIP": Rule.BLOCK,
    "R_LANDMTG": Rule.WARN,
    "R_RES": Rule.INFO,
    "R_EASE": Rule.INFO,
    "R_NOFIRST": Rule.BLOCK,
    "R_EXPIRED": Rule.WARN,
}

# Ownership passes by the owner's will (P01, P02, P04-P07, D03, C01; 民法典 214, 221, 406; 细则 84, 85).
DISPOSAL: Table = (
    ALWAYS_BLOCK
    | _SEIZED
    | _BURDENS_STAY
    | {
        "R_OBJ": Rule.UNDERTAKING,
        "R_NOTICE": Rule.ALLOW_IF_HOLDER,
        "R_NOTICE_MTG": Rule.CONSENT,
        "R_MTG_LIMIT": Rule.JOINT,
        "R_MTG_PRE2021": Rule.CONSENT,
        "R_MTG_UNCLEAR": Rule.MANUAL,
        "R_POLICY": Rule.BLOCK,
    }
)

# The owner burdens the home: mortgage, residence right. Mortgages stand beside each other by rank.
BURDEN: Table = DISPOSAL | {
    "R_NOTICE_MTG": Rule.WARN,
    "R_MTG_LIMIT": Rule.INFO,
    "R_MTG_PRE2021": Rule.INFO,
    "R_MTG_UNCLEAR": Rule.INFO,
    "R_POLICY": Rule.WARN,
}

# Succession is no disposal: what burdens the home goes on burdening it (民法典 230; corrections 22: a seizure is for
# the officer to weigh).
SUCCESSION: Table = DISPOSAL | {
    "R_SEAL": Rule.MANUAL,
    "R_SEAL_WAIT": Rule.MANUAL,
    "R_NOTICE": Rule.MANUAL,
    "R_NOTICE_MTG": Rule.MANUAL,
    "R_MTG_LIMIT": Rule.INFO,
    "R_MTG_PRE2021": Rule.INFO,
    "R_MTG_UNCLEAR": Rule.INFO,
    "R_POLICY": Rule.WARN,
}

# By judgment, award or government decision (P08, S05; 民法典 229; 细则 19).
BY_ORDER: Table = SUCCESSION | {"R_OBJ": Rule.INFO, "R_DISPUTE": Rule.INFO}

# A first registration: what stands on the land is carried over or converted (D01, D05, P21; 细则 35-36, 77).
FIRST: Table = ALWAYS_BLOCK | {
    "R_SEAL": Rule.WARN,
    "R_SEAL_WAIT": Rule.WARN,
    "R_PRESEAL": Rule.CONVERT,
    "R_LANDSEAL": Rule.WARN,
    "R_OBJ": Rule.WARN,
    "R_NOTICE": Rule.INFO,
    "R_NOTICE_MTG": Rule.INFO,
    "R_MTG": Rule.INFO,
    "R_MTG_LIMIT": Rule.INFO,
    "R_MTG_PRE2021": Rule.INFO,
    "R_MTG_UNCLEAR": Rule.INFO,
    # The works-in-progress mortgage stays on the units and converts by B11 only (细则 77; corrections 4).
    "R_CIP": Rule.INFO,
    "R_LANDMTG": Rule.INFO,
    "R_RES": Rule.INFO,
    "R_EASE": Rule.INFO,
    "R_NOFIRST": Rule.INFO,
    "R_POLICY": Rule.INFO,
    "R_EXPIRED": Rule.BLOCK,
}

# The right's content changes in a way that can touch others: use, area, term, split, merge (D02, P10, P11; 细则 26).
CHANGE: Table = ALWAYS_BLOCK | {
    "R_SEAL": Rule.BLOCK,
    "R_SEAL_WAIT": Rule.BLOCK,
    "R_PRESEAL": Rule.BLOCK,
    "R_LANDSEAL": Rule.WARN,
    "R_OBJ": Rule.WARN,
    "R_NOTICE": Rule.CONSENT,
    "R_NOTICE_MTG": Rule.CONSENT,
    "R_MTG": Rule.CONSENT,
    "R_MTG_LIMIT": Rule.CONSENT,
    "R_MTG_PRE2021": Rule.CONSENT,
    "R_MTG_UNCLEAR": Rule.CONSENT,
    "R_CIP": Rule.CONSENT,
    "R_LANDMTG": Rule.WARN,
    "R_EASE": Rule.CONSENT,
    "R_RES": Rule.CONSENT,
    "R_FREEZE": Rule.WARN,
    "R_POLICY": Rule.INFO,
    "R_NOFIRST": Rule.BLOCK,
    "R_EXPIRED": Rule.WARN,
    "R_ILLEGAL": Rule.WARN,
}

# Nothing of substance changes: a name, a document number, a certificate, a mistake put right (P09, P12, P15, P16).
_SOFT_CODES = (
    "R_SEAL", "R_SEAL_WAIT", "R_PRESEAL", "R_LANDSEAL", "R_OBJ", "R_FREEZE", "R_DISPUTE", "R_ILLEGAL",
)  # fmt: skip
_OTHERS = (
    "R_NOTICE", "R_NOTICE_MTG", "R_MTG", "R_MTG_LIMIT", "R_MTG_PRE2021", "R_MTG_UNCLEAR", "R_CIP", "R_LANDMTG",
    "R_RES", "R_EASE", "R_POLICY", "R_NOFIRST", "R_EXPIRED",
)  # fmt: skip
SOFT: Table = (
    dict.fromkeys(_SOFT_CODES, Rule.WARN) | dict.fromkeys(_OTHERS, Rule.INFO) | {"R_INVALID": Rule.BLOCK}
)

# A right ends whole: everybody who rests on it agrees, the seizing organ too (D04, P17; 细则 28).
EXTINCTION: Table = dict.fromkeys(_OTHERS, Rule.CONSENT) | {
    "R_INVALID": Rule.BLOCK,
    "R_SEAL": Rule.CONSENT_COURT,
    "R_SEAL_WAIT": Rule.CONSENT_COURT,
    "R_PRESEAL": Rule.CONSENT_COURT,
    "R_LANDSEAL": Rule.CONSENT_COURT,
    "R_OBJ": Rule.UNDERTAKING,
    "R_FREEZE": Rule.CONSENT_COURT,
    "R_DISPUTE": Rule.BLOCK,
    "R_ILLEGAL": Rule.INFO,
    "R_LANDMTG": Rule.INFO,
    "R_POLICY": Rule.INFO,
    "R_NOFIRST": Rule.BLOCK,
    "R_EXPIRED": Rule.INFO,
}

# An advance notice of a purchase or of a mortgage (D06, P20, B08, B14; 民法典 221; 细则 85-88).
NOTICE: Table = (
    ALWAYS_BLOCK
    | _SEIZED
    | {
        "R_OBJ": Rule.UNDERTAKING,
        "R_NOTICE": Rule.BLOCK,
        "R_NOTICE_MTG": Rule.WARN,
        "R_MTG": Rule.INFO,
        "R_MTG_LIMIT": Rule.INFO,
        "R_MTG_PRE2021": Rule.INFO,
        "R_MTG_UNCLEAR": Rule.INFO,
        "R_CIP": Rule.RELEASE_FIRST,
        "R_LANDMTG": Rule.WARN,
        "R_RES": Rule.INFO,
        "R_EASE": Rule.INFO,
        "R_POLICY": Rule.WARN,
        "R_NOFIRST": Rule.INFO,
        "R_EXPIRED": Rule.WARN,
    }
)

# A burden grows lighter or only changes hands: nothing in the book stands in the way (B05, B06, B10, P14, P19).
RELIEF: Table = dict.fromkeys((*_SOFT_CODES, *_OTHERS), Rule.INFO) | {
    "R_INVALID": Rule.BLOCK,
    "R_FREEZE": Rule.WARN,
}

# Entered by order: what stands in the book is weighed by whoever gave the order (S01, S02, S06-S08; 法发〔2004〕5号).
ORDER: Table = dict.fromkeys((*_SOFT_CODES, *_OTHERS), Rule.INFO) | {"R_INVALID": Rule.BLOCK}

REMEDIES: dict[str, tuple[str, str]] = {
    "R_SEAL": ("请先到查封机关办理解除查封。", "查封规定；法发〔2004〕5号"),
    "R_SEAL_WAIT": ("请先到轮候查封的机关办理解除。", "查封规定26；法发〔2004〕5号"),
    "R_PRESEAL": ("请先到预查封机关办理解除。", "法发〔2004〕5号"),
    "R_LANDSEAL": ("房屋所占土地被查封，请先到查封机关办理解除。", "查封规定21"),
    "R_OBJ": ("如仍要办理，取得权利的一方须签署“知悉异议登记存在并自担风险”的书面承诺。", "实施细则84"),
    "R_NOTICE": ("须经预告登记的权利人书面同意，或先注销预告登记。", "民法典221；实施细则85"),
    "R_NOTICE_MTG": ("须经预告登记的抵押权人书面同意。", "民法典221"),
    "R_MTG": ("须经抵押权人书面同意。", "实施细则26、28"),
    "R_MTG_LIMIT": (
        "登记簿记载该抵押有限制转让的约定，须抵押权人共同申请，或先注销抵押。",
        "民法典406；自然资发〔2021〕54号",
    ),
    "R_MTG_PRE2021": ("该抵押在民法典施行前登记，须抵押权人书面同意转让。", "自然资发〔2021〕54号"),
    "R_MTG_UNCLEAR": (
        "登记簿没有记载该抵押是否限制转让，请向抵押权人核实后由审核人员判断。",
        "自然资发〔2021〕54号",
    ),
    "R_CIP": (
        "请抵押权人和开发企业先办理在建建筑物抵押的解除（逐套解押）或转为房屋抵押。",
        "实施细则76、77",
    ),
    "R_LANDMTG": ("须经土地抵押权人书面同意，或先解除该套房屋的土地份额抵押。", "民法典397、406"),
    "R_RES": ("须经居住权人书面同意。", "实施细则28"),
    "R_EASE": ("须经地役权人书面同意。", "实施细则28"),
    "R_NOFIRST": ("请先办理首次登记。", "实施细则24"),
    "R_INVALID": ("请核对不动产单元号，或携带权证到窗口查询。", "条例10"),
    "R_FREEZE": ("请先到作出限制决定的机关办理解除。", "实施细则90"),
    "R_DISPUTE": ("请先通过协商、调解、仲裁或诉讼解决权属争议。", "条例22"),
    "R_ILLEGAL": ("请先到作出认定的机关处理违法建设。", "条例22；城乡规划法64"),
    "R_POLICY": ("限制期满，或持房管部门准予上市的材料后再来申请。", "条例22"),
    "R_EXPIRED": ("请先办理土地使用权续期。", "民法典359；条例22"),
}

# Which paper answers which rule, and under which condition the checklist asks for it. A type may name others.
PAPERS: dict[Rule, tuple[str, str]] = {
    Rule.CONSENT: ("MTGEECONS", "mortgage_consent"),
    Rule.CONSENT_COURT: ("COURTCONS", "authority_consent"),
    Rule.JOINT: ("JOINTAPP", "mortgage_joint"),
    Rule.UNDERTAKING: ("COMMIT_OBJ", "objection"),
    Rule.IF_HARM: ("OTHMTG", "others_harmed"),
}
HOLDERS_CONSENT = (
    "HOLDCONS",
    "holder_consent",
)  # 细则 28: whoever has a right on the right that ends or changes
