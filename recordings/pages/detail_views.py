"""One recording in the console: its page, its links, its end."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.console import signed_in
from meet import clock
from meet.errors import Forbidden
from meet.htmx import is_by_htmx
from meet.links import base_of
from recordings import deletion, share_links
from recordings.access import recording_for
from recordings.errors import NotStopped
from recordings.files.retention import deletes_on
from recordings.media_links import Purpose, media_url
from recordings.models import Recording
from recordings.pages.forms import ShareForm
from recordings.pages.list_views import rows_for
from recordings.pages.rows import Row
from recordings.share_links import Share, share_url
from rooms.errors import RoomHasMeeting
from rooms.permissions import Permission


@signed_in()
@never_cache
@require_GET
def recording_detail(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    """The page; for htmx, which looks whether an unfinished one has got further, only what may have changed."""
    recording = recording_for(actor, recording_id, need=Permission.recordingPlay)
    [row] = rows_for(actor, [recording])
    context = {
        "row": row,
        "recording": recording,
        "media_url": _media(actor, row, now=clock.now()),
        "events": recording.events.order_by("at", "id"),
        "deletes_on": deletes_on(recording),
    }
    template = "recordings/_detail_update.html" if is_by_htmx(request) else "recordings/recording_detail.html"
    return render(request, template, context)


def _media(actor: Actor, row: Row, *, now: datetime) -> str | None:
    if not row.may_play:
        return None
    return media_url(row.recording, for_=actor.user, purpose=Purpose.PLAY, now=now)


@signed_in()
@never_cache
@require_GET
def recording_download(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    """An address that stays, for a file whose address does not."""
    recording = recording_for(actor, recording_id, need=Permission.recordingDownload)
    url = media_url(recording, for_=actor.user, purpose=Purpose.DOWNLOAD, now=clock.now())
    return HttpResponseRedirect(url)


# -- Links -----------------------------------------------------------------------------------------------------------


@signed_in()
@never_cache
@require_GET
def recording_share(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    """The share dialog; without script a page of its own."""
    recording = recording_for(actor, recording_id, need=Permission.recordingPlay)
    context = share_context(request, recording, chosen=request.GET.get("kind"))
    context |= {
        "address": reverse("recording-share", args=[recording.recording_id]),
        "may_manage": recording.room.is_managed_by(actor.user),
    }
    template = "recordings/_share_dialog.html" if is_by_htmx(request) else "recordings/share.html"
    return render(request, template, context)


def share_context(request: HttpRequest, recording: Recording, *, chosen: str | None) -> dict[str, Any]:
    """`url` as soon as a kind of link is `chosen` that there is."""
    form = ShareForm({"kind": chosen})
    kind = Share(form.cleaned_data["kind"]) if form.is_valid() else None
    is_public = share_links.is_public(recording.room)
    if kind is Share.PUBLIC and not is_public:
        kind = None
    return {
        "recording": recording,
        "room": recording.room,
        "is_public": is_public,
        "kind": kind.value if kind else None,
        "preselected": kind.value if kind else (Share.PUBLIC if is_public else Share.PRIVATE).value,
        "url": share_url(recording, kind, base=base_of(request)) if kind else None,
    }


_LINKS_ON = gettext_lazy("Links to the recordings of this room work without an account.")
_LINKS_OFF = gettext_lazy("Links to the recordings of this room let nobody in without an account.")


@signed_in()
@require_POST
def recording_share_switch(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    """Public links of all recordings of the room, on or off."""
    recording = _managed(actor, recording_id)
    is_on = request.POST.get("public") == "on"
    try:
        share_links.switch(recording.room, on=is_on, now=clock.now())
    except RoomHasMeeting:
        messages.error(request, _("There is a meeting in the room. The links can be switched when it has ended."))
    else:
        messages.success(request, _LINKS_ON if is_on else _LINKS_OFF)
    return HttpResponseRedirect(_detail(recording))


@signed_in()
@require_http_methods(["GET", "POST"])
def recording_share_rotate(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    recording = _managed(actor, recording_id)
    if request.method != "POST":
        return render(request, "recordings/share_rotate.html", {"recording": recording})
    share_links.replace(recording, by=actor.user.name, now=clock.now())
    messages.success(request, _("The recording has new links. The old ones open nothing any more."))
    return HttpResponseRedirect(_detail(recording))


def _managed(actor: Actor, recording_id: str) -> Recording:
    """For whoever manages the room of it."""
    recording = recording_for(actor, recording_id, need=Permission.recordingPlay)
    if not recording.room.is_managed_by(actor.user):
        raise Forbidden
    return recording


def _detail(recording: Recording) -> str:
    return reverse("recording-detail", args=[recording.recording_id])


# -- The end ---------------------------------------------------------------------------------------------------------


@signed_in()
@require_http_methods(["GET", "POST"])
def recording_delete(request: HttpRequest, actor: Actor, recording_id: str) -> HttpResponse:
    """Deletion without script."""
    recording = recording_for(actor, recording_id, need=Permission.recordingDelete)
    if request.method != "POST":
        return render(request, "recordings/recording_delete.html", {"recording": recording})
    try:
        deletion.delete(recording, by=actor.user.name, now=clock.now())
    except NotStopped:
        messages.error(request, _("The recording is still going on. It can be deleted when it has ended."))
        return HttpResponseRedirect(_detail(recording))
    messages.success(request, _("The recording of «%(name)s» has been deleted.") % {"name": recording.room_name})
    return HttpResponseRedirect(reverse("recordings"))
