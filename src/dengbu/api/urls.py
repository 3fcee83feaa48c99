"""The API for partners."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from . import errors, v1

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((v1.urlpatterns(), "v1"), namespace="v1")),
    re_path(r"", csrf_exempt(errors.not_found), name="unknown"),
]
