"""The URL space: pages by surface, the API, health."""

from django.urls import include, path

urlpatterns = [
    path("", include("dengbu.web.urls")),
    path("api/", include("dengbu.api.urls")),
]
handler400 = "dengbu.web.errors.bad_request"
handler403 = "dengbu.web.errors.forbidden"
handler404 = "dengbu.web.errors.not_found"
handler500 = "dengbu.web.errors.server_error"
