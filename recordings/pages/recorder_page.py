"""The page that recorders open: LiveKit Egress and the embedded one alike. It shows a meeting to whoever has a token of
LiveKit for it, and nothing without."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from meet.appearance import themes
from meet.environment import http_address

_MEDIA_SERVER = re.compile(r"(?:wss?|https?)://[A-Za-z0-9._-]+(?::[0-9]{1,5})?", re.ASCII)


@require_GET
def recorder(request: HttpRequest) -> HttpResponse:
    """Layout, url and token in the query are the script's to read."""
    answer = render(request, "recordings/recorder.html", {"theme": themes.enabled()})
    # Egress reaches the media server by an address of its own, which it names; the policy of other pages has ours.
    answer._csp_update = {"connect-src": _media_origins(request.GET.get("url", ""))}  # type: ignore[attr-defined]
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


def _media_origins(url: str) -> list[str]:
    """Its WebSocket and its HTTP origin: the client library asks the latter why the former failed."""
    origin = _MEDIA_SERVER.match(url)
    return [origin[0], http_address(origin[0])] if origin else []
