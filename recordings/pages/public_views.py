"""Recordings for whoever has a link, and for accounts outside of the console: the list of a room, and the player.

What opens a page comes in the address once and in the body of a POST from then on (decisions.md 5): the script keeps it
in the history entry. So these pages answer to both methods alike; a POST changes nothing except where it says so, and
counts a session only together with its CSRF token (decisions.md 4).
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor, Via
from meet.api.pagination import Page, page
from meet.appearance import themes
from meet.errors import DomainError, Forbidden, NotAuthenticated
from meet.htmx import is_by_htmx
from meet.lists import ROWS, asked_ids, if_changed
from meet.pages import error_page
from recordings import deletion
from recordings.listing import SORTS
from recordings.media_links import Purpose
from recordings.models import Recording
from recordings.pages.detail_views import share_context
from recordings.pages.public_credentials import keep_for_after_login, tried
from recordings.pages.public_errors import explanation_of
from recordings.pages.rows import Row
from recordings.visits import Credentials, RecordingVisit, name_of, recording_visit, room_visit
from rooms.access import Visitor, permissions_of
from rooms.permissions import Permission

Answer = Callable[[Credentials, datetime], HttpResponse]


@csrf_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@never_cache
@require_http_methods(["GET", "POST"])
def room_recordings(request: HttpRequest, room_id: str) -> HttpResponse:
    def answer(credentials: Credentials, now: datetime) -> HttpResponse:
        return _list(request, room_visit(room_id, credentials, now=now), now=now)

    return _answered(request, answer)


@csrf_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@never_cache
@require_http_methods(["GET", "POST"])
def recording(request: HttpRequest, recording_id: str) -> HttpResponse:
    def answer(credentials: Credentials, now: datetime) -> HttpResponse:
        return _player(request, recording_visit(recording_id, credentials, now=now), now=now)

    return _answered(request, answer, recording_id)


@csrf_exempt
@never_cache
@require_POST
def share(request: HttpRequest, recording_id: str) -> HttpResponse:
    """The share dialog. Whoever came by the recording's own link has nothing further to give."""

    def answer(credentials: Credentials, now: datetime) -> HttpResponse:
        visit = recording_visit(recording_id, credentials, now=now)
        if Permission.recordingPlay not in visit.room_permissions:
            raise Forbidden
        context = share_context(request, visit.recording, chosen=request.POST.get("kind"))
        context |= {"address": request.path, "is_public_page": True}
        return render(request, "recordings/_share_dialog.html", context)

    return _answered(request, answer, recording_id)


@csrf_exempt
@never_cache
@require_POST
def delete(request: HttpRequest, recording_id: str) -> HttpResponse:
    """What the page's script asks for when somebody has confirmed."""

    def answer(credentials: Credentials, now: datetime) -> HttpResponse:
        visit = recording_visit(recording_id, credentials, now=now, need=Permission.recordingDelete)
        deletion.delete(visit.recording, by=name_of(visit.visitor), now=now)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    return _answered(request, answer, recording_id)


# -- Pages -----------------------------------------------------------------------------------------------------------


def _list(request: HttpRequest, visitor: Visitor, *, now: datetime) -> HttpResponse:
    if is_by_htmx(request) and "ids" in request.POST:
        return _list_update(request, visitor, now=now)
    found = _found(visitor, request.POST.get("after") or request.GET.get("after", ""))
    context: dict[str, Any] = {
        "room": visitor.room,
        "rows": _rows(visitor, found.rows, now=now),
        "next_token": found.next_token,
        "in_room": True,
    }
    if is_by_htmx(request):
        return render(request, "recordings/_public_rows.html", context)
    return _page(request, "recordings/public_list.html", context)


def _found(visitor: Visitor, after: str) -> Page[Recording]:
    query = {"sortField": "startDate", "sortOrder": "desc", "maxItems": ROWS, "nextPageToken": after}
    return page([Recording.objects.visible().filter(room=visitor.room)], sorts=SORTS, query=query)


def _list_update(request: HttpRequest, visitor: Visitor, *, now: datetime) -> HttpResponse:
    """What changed by itself, to be swapped in place."""
    ids = asked_ids(request.POST.get("ids", ""))
    found = list(Recording.objects.visible().filter(room=visitor.room, recording_id__in=ids))
    context = {
        "rows": _rows(visitor, found, now=now),
        "gone": sorted(ids - {str(one.recording_id) for one in found}),
        "in_room": True,
    }
    return if_changed(request, render(request, "recordings/_statuses.html", context))


def _rows(visitor: Visitor, recordings: list[Recording], *, now: datetime) -> list[Row]:
    rows = []
    for one in recordings:
        one.room = visitor.room
        rows.append(_row(RecordingVisit(one, visitor, None), now=now))
    return rows


def _row(visit: RecordingVisit, *, now: datetime) -> Row:
    recording_id = visit.recording.recording_id

    def address(route: str, need: Permission) -> str:
        return reverse(route, args=[recording_id]) if need in visit.room_permissions else ""

    player = reverse("recording", args=[recording_id])
    return Row(
        visit.recording,
        visit.permissions,
        # Only the script can hand a secret over to another page of ours; without it the browser's own player will do.
        page_url=player if visit.is_by_account else visit.media_url(Purpose.PLAY, now=now) or player,
        file_url=visit.media_url(Purpose.DOWNLOAD, now=now) or "",
        share_url=address("recording-public-share", Permission.recordingPlay),
        delete_url=address("recording-public-delete", Permission.recordingDelete),
        follows=player,
    )


def _player(request: HttpRequest, visit: RecordingVisit, *, now: datetime) -> HttpResponse:
    row = _row(visit, now=now)
    context = {
        "row": row,
        "recording": visit.recording,
        "may_list": Permission.recordingList in visit.room_permissions,
        "console_url": _console_url(visit),
        "media_url": visit.media_url(Purpose.PLAY, now=now) if row.may_play else None,
        "is_public_page": True,
    }
    if is_by_htmx(request):
        return if_changed(request, render(request, "recordings/_detail_update.html", context))
    return _page(request, "recordings/public_recording.html", context)


def _console_url(visit: RecordingVisit) -> str:
    """Its page in the console, for whom the account alone opens that."""
    user = visit.visitor.user if visit.visitor else None
    if user is None:
        return ""
    may_play = Permission.recordingPlay in permissions_of(Actor(user, Via.SESSION), visit.recording.room)
    return reverse("recording-detail", args=[visit.recording.recording_id]) if may_play else ""


# -- What all of them share ------------------------------------------------------------------------------------------


def _answered(request: HttpRequest, answer: Answer, recording_id: str | None = None) -> HttpResponse:
    try:
        response = tried(request, answer, recording_id)
    except NotAuthenticated as error:
        response = _door(request, error, recording_id)
    except DomainError as error:
        response = _refusal(request, error, is_list=recording_id is None)
    # Browsers would name the whole address, secret and all, when they ask us for the page's files.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _door(request: HttpRequest, error: DomainError, recording_id: str | None) -> HttpResponse:
    """Nobody yet. The script may find the link in the history entry; else the way leads to the login, and a private
    link of a recording is kept until after it."""
    login = f"{reverse('account_login')}?next={request.path}"
    if recording_id and keep_for_after_login(request, recording_id) and request.method == "GET":
        return HttpResponseRedirect(login)
    status = HTTPStatus.OK if request.method == "GET" else error.status
    return _page(request, "recordings/public_door.html", {"login_url": login}, status=status)


def _refusal(request: HttpRequest, error: DomainError, *, is_list: bool) -> HttpResponse:
    explanation = explanation_of(error, is_list=is_list)
    if is_by_htmx(request) or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return error_page(request, error, explanation)
    context = {"explanation": explanation, "login_url": f"{reverse('account_login')}?next={request.path}"}
    response = _page(request, "recordings/public_error.html", context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
    """In the colours of the meeting, if it has a design of its own."""
    theme = themes.enabled()
    if theme:
        context |= {"theme": theme, "console_theme": theme.base_theme}
    return render(request, template, context, status=status)
