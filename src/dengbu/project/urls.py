"""The URL space: pages by surface, the API, health."""

from django.urls import include, path

urlpatterns = [
    path("", include("dengbu.web.urls")),
    path("api/", include("dengbu.api.urls")),
]
handler400 = "dengbu.project.errors.bad_request"
handler403 = "dengbu.project.errors.forbidden"
handler404 = "dengbu.project.errors.not_found"
handler500 = "dengbu.project.errors.server_error"
