"""All pages, from the register of pages. Importing a module registers its pages."""

from . import health
from .console import views as console_views
from .desk import views as desk_views
from .desk_contracts import views as desk_contracts_views
from .filing import views as filing_views
from .pages import urlpatterns as registered
from .public import views as public_views

__all__ = ["console_views", "desk_contracts_views", "desk_views", "filing_views", "health", "public_views"]

app_name = "web"
urlpatterns = registered()
