"""The page of a room in the console, with what this package adds to it: its recordings, and how it is recorded."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.console import signed_in
from meet import clock
from recordings import room_settings
from recordings.models import Recording
from recordings.pages.forms import RoomRecordingForm
from recordings.pages.list_views import is_for_more, list_context
from rooms.access import Need, permissions_of, room_for
from rooms.errors import RoomHasMeeting
from rooms.models import Room
from rooms.permissions import Permission
from rooms.views import detail_context


@signed_in()
@require_GET
def room_detail(request: HttpRequest, actor: Actor, room_id: str) -> HttpResponse:
    room = room_for(actor, room_id, need=Need.SEE)
    may_list = Permission.recordingList in permissions_of(actor, room)
    context = list_context(request, actor, room) if may_list else {}
    if may_list and is_for_more(request):
        return render(request, "recordings/_rows.html", context)
    return render(request, "recordings/room_detail.html", context | _page(request, actor, room, may_list=may_list))


@signed_in()
@require_http_methods(["GET", "POST"])
def room_recording_settings(request: HttpRequest, actor: Actor, room_id: str) -> HttpResponse:
    """How the room is recorded and who may watch, for whoever manages it."""
    room = room_for(actor, room_id, need=Need.MANAGE)
    is_encrypted = room.config["e2ee"]["enabled"]
    form = RoomRecordingForm(
        request.POST if request.method == "POST" else None,
        current=room_settings.settings_of(room),
        is_encrypted=is_encrypted,
    )
    is_busy = False
    if request.method == "POST" and form.is_valid():
        try:
            room_settings.change(room, form.wish(), now=clock.now())
        except RoomHasMeeting:
            is_busy = True
        else:
            messages.success(request, _("The recording settings have been saved."))
            return HttpResponseRedirect(reverse("room-recording-settings", args=[room.room_id]))
    context = {"form": form, "is_encrypted": is_encrypted, "is_busy": is_busy}
    status = HTTPStatus.CONFLICT if is_busy else HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = context | _page(request, actor, room, may_list=True)
    return render(request, "recordings/room_settings.html", page, status=status)


def _page(request: HttpRequest, actor: Actor, room: Room, *, may_list: bool) -> dict[str, Any]:
    """What stands around the tabs, and on them."""
    count = Recording.objects.visible().filter(room=room).count() if may_list else None
    return detail_context(request, actor, room) | {"may_list": may_list, "recording_count": count}
