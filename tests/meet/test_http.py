"""The one safe way to send a request to an address that a user chose."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
from pytest_django import Settings

from meet import http

Addresses = dict[str, list[str]]


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Addresses:
    """Names and their addresses; a name that is not there does not exist."""
    names: Addresses = {"hooks.example": ["192.0.2.7"]}

    def look_up(host: str, port: int, *_arguments: Any, **_options: Any) -> list[Any]:
        if host not in names:
            raise socket.gaierror(-2, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in names[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


@pytest.fixture
def router() -> Iterator[respx.Router]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def post(url: str) -> http.Outcome:
    return http.post(url, b"{}", headers={"X-Signature": "abc"})


@pytest.mark.parametrize(
    ("status", "is_success"), [(200, True), (204, True), (299, True), (302, False), (404, False), (500, False)]
)
def test_the_status_is_the_outcome(internet: Addresses, router: respx.Router, status: int, is_success: bool) -> None:
    router.post("http://192.0.2.7/in").respond(status)
    outcome = post("http://hooks.example/in")
    assert outcome.status == status
    assert outcome.is_success is is_success
    assert outcome.reason.startswith(str(status))


def test_the_request_goes_to_the_address_that_was_checked_under_the_name_that_was_given(
    internet: Addresses, router: respx.Router
) -> None:
    route = router.post("https://192.0.2.7:8443/in?x=1").respond(200)
    post("https://hooks.example:8443/in?x=1")
    request = route.calls.last.request
    assert request.headers["Host"] == "hooks.example:8443"
    assert request.headers["X-Signature"] == "abc"
    assert request.content == b"{}"
    assert request.extensions["sni_hostname"] == "hooks.example"


def test_an_address_of_version_six_works_as_well(internet: Addresses, router: respx.Router) -> None:
    internet["six.example"] = ["2001:db8::7"]
    router.post("http://[2001:db8::7]/").respond(200)
    assert post("http://six.example/").is_success


def test_credentials_in_the_address_are_not_passed_on_as_a_host(internet: Addresses, router: respx.Router) -> None:
    route = router.post(url__startswith="http://192.0.2.7").respond(200)
    post("http://user:password@hooks.example/")
    assert route.calls.last.request.headers["Host"] == "hooks.example"


def test_names_in_other_alphabets_are_names(internet: Addresses, router: respx.Router) -> None:
    internet["münchen.example"] = ["192.0.2.7"]
    route = router.post(url__startswith="http://192.0.2.7").respond(200)
    assert post("http://münchen.example:8080/ü").is_success
    assert route.calls.last.request.headers["Host"] == "xn--mnchen-3ya.example:8080"


def test_redirects_are_not_followed(internet: Addresses, router: respx.Router) -> None:
    router.post("http://192.0.2.7/").respond(302, headers={"Location": "http://192.0.2.7/secret"})
    secret = router.get("http://192.0.2.7/secret").respond(200)
    assert post("http://hooks.example/").status == 302
    assert not secret.called


class Unread(httpx.SyncByteStream):
    """A body that fails the test as soon as somebody reads it."""

    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("somebody reads")


def test_the_answers_body_is_never_read(internet: Addresses, router: respx.Router) -> None:
    router.post("http://192.0.2.7/").mock(return_value=httpx.Response(200, stream=Unread()))
    assert post("http://hooks.example/").is_success


# -- Forbidden networks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("networks", "addresses", "reached"),
    [
        ([], ["127.0.0.1"], "127.0.0.1"),
        ([], ["10.0.0.1"], "10.0.0.1"),
        (["10.0.0.0/8"], ["10.1.2.3"], None),
        (["10.0.0.0/8"], ["11.0.0.1"], "11.0.0.1"),
        (["10.0.0.0/8"], ["10.1.2.3", "192.0.2.7"], "192.0.2.7"),
        (["169.254.0.0/16"], ["169.254.169.254"], None),
        (["169.254.0.0/16"], ["::ffff:169.254.169.254"], None),
        (["fe80::/10"], ["fe80::1%eth0"], None),
        (["::1/128", "127.0.0.0/8"], ["::1", "127.0.0.1"], None),
    ],
)
def test_forbidden_networks_are_not_reached_by_any_spelling(
    internet: Addresses,
    router: respx.Router,
    settings: Settings,
    networks: list[str],
    addresses: list[str],
    reached: str | None,
) -> None:
    settings.MEET_WEBHOOK_FORBIDDEN_NETWORKS = networks
    internet["somewhere.example"] = addresses
    route = router.post(url__regex=".*").respond(200)
    outcome = post("http://somewhere.example/")
    if reached is None:
        assert outcome == http.Outcome(None, "Network error: the address is not allowed")
        assert not route.called
    else:
        assert route.calls.last.request.url.host == reached


# -- Reasons ---------------------------------------------------------------------------------------------------------

REASONS: list[tuple[Exception, str]] = [
    (httpx.ConnectTimeout("x"), "Request timed out after 5 seconds"),
    (httpx.ReadTimeout("x"), "Request timed out after 5 seconds"),
    (httpx.ConnectError("[Errno 111] Connection refused"), "Connection refused by server"),
    (httpx.ReadError("[Errno 104] Connection reset by peer"), "Connection reset by server"),
    (httpx.RemoteProtocolError("Server disconnected without sending a response."), "Connection reset by server"),
    (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] expired"), "SSL/TLS certificate error"),
    (httpx.ConnectError("No route to host"), "Network error: No route to host"),
    (httpx.RemoteProtocolError("illegal status line"), "Connection failed: illegal status line"),
    (ssl.SSLError("certificate has expired"), "SSL/TLS certificate error"),
]


@pytest.mark.parametrize(("error", "reason"), REASONS, ids=[reason for _, reason in REASONS])
def test_what_went_wrong_is_said_in_the_contracts_words(
    internet: Addresses, router: respx.Router, error: Exception, reason: str
) -> None:
    router.post("http://192.0.2.7/").mock(side_effect=error)
    outcome = post("http://hooks.example/")
    assert (outcome.status, outcome.reason, outcome.is_success) == (None, reason, False)


def test_a_name_that_does_not_exist_is_told(internet: Addresses) -> None:
    assert post("http://nowhere.example/").reason == "Domain name could not be resolved"


@pytest.mark.parametrize(
    "url", ["", "nonsense", "http://", "http://[", "http://x:99999/", "ftp://hooks.example/", "http://hooks.example:x/"]
)
def test_an_address_that_is_none_raises_nothing(internet: Addresses, url: str) -> None:
    outcome = post(url)
    assert outcome.status is None
    assert outcome.reason
