"""What operators and load balancers ask: alive, ready, which version, which figures."""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPMethod, HTTPStatus
from typing import Any

import httpx
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.models import ApiKey, Scope
from meet import clock
from meet.api.exceptions import PATH_NOT_FOUND
from meet.db import release_connection
from meet.livekit.models import InboundEvent
from meet.webhooks.models import Delivery
from recordings import storage
from recordings.files import quota
from recordings.models import StoredFileFinding
from recordings.recorders.embedded import hosts_there
from rooms.models import Meeting

REQUESTS = Histogram(
    "meet_http_request_seconds",
    "Time from request to answer",
    ["method", "view", "status"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# Counted in the database when somebody asks: of several web processes the last one knows, and there is nothing to add.
_Count = partial(Gauge, multiprocess_mode="livemostrecent")
WAITING_EVENTS = _Count("meet_livekit_events_waiting", "Events of LiveKit that no worker has processed yet")
WAITING_DELIVERIES = _Count("meet_webhook_deliveries_waiting", "Webhook deliveries that have not arrived yet")
OPEN_MEETINGS = _Count("meet_meetings_open", "Meetings that are running")
FILES_AMISS = _Count(
    "meet_recording_files_amiss", "Files without a recording (orphan), recordings without their file (lost)", ["kind"]
)
RECORDED_BYTES = _Count("meet_recordings_bytes", "Size of all recordings together")
QUOTA_BYTES = _Count("meet_recordings_quota_bytes", "What that may be; 0: anything")
_METHODS = frozenset(HTTPMethod)
_TIMEOUT = 1.0
_STORAGE_IS_ASKED_EVERY = 30  # seconds


class MetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        # The route, not the path: ids would make a time series each.
        view = (match.view_name or match.route) if match else "none"
        # Anybody may invent methods, and each would make a time series as well.
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, view, response.status_code).observe(time.perf_counter() - began)
        return response


@csrf_exempt
def health(_request: HttpRequest) -> HttpResponse:
    """The contract's: any method, text `OK`."""
    return HttpResponse("OK", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """503 only without the database; what else is missing is reported as degraded. Details for operators only."""
    if _database() != "ok":
        return JsonResponse({"status": "unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    release_connection()
    parts = {
        "database": "ok",
        "broker": _broker(),
        "livekit": _livekit(),
        "storage": _storage(),
        "recorder": _recorder(),
    }
    answer: dict[str, Any] = {"status": "ok" if all(state == "ok" for state in parts.values()) else "degraded"}
    if _is_operator(request):
        answer["parts"] = parts
    return JsonResponse(answer)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unavailable"
    return "ok"


def _broker() -> str:
    try:
        if settings.REDIS_URL:
            with redis.Redis.from_url(
                settings.REDIS_URL, socket_connect_timeout=_TIMEOUT, socket_timeout=_TIMEOUT
            ) as client:
                client.ping()
        else:
            (settings.MEET_DATA_DIR / "broker" / "messages").stat()
    except (redis.RedisError, OSError):
        return "unavailable"
    return "ok"


def _livekit() -> str:
    try:
        answer = httpx.get(settings.LIVEKIT_HTTP_URL, timeout=_TIMEOUT, trust_env=False)
    except httpx.HTTPError:
        return "unavailable"
    return "ok" if answer.status_code == HTTPStatus.OK else "unavailable"


def _storage() -> str:
    state = _storage_in(int(time.monotonic() // _STORAGE_IS_ASKED_EVERY))
    if state != "ok" or not settings.MEET_RECORDING_QUOTA_GB:
        return state
    usage = quota.usage()
    if not usage.is_nearly_full:
        return state
    return "full" if usage.is_full else "nearly full"


@lru_cache(maxsize=1)
def _storage_in(_period: int) -> str:
    """Anybody may ask whether we are ready; not each of them shall make us write to the storage."""
    try:
        storage.probe()
    except storage.StorageError:
        return "unavailable"
    return "ok"


def _recorder() -> str:
    """Of an egress service nobody knows before it is asked to record."""
    if settings.MEET_RECORDER != "browser" or hosts_there(now=clock.now()):
        return "ok"
    return "unavailable"


def info(request: HttpRequest) -> JsonResponse:
    """For the holder of an API key, as in the contract."""
    if _api_key(request) is None:
        error = {"error": "Authentication Error", "message": "Unauthorized"}
        return JsonResponse(error, status=HTTPStatus.UNAUTHORIZED)
    return JsonResponse(
        {
            "service": settings.MEET_NAME_ID,
            "version": settings.MEET_VERSION,
            "gitCommit": settings.MEET_GIT_COMMIT,
            "buildDate": settings.MEET_BUILD_DATE,
            "edition": "ce",
            "apiVersion": "v1",
        }
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format; for loopback, an admin API key or MEET_METRICS_TOKEN as bearer (decisions.md 8)."""
    if not _is_operator(request):
        return JsonResponse(PATH_NOT_FOUND, status=HTTPStatus.NOT_FOUND)
    WAITING_EVENTS.set(InboundEvent.objects.filter(processed_at=None).count())
    WAITING_DELIVERIES.set(Delivery.objects.filter(status=Delivery.Status.PENDING).count())
    OPEN_MEETINGS.set(Meeting.objects.filter(ended_at=None).count())
    usage = quota.usage()
    RECORDED_BYTES.set(usage.used)
    QUOTA_BYTES.set(usage.quota)
    for kind in StoredFileFinding.Kind:
        FILES_AMISS.labels(kind.value).set(StoredFileFinding.objects.filter(kind=kind).count())
    return HttpResponse(generate_latest(_figures()), content_type=CONTENT_TYPE_LATEST)


def _figures() -> CollectorRegistry:
    """Those of this process, or of all web processes of this container (meet.supervisor.container)."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _is_operator(request: HttpRequest) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.MEET_METRICS_TOKEN and hmac.compare_digest(token.encode(), settings.MEET_METRICS_TOKEN.encode()):
        return True
    key = _api_key(request)
    return _is_local(request) or (key is not None and key.allows(Scope.ADMIN))


def _is_local(request: HttpRequest) -> bool:
    """Asked on this machine, not through a proxy that stands on it."""
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _api_key(request: HttpRequest) -> ApiKey | None:
    text = request.headers.get("X-API-KEY", "")
    return ApiKey.objects.matching(text, now=clock.now()) if text else None
