"""All pages, from the register of pages. Importing a module registers its pages."""

from . import gallery, health
from .bank import views as bank_views
from .console import views as console_views
from .court import views as court_views
from .desk import views as desk_views
from .desk import windows as desk_windows
from .desk_contracts import views as desk_contracts_views
from .dev import batches as dev_batches
from .dev import views as dev_views
from .field import views as field_views
from .filing import views as filing_views
from .my import views as my_views
from .office import views as office_views
from .pages import urlpatterns as registered
from .public import views as public_views
from .surveys import views as survey_views

__all__ = [
    "bank_views",
    "console_views",
    "court_views",
    "desk_contracts_views",
    "desk_views",
    "desk_windows",
    "dev_batches",
    "dev_views",
    "field_views",
    "filing_views",
    "gallery",
    "health",
    "my_views",
    "office_views",
    "public_views",
    "survey_views",
]

app_name = "web"
urlpatterns = registered()
