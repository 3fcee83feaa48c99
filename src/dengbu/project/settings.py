"""Settings: everything that differs between a first start, tests and production comes from the environment."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

BASE = Path(__file__).resolve().parent.parent
ENV = os.environ.get("DENGBU_ENV", "demo")  # demo | training | test | production
if ENV not in {"demo", "training", "test", "production"}:
    raise RuntimeError(f"DENGBU_ENV={ENV}: use demo, training, test or production")
DATA = Path(os.environ.get("DATA", "var")).resolve()

_secrets_file = Path(os.environ.get("DENGBU_SECRETS", DATA / "secrets.json"))
try:
    _secrets: dict[str, Any] = json.loads(_secrets_file.read_text())
except FileNotFoundError:
    if ENV == "production":
        raise RuntimeError(f"{_secrets_file} is missing: DENGBU_SECRETS names the secrets file") from None
    # Tools that only import (mypy, lint) need some keys; nothing is stored under them.
    _secrets = {"secret_key": "tools-only", "field_keys": {"k0": "A" * 43 + "="}, "index_key": "A" * 43 + "="}

SECRET_KEY = _secrets["secret_key"]
FIELD_KEYS: dict[str, str] = _secrets["field_keys"]
FIELD_KEY_CURRENT = _secrets.get("field_key_current") or sorted(FIELD_KEYS)[-1]
INDEX_KEY: str = _secrets["index_key"]

DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")

AUTHORITY = "410106"
PROVINCE = "豫"
AREA_NAME = "郑州市上街区"
OFFICE = {
    "name": "上街区不动产登记中心",
    "authority_name": "郑州市上街区自然资源局",
    "phone": "0371-0000 0000",
    "hours": "周一至周五 8:30—12:00，14:00—17:30",
    "address": "上街区政务服务中心二楼",
    "counters": "不动产登记大厅 1—12 号窗口",
}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "dengbu.core.apps.CoreConfig",
    "dengbu.parties.apps.PartiesConfig",
    "dengbu.register.apps.RegisterConfig",
    "dengbu.contracts.apps.ContractsConfig",
    "dengbu.surveys.apps.SurveysConfig",
    "dengbu.orders.apps.OrdersConfig",
    "dengbu.materials.apps.MaterialsConfig",
    "dengbu.payments.apps.PaymentsConfig",
    "dengbu.appointments.apps.AppointmentsConfig",
    "dengbu.notices.apps.NoticesConfig",
    "dengbu.archives.apps.ArchivesConfig",
    "dengbu.catalog.apps.CatalogConfig",
    "dengbu.certificates.apps.CertificatesConfig",
    "dengbu.cases.apps.CasesConfig",
    "dengbu.exchange.apps.ExchangeConfig",
    "dengbu.web.apps.WebConfig",
    "dengbu.api.apps.ApiConfig",
    "dengbu.project.apps.ProjectConfig",
]
MIDDLEWARE = [
    "dengbu.core.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dengbu.web.middleware.Viewer",
    "axes.middleware.AxesMiddleware",
    "dengbu.core.middleware.ReadOnlyReads",
]
ROOT_URLCONF = "dengbu.project.urls"
WSGI_APPLICATION = "dengbu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "dengbu.web.context.shared",
            ],
        },
    }
]

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}}
]
LOGIN_URL = "/login/"
SESSION_ENGINE = "dengbu.core.session_store"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "dengbu.web.errors.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "dengbu.web.errors.locked_out"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if ENV == "production":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked on this machine, in front of no proxy
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
    }
}


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {},
    }


_as_owner = os.environ.get("DENGBU_DB_ROLE") == "owner"
_url = os.environ.get("MIGRATE_DATABASE_URL" if _as_owner else "DATABASE_URL", "")
DATABASES = {"default": _database(_url or "postgresql://dengbu_app@127.0.0.1:5432/dengbu")}
POOL_SIZE = int(os.environ.get("DENGBU_POOL_SIZE", "4"))
if os.environ.get("DENGBU_POOL", "on") == "on" and not _as_owner and ENV != "test":
    # Pool size >= blocking threads of one web process; all pools together stay small (two cores: 4-8).
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10}
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 3
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files")},
    },
    "materials": {
        "BACKEND": "dengbu.materials.storage.WholeFileStorage",
        "OPTIONS": {"location": str(DATA / "files" / "materials")},
    },
    "documents": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files" / "documents")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

SIM_PORT = int(os.environ.get("DENGBU_SIM_PORT", "0"))


def _exchange() -> dict[str, Any]:
    configured = os.environ.get("DENGBU_EXCHANGE")  # a JSON file in production
    if configured:
        settings: dict[str, Any] = json.loads(Path(configured).read_text())
        return settings
    if ENV == "production" or not SIM_PORT:
        return {}
    from dengbu.exchange.config import demo_config

    return demo_config(DATA, SIM_PORT)


EXCHANGE = _exchange()
# Who may call our API, as {client id: [shared secrets]}; two secrets while one is being changed. `housing_clients` push
# filings and ask about restrictions, `partner_clients` only ask.
HOUSING_CLIENTS: dict[str, list[str]] = EXCHANGE.pop("housing_clients", {})
PARTNER_CLIENTS: dict[str, list[str]] = EXCHANGE.pop("partner_clients", {})
if ENV != "production" and not HOUSING_CLIENTS:
    from dengbu.exchange.housing.config import demo_clients

    HOUSING_CLIENTS = demo_clients(SECRET_KEY)

_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]
structlog.configure(
    processors=_processors, logger_factory=structlog.PrintLoggerFactory(), cache_logger_on_first_use=True
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
