"""The document, two ways of reading it, and the beginning of the API."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.response import Response

from meet.api.describing import URL, Component, describes
from meet.api.renderers import JSONRenderer
from meet.api.views import ApiView
from meet.limits import STATIC, client_of
from meet.links import base_of
from meet.openapi import document

ROOT = "/api/v1"
_REFERENCES = ("openapi.json", "docs", "redoc")


class DocumentView(ApiView):
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    limiter = STATIC
    operation = "describing the API"
    # It is about rooms, but holds none.
    has_dialects = False

    @describes("getOpenApi", "Get this document", answers={200: {"type": "object", "required": ["openapi", "paths"]}})
    def get(self, request: Request) -> Response:
        return Response(document.served(base_of(request._request)))


class RootView(ApiView):
    """The lists that one can begin with, and where they are explained."""

    permission_classes = ()
    operation = "listing the API"

    @describes(
        "getRoot",
        "See what there is",
        answers={
            200: Component(
                "Root",
                {"type": "object", "additionalProperties": URL},
                {"rooms": f"https://meet.example.org{ROOT}/rooms", "docs": f"https://meet.example.org{ROOT}/docs"},
            )
        },
    )
    def get(self, request: Request) -> Response:
        base = base_of(request._request) + ROOT
        names = [*_collections(), *_REFERENCES]
        return Response({name: f"{base}/{name}" for name in names})

    def get_view_name(self) -> str:
        return "API"


def _collections() -> list[str]:
    readable = (path for path, methods in document.document()["paths"].items() if "get" in methods)
    names = (path.removeprefix(f"{ROOT}/") for path in readable)
    return [name for name in names if "/" not in name and name not in _REFERENCES]


def swagger(request: HttpRequest) -> HttpResponse:
    return _page(request, "openapi/swagger.html")


def internal_swagger(request: HttpRequest) -> HttpResponse:
    """The same under the other prefix, for those who work on it."""
    if not settings.DEBUG:
        raise Http404
    return swagger(request)


# ReDoc makes its styles while it runs, and knows no nonce.
@csp_replace({"style-src": [SELF, UNSAFE_INLINE]})
def redoc(request: HttpRequest) -> HttpResponse:
    return _page(request, "openapi/redoc.html")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    headers = STATIC.hit(client_of(request))
    response = render(request, template)
    for name, value in headers.items():
        response[name] = value
    return response
