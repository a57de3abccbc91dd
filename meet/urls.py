"""The site map. Everything is served at the root and under MEET_BASE_PATH alike (meet.prefix)."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

import accounts.api_urls
import meet.appearance.api_urls
import meet.openapi.urls
import meet.webhooks.api_urls
import recordings.api.urls
import rooms.api.urls
from meet import health
from meet.openapi.views import RootView

public_api = [
    *accounts.api_urls.public,
    *rooms.api.urls.public,
    *recordings.api.urls.public,
    *meet.openapi.urls.public,
]
internal_api = [
    *accounts.api_urls.internal,
    *rooms.api.urls.internal,
    *recordings.api.urls.internal,
    *meet.appearance.api_urls.internal,
    *meet.webhooks.api_urls.internal,
    *meet.openapi.urls.internal,
]

urlpatterns = [
    path("api/v1", RootView.as_view()),
    path("api/v1/", include(public_api)),
    path("internal-api/v1/", include(internal_api)),
    path("livekit/", include("meet.livekit.urls")),
    path("health", health.health, name="health"),
    path("healthz", health.health, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("info", health.info, name="info"),
    path("metrics", health.metrics, name="metrics"),
    # Anybody may change the language of anybody's browser: no harm, and it works in frames without cookies.
    path("language", csrf_exempt(set_language), name="set_language"),
    path("", include("meet.appearance.urls")),
    path("", include("meet.webhooks.urls")),
    path("", include("accounts.urls")),
    path("", include("rooms.urls")),
    path("", include("recordings.urls")),
]

handler404 = "meet.pages.not_found"
handler500 = "meet.pages.server_error"
