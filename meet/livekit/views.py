from http import HTTPStatus

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from meet import clock
from meet.hurry import hurry
from meet.livekit import inbox, tasks

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """200 for whatever cannot be or need not be stored; 503 makes LiveKit send it again (decisions.md 18)."""
    try:
        event = inbox.receive(request.body, request.headers.get("Authorization", ""), now=clock.now())
    except DatabaseError:
        log.exception("LiveKit event not stored")
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    if event is not None:
        hurry(tasks.process, event.pk)
    return HttpResponse()
