"""An installation that gives files of recordings to anybody who knows their keys, for benchmark and tests:
`gunicorn speed.media_app:application`."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import include, path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meet.settings")
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()

from recordings.files import serving  # noqa: E402 (Django comes first)
from recordings.files.archive import Entry  # noqa: E402


def media(request: HttpRequest, key: str) -> HttpResponseBase:
    """After a look into the database, as whoever asks who may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    wanted = serving.Media("bench", key, "recording.mp4", as_attachment="download" in request.GET)
    return serving.serve(request, wanted, may_redirect="redirect" in request.GET)


def zipped(request: HttpRequest) -> HttpResponseBase:
    now = datetime.now(UTC)
    return serving.zipped(request, [Entry(key, Path(key).name, now) for key in request.GET.getlist("key")])


def state(_request: HttpRequest) -> JsonResponse:
    """This process and the recordings that it has open."""
    folder = str(settings.MEET_RECORDINGS_DIR)
    return JsonResponse({"pid": os.getpid(), "files": [name for name in _open_files() if name.startswith(folder)]})


def _open_files() -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        # Other threads close files meanwhile.
        with suppress(OSError):
            yield str(link.readlink())


urlpatterns = [
    path("media/<path:key>", media),
    path("zip", zipped),
    path("state", state),
    path("", include("meet.urls")),
]
