"""What stands on the wire between us and LiveKit: a stand-in for its API that tests make fail, and its webhooks."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
import jwt
import respx
from django.conf import settings
from google.protobuf.message import Message
from livekit.protocol import models
from livekit.protocol import room as room_service

Request = TypeVar("Request", bound=Message)


class Twirp:
    """LiveKit's API as far as a test says. A method without an answer fails the test that calls it."""

    def __init__(self, router: respx.Router) -> None:
        self._router = router
        self.base = settings.LIVEKIT_HTTP_URL

    def answers(self, method: str, answer: Message) -> respx.Route:
        """`method` is «Service/Method»."""
        return self._route(method).respond(200, content=answer.SerializeToString())

    def refuses(self, method: str, code: str, *, status: int = 500, message: str = "no") -> respx.Route:
        return self._route(method).respond(status, json={"code": code, "msg": message})

    def responds(self, method: str, status: int, content: bytes = b"") -> respx.Route:
        return self._route(method).respond(status, content=content)

    def raises(self, method: str, *errors: httpx.TransportError, then: Message | None = None) -> respx.Route:
        """Each of `errors` once, then `then`; without it the last error for ever."""
        outcomes: list[Any] = list(errors)
        if then is None:
            return self._route(method).mock(side_effect=outcomes[-1])
        return self._route(method).mock(side_effect=[*outcomes, httpx.Response(200, content=then.SerializeToString())])

    def is_down(self) -> respx.Route:
        return self._router.post(url__startswith=self.base).mock(side_effect=httpx.ConnectError("refused"))

    def is_content(self) -> respx.Route:
        """Every call succeeds, with a message in which nothing is set."""
        return self._router.post(url__startswith=self.base).respond(200, content=b"")

    def lets_rooms_be_made(self) -> respx.Route:
        return self.answers("RoomService/CreateRoom", models.Room(name="any", sid="RM_first"))

    def has_rooms(self, *rooms: models.Room) -> respx.Route:
        return self.answers("RoomService/ListRooms", room_service.ListRoomsResponse(rooms=rooms))

    def _route(self, method: str) -> respx.Route:
        return self._router.post(f"{self.base}/twirp/livekit.{method}")


def sent(route: respx.Route, kind: type[Request], *, index: int = -1) -> Request:
    """The protobuf message of a request that `route` has seen."""
    message = kind()
    message.ParseFromString(route.calls[index].request.content)
    return message


def sent_claims(route: respx.Route, *, index: int = -1) -> dict[str, Any]:
    """The claims of the token that a request carried, checked as LiveKit checks them."""
    scheme, token = route.calls[index].request.headers["Authorization"].split()
    assert scheme == "Bearer"
    claims: dict[str, Any] = jwt.decode(
        token, settings.LIVEKIT_API_SECRET, algorithms=["HS256"], issuer=settings.LIVEKIT_API_KEY
    )
    return claims


# -- Webhooks --------------------------------------------------------------------------------------------------------


def event_body(kind: str, room_id: str, *, sid: str = "RM_first", event_id: str = "EV_1", **more: Any) -> str:
    """A webhook's JSON as LiveKit writes it: camelCase, 64-bit integers as strings."""
    began = more.pop("began", None) or int(time.time())
    body: dict[str, Any] = {
        "event": kind,
        "room": {"sid": sid, "name": room_id, "emptyTimeout": 20, "creationTime": str(began)},
        "id": event_id,
        "createdAt": str(int(time.time())),
    }
    metadata = more.pop("metadata", json.dumps({"createdBy": settings.MEET_NAME_ID}))
    if metadata:
        body["room"]["metadata"] = metadata
    return json.dumps({**body, **more}, separators=(",", ":"))


def signature(
    body: str | bytes, *, key: str | None = None, secret: str | None = None, claims: Mapping[str, Any] | None = None
) -> str:
    """The Authorization header of LiveKit's webhooks: a bare JWT over the body's SHA-256, valid for five minutes."""
    raw = body.encode() if isinstance(body, str) else body
    now = int(time.time())
    content = {
        "iss": key or settings.LIVEKIT_API_KEY,
        "nbf": now,
        "exp": now + 300,
        "sha256": base64.b64encode(hashlib.sha256(raw).digest()).decode(),
        **(claims or {}),
    }
    return jwt.encode(content, secret or settings.LIVEKIT_API_SECRET, algorithm="HS256")
