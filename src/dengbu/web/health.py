"""/healthz: the process lives. /readyz: it can reach the database and its schema is there."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from .pages import PUBLIC, page


@page("healthz", name="healthz", surface="machine", needs=PUBLIC, sql=0, own_transaction=True)
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@page("readyz", name="readyz", surface="machine", needs=PUBLIC, sql=1, own_transaction=True)
def readyz(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
    except Error:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ready"})
