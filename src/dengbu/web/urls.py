"""All pages, from the register of pages. Importing a module registers its pages."""

from . import health
from .pages import urlpatterns as registered

__all__ = ["health"]

app_name = "web"
urlpatterns = registered()
