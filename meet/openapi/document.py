"""The whole document."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from rest_framework.test import APIRequestFactory

from meet.openapi.parts import INTRODUCTION, TITLE, shared_components
from meet.openapi.refusals import common_refusals

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.json"


class _Endpoints(EndpointEnumerator):
    def get_api_endpoints(self, patterns: Any = None, prefix: str = "") -> list[Any]:
        """Without what an older dialect finds under the other prefix as well."""
        found: list[Any] = super().get_api_endpoints(patterns, prefix)
        public = {callback for path, _regex, _method, callback in found if path.startswith("/api/")}
        return [one for one in found if one[0].startswith("/api/") or one[3] not in public]

    def get_path_from_regex(self, path_regex: str) -> str:
        """The last slash may be left out, so the document does. Names are spelt as everywhere on the wire."""
        path: str = super().get_path_from_regex(re.sub(r"/\?\$\Z", "", path_regex))
        return re.sub(r"_([a-z])(?=[^{}]*})", lambda letter: letter[1].upper(), path).rstrip("/")


class _Generator(SchemaGenerator):
    endpoint_inspector_cls = _Endpoints

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        """Our views ask for the method before there is a request of DRF's."""
        view = super().create_view(callback, method, request)
        view.request = APIRequestFactory().generic(method, "/")
        return view


@cache
def document() -> dict[str, Any]:
    """Made once in the life of a process: it follows from the code and the settings."""
    found: dict[str, Any] = _Generator().get_schema(public=True)
    for kind, named in {**shared_components(), "responses": common_refusals()}.items():
        found["components"][kind] = dict(sorted(named.items()))
    found["info"] |= {
        "title": TITLE,
        "version": settings.MEET_VERSION,
        "description": INTRODUCTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    tags = sorted({tag for path in found["paths"].values() for one in path.values() for tag in one["tags"]})
    found["tags"] = [{"name": tag} for tag in sorted(tags, key=lambda tag: (tag.startswith("internal"), tag))]
    found["servers"] = [{"url": "/"}]
    return found


def served(base: str) -> dict[str, Any]:
    """As `base` serves it."""
    return {**document(), "servers": [{"url": base}]}


def text() -> str:
    """As it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
