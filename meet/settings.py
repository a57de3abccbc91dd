"""Every setting on one page, read from the environment; each variable also as NAME_FILE with the value in a file.

Safe unless told otherwise: DEBUG is off, missing secrets are drawn at random and kept in the data directory. With
MEET_PRODUCTION the system checks of `meet.checks` refuse what must not go live. The README lists the variables.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from meet import __version__, keystore, logging
from meet.environment import Environment, base_path, base_url, bucket_origin, duration, host_of, http_address

env = Environment()
# Lets Django's generic classes name their types at run time as they do for mypy.
django_stubs_ext.monkeypatch()

# -- The installation ------------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent
MEET_DATA_DIR = Path(env("MEET_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
MEET_DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
_SECRETS_DIR = MEET_DATA_DIR / "secrets"

MEET_PRODUCTION = env.bool("MEET_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)

MEET_VERSION = __version__
MEET_GIT_COMMIT = env("MEET_GIT_COMMIT", default="unknown")
MEET_BUILD_DATE = env("MEET_BUILD_DATE", default="unknown")
MEET_NAME_ID = env("MEET_NAME_ID", default="openviduMeet")

SECRET_KEY = env("SECRET_KEY", default="") or keystore.kept(_SECRETS_DIR, "secret_key", keystore.token)
# Seals texts that must be readable again (the default API key); the first key writes, all keys read.
MEET_ENCRYPTION_KEYS: list[str] = env.list("MEET_ENCRYPTION_KEYS", default=[]) or [
    keystore.kept(_SECRETS_DIR, "encryption_key", keystore.encryption_key)
]

# -- Where it is served ----------------------------------------------------------------------------------------------

MEET_PORT = env.int("MEET_PORT", default=6080)
# "" or e.g. "/meet": served there and at the root alike (meet.prefix).
MEET_BASE_PATH = base_path(env("MEET_BASE_PATH", default="/meet"))
# Scheme and host of links; empty: those of the request that asks.
MEET_BASE_URL = base_url(env("MEET_BASE_URL", default=""))
# The number of reverse proxies whose X-Forwarded-* headers are believed.
SERVER_TRUST_PROXY = env.int("SERVER_TRUST_PROXY", default=0)
SERVER_CORS_ORIGIN: list[str] = env.list("SERVER_CORS_ORIGIN", default=["*"])

_https = MEET_BASE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = [host_of(MEET_BASE_URL)] if MEET_PRODUCTION and MEET_BASE_URL else ["*"]
if SERVER_TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
CSRF_TRUSTED_ORIGINS = [MEET_BASE_URL] if MEET_BASE_URL else []
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "meet.pages.csrf_failure"
ROOT_URLCONF = "meet.urls"
WSGI_APPLICATION = "meet.wsgi.application"

# -- Who may come in -------------------------------------------------------------------------------------------------

MEET_INITIAL_ADMIN_USER = env("MEET_INITIAL_ADMIN_USER", default="admin")
MEET_INITIAL_ADMIN_PASSWORD = env("MEET_INITIAL_ADMIN_PASSWORD", default="")  # empty: drawn at the first start
MEET_INITIAL_API_KEY = env("MEET_INITIAL_API_KEY", default="")
MEET_INITIAL_WEBHOOK_ENABLED = env.bool("MEET_INITIAL_WEBHOOK_ENABLED", default=False)
MEET_INITIAL_WEBHOOK_URL = env("MEET_INITIAL_WEBHOOK_URL", default="")
MEET_PASSWORD_MIN_LENGTH = env.int("MEET_PASSWORD_MIN_LENGTH", default=8)
MEET_METRICS_TOKEN = env("MEET_METRICS_TOKEN", default="")
# off: no limiter counts (the contract's NODE_ENV=test).
MEET_RATE_LIMITS = env.bool("MEET_RATE_LIMITS", default=True)

MEET_ACCESS_TOKEN_EXPIRATION = duration(env("MEET_ACCESS_TOKEN_EXPIRATION", default="2h"))
MEET_REFRESH_TOKEN_EXPIRATION = duration(env("MEET_REFRESH_TOKEN_EXPIRATION", default="1d"))
MEET_ROOM_MEMBER_TOKEN_EXPIRATION = duration(env("MEET_ROOM_MEMBER_TOKEN_EXPIRATION", default="2h"))
MEET_PASSWORD_CHANGE_TOKEN_EXPIRATION = duration(env("MEET_PASSWORD_CHANGE_TOKEN_EXPIRATION", default="15m"))
MEET_REFRESH_TOKEN_ROTATION_ENABLED = env.bool("MEET_REFRESH_TOKEN_ROTATION_ENABLED", default=True)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": MEET_PASSWORD_MIN_LENGTH},
    }
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "user_id"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "accounts.forms.LoginForm"}
# Both login doors share the limiter of meet.limits (accounts.adapter); allauth's own guards the one-time codes.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login_failed": "5/5m/key"} if MEET_RATE_LIMITS else False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Meet"

# Browsers share cookies between the ports of a host: each installation has its own names.
SESSION_COOKIE_NAME = f"meet_session_{MEET_PORT}"
CSRF_COOKIE_NAME = f"meet_csrf_{MEET_PORT}"
LANGUAGE_COOKIE_NAME = f"meet_language_{MEET_PORT}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# -- Foreign systems -------------------------------------------------------------------------------------------------

# LIVEKIT_URL given: a media server of yours. Absent: `make run` starts one, its ports follow MEET_PORT.
MEET_EMBEDDED_LIVEKIT = not env("LIVEKIT_URL", default="")
MEET_EMBEDDED_LIVEKIT_PORT = MEET_PORT + 1800  # HTTP and WebSocket; + 1 ICE over TCP, + 2 ICE over UDP
LIVEKIT_URL = env("LIVEKIT_URL", default="") or f"ws://localhost:{MEET_EMBEDDED_LIVEKIT_PORT}"
LIVEKIT_URL_PRIVATE = env("LIVEKIT_URL_PRIVATE", default="") or (
    f"ws://127.0.0.1:{MEET_EMBEDDED_LIVEKIT_PORT}" if MEET_EMBEDDED_LIVEKIT else LIVEKIT_URL
)
LIVEKIT_HTTP_URL = http_address(LIVEKIT_URL_PRIVATE)
LIVEKIT_API_KEY = env("LIVEKIT_API_KEY", default="") or keystore.kept(
    _SECRETS_DIR, "livekit_api_key", lambda: "API" + keystore.token(12)
)
LIVEKIT_API_SECRET = env("LIVEKIT_API_SECRET", default="") or keystore.kept(
    _SECRETS_DIR, "livekit_api_secret", keystore.token
)
MEETING_EMPTY_TIMEOUT = duration(env("MEETING_EMPTY_TIMEOUT", default="20s"))
MEETING_DEPARTURE_TIMEOUT = duration(env("MEETING_DEPARTURE_TIMEOUT", default="20s"))
# The embedded recorder's browser; empty: the first of those that systems install.
MEET_CHROMIUM = env("MEET_CHROMIUM", default="")
# A recording stops while there is still room to finish its file, and for everybody else's.
MEET_RECORDING_MIN_FREE_BYTES = env.int("MEET_RECORDING_MIN_FREE_BYTES", default=2**30)
MEET_CAPTIONS_ENABLED = env.bool("MEET_CAPTIONS_ENABLED", default=False)
# compatibility: permissions in both spellings; 3.9.0: the new names only.
MEET_MODE = env("MEET_MODE", default="compatibility")

# Networks (CIDR) that webhooks may not be sent to, e.g. 169.254.0.0/16.
MEET_WEBHOOK_FORBIDDEN_NETWORKS: list[str] = env.list("MEET_WEBHOOK_FORBIDDEN_NETWORKS", default=[])

# browser: the embedded recorder; egress: LiveKit's own service.
MEET_RECORDER = env("MEET_RECORDER", default="") or ("browser" if MEET_EMBEDDED_LIVEKIT else "egress")
# Recordings at the same time by the embedded recorder of this machine.
MEET_RECORDER_SLOTS = env.int("MEET_RECORDER_SLOTS", default=1)
# Under which name this machine's recorder is known; only it has the files that are not stored yet.
MEET_RECORDER_HOST = keystore.kept(MEET_DATA_DIR, "recorder_host", keystore.host_name)
MEET_RECORDING_MAX_MINUTES = env.int("MEET_RECORDING_MAX_MINUTES", default=360)
# Where recorders find the page that shows them the meeting.
MEET_RECORDER_PAGE_URL = env("MEET_RECORDER_PAGE_URL", default="") or (
    f"http://localhost:{MEET_PORT}/recorder"
    if MEET_RECORDER == "browser"
    else f"{MEET_BASE_URL or f'http://localhost:{MEET_PORT}'}{MEET_BASE_PATH}/recorder"
)
# Files of recordings: fs (a directory), s3 (anything that speaks it), abs (Azure), gcs (Google).
MEET_BLOB_STORAGE_MODE = env("MEET_BLOB_STORAGE_MODE", default="fs")
MEET_RECORDINGS_DIR = Path(env("MEET_RECORDINGS_DIR", default=str(MEET_DATA_DIR / "recordings"))).resolve()
MEET_S3_BUCKET = env("MEET_S3_BUCKET", default="")
MEET_S3_SUBBUCKET = env("MEET_S3_SUBBUCKET", default="").strip("/")
MEET_S3_ENDPOINT = env("MEET_S3_ENDPOINT", default="")  # empty: Amazon's
MEET_S3_REGION = env("MEET_S3_REGION", default="us-east-1")
# Without them, credentials are found as Amazon's programs find theirs.
MEET_S3_ACCESS_KEY = env("MEET_S3_ACCESS_KEY", default="")
MEET_S3_SECRET_KEY = env("MEET_S3_SECRET_KEY", default="")
MEET_S3_PATH_STYLE = env.bool("MEET_S3_PATH_STYLE", default=bool(MEET_S3_ENDPOINT))
MEET_ABS_CONTAINER = env("MEET_ABS_CONTAINER", default="")
MEET_ABS_SUBCONTAINER = env("MEET_ABS_SUBCONTAINER", default="").strip("/")
MEET_ABS_ACCOUNT_NAME = env("MEET_ABS_ACCOUNT_NAME", default="")
MEET_ABS_ACCOUNT_KEY = env("MEET_ABS_ACCOUNT_KEY", default="")
MEET_ABS_ENDPOINT = env("MEET_ABS_ENDPOINT", default="") or f"https://{MEET_ABS_ACCOUNT_NAME}.blob.core.windows.net"
MEET_GCS_BUCKET = env("MEET_GCS_BUCKET", default="")
MEET_GCS_SUBBUCKET = env("MEET_GCS_SUBBUCKET", default="").strip("/")
# Whether players with a signed address of ours fetch from the storage itself. A storage with an http address is an
# inner one as a rule, which browsers do not reach.
MEET_RECORDING_REDIRECT = env.bool(
    "MEET_RECORDING_REDIRECT", default=MEET_BLOB_STORAGE_MODE != "fs" and not MEET_S3_ENDPOINT.startswith("http:")
)
# x-accel or x-sendfile: the proxy in front sends files of the directory itself.
MEET_SENDFILE = env("MEET_SENDFILE", default="")

# What an egress service puts before the key of a file: the prefix in its bucket, or the directory it shares with us.
MEET_EGRESS_FILE_PREFIX = env("MEET_EGRESS_FILE_PREFIX", default="") or {
    "s3": MEET_S3_SUBBUCKET,
    "abs": MEET_ABS_SUBCONTAINER,
    "gcs": MEET_GCS_SUBBUCKET,
    "fs": str(MEET_RECORDINGS_DIR),
}.get(MEET_BLOB_STORAGE_MODE, "")

# How much all recordings may take up together; 0: as much as there is.
MEET_RECORDING_QUOTA_GB = env.float("MEET_RECORDING_QUOTA_GB", default=0)
# Recordings are deleted so many days after their end, where their room does not say otherwise; 0: never.
MEET_RECORDING_RETENTION_DAYS = env.int("MEET_RECORDING_RETENTION_DAYS", default=0)
# A file that belongs to no recording is deleted after so many days; 0: never.
MEET_ORPHAN_GRACE_DAYS = env.int("MEET_ORPHAN_GRACE_DAYS", default=7)
# How many days the receipts of deleted recordings stay; 0: for ever.
MEET_RECEIPT_DAYS = env.int("MEET_RECEIPT_DAYS", default=365)

REDIS_URL = env("REDIS_URL", default="")
# Web processes of one container; more than one count rate limits together, in Redis.
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=1)

# -- Data ------------------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{MEET_DATA_DIR / 'meet.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["CONN_MAX_AGE"] = None
    # SQLite leaves out what an index has beside its key, which is no loss to those who use it.
    SILENCED_SYSTEM_CHECKS = ["models.W040"]
else:
    # A connection that the server has dropped is noticed when it is taken, not by the request that uses it.
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        # What the address says behind its question mark, such as sslmode.
        **_database.get("OPTIONS", {}),
        "pool": {"min_size": 2, "max_size": env.int("MEET_DATABASE_POOL", default=16), "timeout": 10},
        # What is asked again and again is planned once: a tenth to a third of the time of a list's statements.
        "server_side_binding": True,
        "prepare_threshold": 5,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "meet",
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
        if REDIS_URL
        # The default of 300 entries would forget who failed to log in as soon as others come by.
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    )
}

_RECORDING_STORAGES: dict[str, dict[str, Any]] = {
    "fs": {
        "BACKEND": "recordings.storage.local.LocalStorage",
        "OPTIONS": {"location": MEET_RECORDINGS_DIR},
    },
    "s3": {
        "BACKEND": "recordings.storage.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEET_S3_BUCKET,
            "location": MEET_S3_SUBBUCKET,
            "endpoint_url": MEET_S3_ENDPOINT or None,
            "region_name": MEET_S3_REGION,
            "access_key": MEET_S3_ACCESS_KEY or None,
            "secret_key": MEET_S3_SECRET_KEY or None,
            "addressing_style": "path" if MEET_S3_PATH_STYLE else "virtual",
            "signature_version": "s3v4",
        },
    },
    "abs": {
        "BACKEND": "recordings.storage.azure.AzureStorage",
        "OPTIONS": {
            "azure_container": MEET_ABS_CONTAINER,
            "location": MEET_ABS_SUBCONTAINER,
            "connection_string": f"AccountName={MEET_ABS_ACCOUNT_NAME};AccountKey={MEET_ABS_ACCOUNT_KEY};"
            f"BlobEndpoint={MEET_ABS_ENDPOINT}",
        },
    },
    "gcs": {
        "BACKEND": "recordings.storage.gcs.GoogleStorage",
        "OPTIONS": {"bucket_name": MEET_GCS_BUCKET, "location": MEET_GCS_SUBBUCKET},
    },
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "meet.prefix.StaticFilesStorage"},
    # A mode that does not exist is reported by meet.checks.
    "recordings": _RECORDING_STORAGES.get(MEET_BLOB_STORAGE_MODE, _RECORDING_STORAGES["fs"]),
}

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
    "meet.request_ids.RequestMiddleware",
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

# Where players are sent to when MEET_RECORDING_REDIRECT is on.
_recording_origins = {
    "s3": [bucket_origin(MEET_S3_BUCKET, MEET_S3_ENDPOINT, region=MEET_S3_REGION, path_style=MEET_S3_PATH_STYLE)],
    "abs": [MEET_ABS_ENDPOINT],
    "gcs": ["https://storage.googleapis.com"],
}.get(MEET_BLOB_STORAGE_MODE if MEET_RECORDING_REDIRECT else "", [])
_media_origins = sorted({LIVEKIT_URL, http_address(LIVEKIT_URL)})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, "'wasm-unsafe-eval'"],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:", "mediastream:", *_recording_origins],
        "connect-src": [SELF, *_media_origins],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_HSTS_SECONDS = 31536000 if _https else 0

CORS_ALLOW_ALL_ORIGINS = "*" in SERVER_CORS_ORIGIN
CORS_ALLOWED_ORIGINS = [] if CORS_ALLOW_ALL_ORIGINS else SERVER_CORS_ORIGIN
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

# Bodies of the API end at 100 kB (meet.api.parsers); events of LiveKit may be larger.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = logging.configuration(level=env("LOG_LEVEL", default="INFO"), as_json=MEET_PRODUCTION)
