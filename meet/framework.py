"""What Meet is made of: the settings that are the same in every installation. `meet.settings` takes them over, and has
those that an environment can change."""

from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent

# -- The application -------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "meet.livekit",
    "meet.idempotency",
    "accounts",
    "meet.webhooks",
    "meet.appearance",
    "rooms",
    "recordings",
    "meet.apps.MeetConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_structlog",
    "django_vite",
    "drf_spectacular_sidecar",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "meet.prefix.PrefixMiddleware",
    "meet.health.MetricsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "meet.request_ids.RequestIdMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PasswordChangeMiddleware",
    "meet.pages.ErrorPagesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "meet.pages.frame",
            ],
        },
    }
]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "meet.api.parsers.JSONParser",
        "meet.api.parsers.FormParser",
        "meet.api.parsers.NoBodyParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["meet.api.renderers.JSONRenderer", "meet.api.renderers.BrowsableAPIRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "meet.api.renderers.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "meet.openapi.operations.Schema",
    "EXCEPTION_HANDLER": "meet.api.exceptions.handler",
    "UNAUTHENTICATED_USER": None,
}
# The rest of the document is written in meet.openapi.
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [],
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
}

# -- Addresses, data, accounts ---------------------------------------------------------------------------------------

APPEND_SLASH = False
CSRF_FAILURE_VIEW = "meet.pages.csrf_failure"
ROOT_URLCONF = "meet.urls"
WSGI_APPLICATION = "meet.wsgi.application"
# Bodies of the API end at 100 kB (meet.api.parsers); events of LiveKit may be larger.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "user_id"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "accounts.forms.LoginForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Meet"

# -- What browsers get -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "meet" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
# No copying into a second folder: WhiteNoise reads what Vite built, names with a hash are kept for ever.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9a-zA-Z_-]{8}\.\w+$"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "static" / "dist" / "manifest.json",
    }
}

CORS_URLS_REGEX = r"^/(internal-)?api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "range",
    "x-api-key",
    "x-extrafields",
    "x-fields",
    "x-meet-dialect",
    "x-refresh-token",
    "x-room-member-token",
]
CORS_EXPOSE_HEADERS = [
    "Location", "Deprecation", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy", "RateLimit-Limit",
    "RateLimit-Remaining", "RateLimit-Reset", "Content-Range", "X-Request-ID", "Idempotency-Replayed",
]  # fmt: skip
