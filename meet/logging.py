"""Structured logs, one line an event: readable in a terminal, JSON in production, secrets masked in both.

Decisions.md 3 and 32: link secrets, guest ids, tokens and keys never reach a log line.
"""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_MASK = "***"
_SECRET_KEYS = frozenset(
    {
        "accesstoken", "api_key", "apikey", "authorization", "cookie", "currentpassword", "key", "newpassword",
        "password", "recordingsecret", "refreshtoken", "roommembertoken", "secret", "token", "x-api-key",
        "x-refresh-token", "x-room-member-token",
    }
)  # fmt: skip
_SECRET_TEXTS = re.compile(
    r"(?P<name>\b(?:accessToken|roomMemberToken|recordingSecret|secret|token|e2ee-key|s)=)[^&\s\"']+"
    r"|(?P<field>[\"'](?:\w*[sS]ecret|\w*[pP]assword|\w*[tT]oken|key)[\"']\s*:\s*[\"'])[^\"']+"
    r"|\bguest-[0-9a-f]{8,}"
    r"|\bovmeet-[0-9a-f]{8,}"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
)


def masked(text: str) -> str:
    """`text` with link secrets, guest ids, API keys and JWTs replaced."""
    return _SECRET_TEXTS.sub(lambda match: (match["name"] or match["field"] or "") + _MASK, text)


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _MASK if name.lower() in _SECRET_KEYS else _mask(value) for name, value in event.items()}


def _mask(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _MASK if str(key).lower() in _SECRET_KEYS else _mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item) for item in value]
    return value


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    mask_secrets,
]


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """The LOGGING setting; configures structlog beside it, so that both speak with one voice."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    quiet = "WARNING" if level == "INFO" else level
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django_structlog": {"level": quiet},
            "django.request": {"level": "ERROR"},
            # Sweeps every two seconds: what they find is logged by itself.
            "celery.beat": {"level": quiet},
            "celery.worker.strategy": {"level": quiet},
            "celery.app.trace": {"level": quiet},
            "httpx": {"level": quiet},
        },
    }
