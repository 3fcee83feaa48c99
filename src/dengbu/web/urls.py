"""All pages, from the register of pages. Importing a module registers its pages."""

from . import health
from .console import views as console_views
from .pages import urlpatterns as registered
from .public import views as public_views

__all__ = ["console_views", "health", "public_views"]

app_name = "web"
urlpatterns = registered()
