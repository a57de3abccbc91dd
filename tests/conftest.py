"""Fixtures of all rings, and the cast: admin, olga (owner), max (member), stella (stranger), guest."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import respx
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from pytest_socket import disable_socket, enable_socket
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import ApiKey, Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from rooms.models import Room
from tests.factories import PASSWORD, make_room, make_user
from tests.livekit.wire import Twirp

__all__ = ["PASSWORD"]

_RINGS = {"workers": "worker", "media": "media", "e2e": "browser"}
_DATABASE = {"db", "transactional_db"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder of a test is its ring; the rest that uses the database are doors."""
    root = Path(__file__).parent
    for item in items:
        ring = _RINGS.get(item.path.relative_to(root).parts[0])
        if ring:
            item.add_marker(ring)
        elif {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())) or item.get_closest_marker(
            "django_db"
        ):
            item.add_marker("doors")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if any(item.get_closest_marker(ring) for ring in _RINGS.values()) or item.get_closest_marker("enable_socket"):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Iterator[None]:
    """WhiteNoise opens all of them whenever a client loads the middleware; each test has clients of its own."""
    listed: dict[str, Any] = {}
    list_them = WhiteNoiseMiddleware.add_files_from_finders

    def list_once(middleware: WhiteNoiseMiddleware) -> None:
        if not listed:
            list_them(middleware)
            listed.update(middleware.files)
        middleware.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", list_once)
        yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _fast_hashes(settings: Settings) -> None:
    """Argon2 takes its time on purpose; here it only reads what was made without a test."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]


@pytest.fixture
def rate_limits(settings: Settings) -> Iterator[None]:
    """Switched on, at the beginning of a window of theirs: no test runs into the next one."""
    settings.MEET_RATE_LIMITS = True
    window = 300
    with time_machine.travel((time.time() // window + 1) * window + 1):
        yield


@pytest.fixture
def twirp() -> Iterator[Twirp]:
    """LiveKit as the test wants it; nothing else can be reached."""
    with respx.mock(assert_all_called=False) as router:
        yield Twirp(router)


# -- The cast --------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(db: None) -> User:
    """The root admin."""
    return make_user("admin", role=Role.ADMIN)


@pytest.fixture
def olga(db: None) -> User:
    """A room manager who owns `room`."""
    return make_user("olga_", name="Olga", role=Role.ROOM_MANAGER)


@pytest.fixture
def max_(db: None) -> User:
    """A room member, to be invited."""
    return make_user("max__", name="Max")


@pytest.fixture
def stella(db: None) -> User:
    """A room manager without any relation to `room`."""
    return make_user("stella", role=Role.ROOM_MANAGER)


@pytest.fixture
def room(olga: User) -> Room:
    return make_room(olga)


@pytest.fixture
def api_key(admin: User) -> str:
    """The text of the default key."""
    return str(ApiKey.replace_default(by=admin, now=clock.now()).text)


class Api:
    """A program speaking JSON with the given headers."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.client = Client(headers=headers)

    def __getattr__(self, method: str) -> Any:
        call = getattr(self.client, method)

        def request(path: str, body: Any = None, **options: Any) -> Any:
            if body is not None:
                options.update(data=body, content_type="application/json")
            return call(path, **options)

        return request


AsUser = Callable[[User], Api]
Console = Callable[[User], Client]


@pytest.fixture
def api(api_key: str) -> Api:
    """With the API key."""
    return Api({"X-API-KEY": api_key})


@pytest.fixture
def anonymous() -> Api:
    return Api({})


@pytest.fixture
def as_user() -> AsUser:
    """`as_user(olga)`: a program with olga's access token."""

    def make(user: User) -> Api:
        return Api({"Authorization": f"Bearer {issue(user, TokenType.ACCESS, now=clock.now())}"})

    return make


@pytest.fixture
def console() -> Console:
    """`console(olga)`: olga's browser, signed in."""

    def make(user: User) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


def with_csrf_token(client: Client) -> dict[str, str]:
    """The header that a page sends with what it asks of the API; gives the browser the cookie that goes with it."""
    token = "a" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    return {"X-CSRFToken": token}


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """For servers that may run as another user, who must be able to come here."""
    with tempfile.TemporaryDirectory(prefix="meet-servers-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
