"""Recordings in the console: the list, what changes in it by itself, and what is done with many at once."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.console import signed_in
from meet import lists
from meet.api.pagination import Page, page
from meet.htmx import is_by_htmx
from meet.names import name_key
from recordings import listing
from recordings.access import permissions_for_list, recordings_for, visible_recordings
from recordings.files import quota, serving
from recordings.files.archive import entry_of
from recordings.listing import SORTS, Filters
from recordings.models import IN_PROGRESS, Recording, RecordingStatus
from recordings.pages.forms import RecordingFilterForm
from recordings.pages.rows import Row
from rooms.models import Room
from rooms.permissions import Permission

_NARROWING = ("q", "status", "room", "since", "until")


@signed_in()
@require_GET
def recording_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page, or for «load more» only its further rows."""
    context = list_context(request, actor)
    if is_for_more(request):
        return render(request, "recordings/_rows.html", context)
    context |= {
        "total": lists.total(visible_recordings(actor)),
        "counted": lists.COUNTED,
        "live": _live(actor),
        "quota_notice": quota.notice() if actor.user.is_admin else "",
    }
    return render(request, "recordings/recording_list.html", context)


def is_for_more(request: HttpRequest) -> bool:
    return is_by_htmx(request) and bool(request.GET.get("after"))


def list_context(request: HttpRequest, actor: Actor, room: Room | None = None) -> dict[str, Any]:
    """What the list shows, of one `room` or of all."""
    filters = RecordingFilterForm(request.GET)
    filters.is_valid()
    chosen = filters.cleaned_data
    if room:
        chosen["room"] = ""
    found = _found(actor, chosen, room)
    rows = rows_for(actor, found.rows)
    narrowing = {name: request.GET[name] for name in _NARROWING if chosen.get(name)}
    order = {name: chosen[name] for name in ("sort", "order") if chosen.get(name)}
    return {
        "rows": rows,
        "room": room,
        "next_token": found.next_token,
        "next_page": (chosen.get("pages") or 1) + 1,
        "chosen": chosen,
        "sort": chosen.get("sort") or "startDate",
        "order": chosen.get("order") or "desc",
        # What a search keeps, and what a choice of days.
        "kept_by_search": [*order.items(), *((name, value) for name, value in narrowing.items() if name != "q")],
        "kept_by_days": [*order.items(), *((name, narrowing[name]) for name in ("q", "status") if name in narrowing)],
        "utc_offset": chosen.get("utc_offset") or 0,
        "statuses": RecordingStatus.choices,
        "is_filtered": bool(narrowing),
        "may_select": any(row.may_select for row in rows),
        "may_download_any": any(row.may_download for row in rows),
        "may_delete_any": any(Permission.recordingDelete in row.permissions for row in rows),
    }


def _found(actor: Actor, chosen: dict[str, Any], room: Room | None) -> Page[Recording]:
    status = RecordingStatus(chosen["status"]) if chosen.get("status") else None
    wanted = Filters(room=room.room_id if room else chosen.get("room") or None, status=status)
    scopes = listing.scopes(actor, wanted)
    if chosen.get("q"):
        scopes = [scope.filter(room_name_key__contains=name_key(chosen["q"])) for scope in scopes]
    if chosen.get("begin"):
        scopes = [scope.filter(started_at__gte=chosen["begin"]) for scope in scopes]
    if chosen.get("end"):
        scopes = [scope.filter(started_at__lt=chosen["end"]) for scope in scopes]
    query = {
        "sortField": chosen.get("sort") or "startDate",
        "sortOrder": chosen.get("order") or "desc",
        "maxItems": lists.rows_wanted(chosen),
        "nextPageToken": chosen.get("after", ""),
    }
    return page(scopes, sorts=SORTS, query=query, whole=listing.whole)


def rows_for(actor: Actor, recordings: Collection[Recording]) -> list[Row]:
    masks = permissions_for_list(actor, recordings)
    return [_row(recording, masks[recording.pk]) for recording in recordings]


def _row(recording: Recording, permissions: Permission) -> Row:
    def address(route: str, need: Permission) -> str:
        return reverse(route, args=[recording.recording_id]) if need in permissions else ""

    return Row(
        recording,
        permissions,
        page_url=address("recording", Permission.recordingPlay),
        file_url=address("recording-download", Permission.recordingDownload),
        share_url=address("recording-share", Permission.recordingPlay),
        delete_url=address("recording-delete", Permission.recordingDelete),
        detail_url=address("recording-detail", Permission.recordingPlay),
    )


def _live(actor: Actor) -> int:
    """How many of them are in progress: those that have a deadline."""
    ids: set[int] = set()
    for scope in visible_recordings(actor):
        running = scope.filter(deadline_at__isnull=False, status__in=IN_PROGRESS)
        ids.update(running.values_list("pk", flat=True))
    return len(ids)


@signed_in()
@require_GET
def statuses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The recordings in `ids` as they are by now, to be swapped in place; 304 when nothing changed. `counts` adds how
    many are in progress, and if it is «all», how many there are."""
    ids = lists.asked_ids(request.GET.get("ids", ""))
    found = {row.pk: row for scope in visible_recordings(actor) for row in _among(scope, ids)}
    counts = request.GET.get("counts")
    context = {
        "rows": rows_for(actor, found.values()),
        "gone": sorted(ids - {str(row.recording_id) for row in found.values()}),
        "in_room": "in_room" in request.GET,
        "may_select": "select" in request.GET,
        "live": _live(actor) if counts else None,
        "total": lists.total(visible_recordings(actor)) if counts == "all" else None,
        "counted": lists.COUNTED,
    }
    return lists.if_changed(request, render(request, "recordings/_statuses.html", context))


def _among(scope: Any, ids: Collection[str]) -> Any:
    return listing.whole(scope).filter(recording_id__in=ids)


@signed_in()
@require_POST
def recordings_zip(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Several files in one. By POST: so many ids are too long for an address."""
    found, _refusals = recordings_for(actor, request.POST.getlist("recordingIds"), need=Permission.recordingDownload)
    entries = [entry_of(recording) for recording in found.values() if recording.is_streamable]
    if not entries:
        messages.error(request, _("None of the chosen recordings can be downloaded."))
        return HttpResponseRedirect(reverse("recordings"))
    return serving.zipped(request, entries)
