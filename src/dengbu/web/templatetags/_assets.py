"""Which stylesheets and script modules a surface loads: one file per component, listed once."""

from __future__ import annotations

_FIRST = ("tokens",)
_SHARED = ("field", "errors", "rows", "steps", "timeline", "upload", "parcel", "compare", "parts", "sign")
_CITIZEN = (
    *("base", "masthead", "buttons", "tags", "surfaces", "aside", "key-value", "tables", "process", "lists"),
    *("help-foot", "home", "application", "material", "case", "pass", "verify", "guide"),
)
_STAFF = (
    *("base", "common", "nav", "buttons", "fields", "tags", "table", "identity-bar", "bottom-bar", "panel"),
    *(
        "result",
        "verdict",
        "viewer",
        "review",
        "accept",
        "register-book",
        "building-table",
        "desk",
        "windows",
        "narrow",
    ),
)


def stylesheets(surface: str) -> list[str]:
    """Static paths for `citizen`, `kiosk`, `staff` or `paper`, in cascade order."""
    own = {
        "citizen": [f"citizen/{n}" for n in (*_CITIZEN, "modes")],
        "kiosk": [f"citizen/{n}" for n in (*_CITIZEN, "kiosk", "modes")],
        "staff": [f"staff/{n}" for n in _STAFF],
        "paper": [f"staff/{n}" for n in (*_STAFF, "paper")],
    }[surface]
    shared = [f"shared/{n}" for n in _SHARED]
    return [f"dengbu/css/{n}.css" for n in (*_FIRST, own[0], *shared, *own[1:], "contrast")]


_COMMON_JS = ("errors", "submit", "copy", "readback", "onlyif")
_JS = {
    "citizen": (*_COMMON_JS, "autosave", "upload", "idle", "print", "sign"),
    "kiosk": (*_COMMON_JS, "idle", "scanner"),
    "staff": (*_COMMON_JS, "autosave", "upload", "idle", "scanner", "viewer", "verdict", "queue", "filter"),
    "paper": (*_COMMON_JS, "print"),
}


def scripts(surface: str) -> list[str]:
    """Static paths of the ES modules of a surface; every one is an enhancement, no page needs them."""
    return [f"dengbu/js/{name}.js" for name in _JS[surface]]
