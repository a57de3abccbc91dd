"""Rooms in the console."""

from http import HTTPStatus
from typing import Any

import segno
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.console import signed_in
from accounts.models import Role
from meet import clock, lists
from meet.api.pagination import Page, page
from meet.errors import Forbidden
from meet.htmx import is_by_htmx
from meet.links import base_of
from meet.names import name_key
from rooms import lifecycle
from rooms.access import Need, permissions_in, permissions_of, room_for, visible_rooms
from rooms.deletion import Decision, Policy
from rooms.errors import DeletionConflict
from rooms.forms import DeletionForm, RoomFilterForm, RoomForm
from rooms.listing import SORTS, whole
from rooms.models import AccessLink, Meeting, MeetingPolicy, Participation, RecordingsPolicy, Room, RoomStatus
from rooms.permissions import Permission
from rooms.representation import link_url, room_url


@signed_in()
@require_GET
def room_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page, or for «load more» only its further rows."""
    filters = RoomFilterForm(request.GET)
    filters.is_valid()
    chosen = filters.cleaned_data
    found = _found(actor, chosen)
    context: dict[str, Any] = {
        "rows": _rows(actor, found.rows),
        "next_token": found.next_token,
        "next_page": (chosen.get("pages") or 1) + 1,
    }
    if is_by_htmx(request) and chosen.get("after"):
        return render(request, "rooms/_room_rows.html", context)
    context |= {
        "chosen": chosen,
        "sort": chosen.get("sort") or "creationDate",
        "order": chosen.get("order") or "desc",
        # What a new search keeps.
        "kept": [(name, chosen[name]) for name in ("status", "sort", "order") if chosen.get(name)],
        "statuses": RoomStatus.choices,
        "is_filtered": bool(chosen.get("q") or chosen.get("status")),
        "may_create": actor.user.may_create_rooms,
        "may_select": any(row["may_manage"] for row in context["rows"]),
        "total": lists.total(visible_rooms(actor)),
        "counted": lists.COUNTED,
        "live": _live(actor),
        **_deletion_context(),
    }
    return render(request, "rooms/room_list.html", context)


def _found(actor: Actor, chosen: dict[str, Any]) -> Page[Room]:
    scopes = visible_rooms(actor)
    if chosen.get("status"):
        scopes = [scope.in_status(RoomStatus(chosen["status"])) for scope in scopes]
    if chosen.get("q"):
        scopes = [scope.filter(name_key__contains=name_key(chosen["q"])) for scope in scopes]
    query = {
        "sortField": chosen.get("sort") or "creationDate",
        "sortOrder": chosen.get("order") or "desc",
        "maxItems": lists.rows_wanted(chosen),
        "nextPageToken": chosen.get("after", ""),
    }
    return page(scopes, sorts=SORTS, query=query, whole=whole)


def _rows(actor: Actor, rooms: list[Room]) -> list[dict[str, Any]]:
    masks = permissions_in(actor, rooms)
    people = _people(rooms)
    return [
        {
            "room": room,
            "people": people.get(room.pk, 0),
            "is_mine": room.owner_id == actor.user.pk,
            "may_manage": room.is_managed_by(actor.user),
            "may_share": Permission.roomShareAccessLinks in masks[room.pk],
            "may_join": Permission.meetingJoin in masks[room.pk] and room.status is not RoomStatus.CLOSED,
        }
        for room in rooms
    ]


def _people(rooms: list[Room]) -> dict[int, int]:
    """How many are in the running meetings of `rooms`, by primary key."""
    live = [room.pk for room in rooms if room.status is RoomStatus.ACTIVE_MEETING]
    if not live:
        return {}
    present = Participation.objects.filter(meeting__room__in=live, meeting__ended_at=None, left_at=None)
    return dict(present.values_list("meeting__room").annotate(Count("admission", distinct=True)))


def _live(actor: Actor) -> int:
    """How many of them are in a meeting. Asked of the meetings: those that run are few, whatever the rooms."""
    running = Meeting.objects.filter(ended_at=None)
    ids: set[int] = set()
    for scope in visible_rooms(actor):
        ids.update(running.filter(room__in=scope).values_list("room__pk", flat=True))
    return len(ids)


@signed_in()
@require_GET
def statuses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changes by itself about the rooms in `ids`, to be swapped in place; 304 when nothing did. `counts` adds how
    many rooms are live, and if it is «all», how many there are."""
    ids = lists.asked_ids(request.GET.get("ids", ""))
    rooms: dict[int, Room] = {}
    for scope in visible_rooms(actor):
        found = whole(scope).filter(room_id__in=ids)
        rooms.update({room.pk: room for room in found})
    counts = request.GET.get("counts")
    context = {
        "rows": _rows(actor, list(rooms.values())),
        "gone": sorted(ids - {room.room_id for room in rooms.values()}),
        "live": _live(actor) if counts else None,
        "total": lists.total(visible_rooms(actor)) if counts == "all" else None,
        "counted": lists.COUNTED,
        "join_classes": "btn-sm" if counts else "btn-primary",
    }
    return lists.if_changed(request, render(request, "rooms/_room_statuses.html", context))


@signed_in(Role.ADMIN, Role.ROOM_MANAGER)
@require_http_methods(["GET", "POST"])
def room_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        room = lifecycle.create(form.wish(), owner=actor.user, now=clock.now())
        if "join" in request.POST:
            return HttpResponseRedirect(reverse("meeting", args=[room.room_id]))
        messages.success(request, _("The room «%(name)s» is ready.") % {"name": room.name})
        return HttpResponseRedirect(reverse("room-detail", args=[room.room_id]) + "?share")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "rooms/room_new.html", {"form": form}, status=status)


def detail_context(request: HttpRequest, actor: Actor, room: Room) -> dict[str, Any]:
    """What the page of a room shows above its tabs; the page as a whole belongs to who knows all of them."""
    [row] = _rows(actor, [room])
    return {**row, "links": _links(request, actor, room), **_deletion_context()}


@signed_in()
@require_GET
def share(request: HttpRequest, actor: Actor, room_id: str) -> HttpResponse:
    """The share dialog; without script a page of its own."""
    room = room_for(actor, room_id, need=Need.SEE)
    template = "rooms/_share_dialog.html" if is_by_htmx(request) else "rooms/share.html"
    return render(request, template, {"room": room, "links": _links(request, actor, room)})


def _links(request: HttpRequest, actor: Actor, room: Room) -> list[dict[str, Any]]:
    """What may be shared, by whom it lets in: the address for accounts, then the links without one."""
    base = base_of(request)
    shown: list[dict[str, Any]] = [
        {"kind": "user", "url": room_url(room, base=base), "enabled": True, "is_open": room.user_access}
    ]
    if Permission.roomShareAccessLinks in permissions_of(actor, room):
        links = {link.role: link for link in room.contract_links}
        shown += [
            {"kind": role, "url": link_url(links[role], room=room, base=base), "enabled": links[role].enabled}
            for role in (AccessLink.Role.SPEAKER.value, AccessLink.Role.MODERATOR.value)
        ]
    return shown


@signed_in()
@require_GET
def link_qr(request: HttpRequest, actor: Actor, room_id: str, kind: str) -> HttpResponse:
    """A link as a picture, always dark on white."""
    room = room_for(actor, room_id, need=Need.SEE)
    url = next((link["url"] for link in _links(request, actor, room) if link["kind"] == kind), None)
    if url is None:
        raise Forbidden
    answer = HttpResponse(content_type="image/svg+xml")
    # segno writes bytes here, whatever its annotation says.
    segno.make(url, error="m").save(answer, kind="svg", scale=4, dark="#000", light="#fff", border=2)  # type: ignore[arg-type]
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in(Role.ADMIN, Role.ROOM_MANAGER)
@require_http_methods(["GET", "POST"])
def room_delete(request: HttpRequest, actor: Actor, room_id: str) -> HttpResponse:
    """Deletion without script: first with no policy, then, if that conflicts, with the policies chosen here."""
    room = room_for(actor, room_id, need=Need.MANAGE)
    form = DeletionForm(request.POST if "with_meeting" in request.POST else None, initial=_GENTLE)
    conflict = None
    if request.method == "POST":
        policy = Policy()
        if form.is_bound and form.is_valid():
            chosen = form.cleaned_data
            policy = Policy(MeetingPolicy(chosen["with_meeting"]), RecordingsPolicy(chosen["with_recordings"]))
        try:
            decision = lifecycle.delete(room, policy, now=clock.now())
        except DeletionConflict as error:
            conflict = error
        else:
            messages.success(request, outcome(decision, room))
            return HttpResponseRedirect(reverse("rooms"))
    context = {"room": room, "form": form, "conflict": conflict}
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
    return render(request, "rooms/room_delete.html", context, status=status)


_GENTLE = {"with_meeting": MeetingPolicy.WHEN_MEETING_ENDS, "with_recordings": RecordingsPolicy.CLOSE}


def _deletion_context() -> dict[str, Any]:
    """What the dialogs of a deletion by script need."""
    return {"deletion_form": DeletionForm(initial=_GENTLE), "deletion_texts": _outcomes()}


def outcome(decision: Decision, room: Room) -> str:
    """What a deletion did, as a sentence for people."""
    return _outcomes()[decision.code] % {"name": room.name}


def _outcomes() -> dict[str, str]:
    """By the contract's success codes."""
    return {
        "room_deleted": _("The room «%(name)s» has been deleted."),
        "room_with_active_meeting_deleted": _("The meeting has been ended and the room «%(name)s» deleted."),
        "room_with_active_meeting_scheduled_to_be_deleted": _(
            "The room «%(name)s» will be deleted when its meeting ends."
        ),
        "room_and_recordings_deleted": _("The room «%(name)s» and its recordings have been deleted."),
        "room_closed": _("The room «%(name)s» has been closed: it has recordings."),
        "room_with_active_meeting_and_recordings_deleted": _(
            "The meeting has been ended; the room «%(name)s» and its recordings have been deleted."
        ),
        "room_with_active_meeting_closed": _(
            "The meeting has been ended and the room «%(name)s» closed: it has recordings."
        ),
        "room_with_active_meeting_and_recordings_scheduled_to_be_deleted": _(
            "The room «%(name)s» and its recordings will be deleted when its meeting ends."
        ),
        "room_with_active_meeting_scheduled_to_be_closed": _(
            "The room «%(name)s» will be closed when its meeting ends: it has recordings."
        ),
    }
