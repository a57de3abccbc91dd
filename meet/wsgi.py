import gc
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meet.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_chunked_bodies(inner: Application) -> Application:
    """Django takes a body without Content-Length for an empty one. Clients that send in chunks, as .NET does, would
    get a room of defaults instead of theirs."""

    def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if is_chunked and environ.get("wsgi.input_terminated"):
            # One byte more than Django takes: it refuses that by itself.
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return inner(environ, start_response)

    return outer


application = with_chunked_bodies(get_wsgi_application())

# What every request needs is there before the first, and stays: the garbage collector walked through all of it again
# and again, and the request at hand waited for a tenth of a second.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
