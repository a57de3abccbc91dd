"""What the console's lists share: how many rows, how many there are, and what changes in them by itself."""

import hashlib
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import quote_etag

ROWS = 50
# Of those that were loaded before somebody went elsewhere and came back.
_MOST_PAGES = 20
# Counting a million rows takes a tenth of a second; nobody reads the last digits (decisions.md 13).
COUNTED = 10_000


def rows_wanted(chosen: dict[str, Any]) -> int:
    """Those of one page behind `after`, or of as many `pages` as were loaded already."""
    return ROWS if chosen.get("after") else ROWS * min(chosen.get("pages") or 1, _MOST_PAGES)


def total(scopes: Collection[QuerySet[Any]]) -> int:
    """How many rows there are in `scopes`, which may overlap; beyond `COUNTED` no more than that there are more."""
    keys: set[int] = set()
    for scope in scopes:
        keys.update(scope.values_list("pk", flat=True)[: COUNTED + 1])
    return len(keys)


def asked_ids(text: str) -> set[str]:
    """Of the rows that a page shows, separated by commas."""
    return set(text.replace("\0", "").split(",")[: 2 * ROWS])


def if_changed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """304 in place of `answer` for whoever has it already."""
    etag = quote_etag(hashlib.blake2b(answer.content, digest_size=16).hexdigest())
    if answer.status_code == HTTPStatus.OK and request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    answer["ETag"] = etag
    return answer
