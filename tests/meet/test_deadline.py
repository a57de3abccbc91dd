"""A whole exchange has a limit, whatever the peer does in small steps."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from meet import http
from meet.deadline import DeadlineTransport

pytestmark = pytest.mark.enable_socket

Serve = Callable[[socket.socket], None]


@pytest.fixture
def peer() -> Iterator[Callable[[Serve], str]]:
    """`peer(serve)`: the address of somebody who treats each connection with `serve`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def start(serve: Serve) -> str:
        def accept() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=treat, args=(connection,), daemon=True).start()
            except OSError:
                return

        def treat(connection: socket.socket) -> None:
            with connection:
                try:
                    serve(connection)
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    listener.close()


def dribble(connection: socket.socket) -> None:
    """A header line now and then, never an end."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        time.sleep(0.1)
        connection.sendall(b"X-More: to come\r\n")


def answer(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    connection.shutdown(socket.SHUT_WR)
    # Closed with something unread, the connection would be reset before the answer has been heard.
    while connection.recv(4096):
        pass


def test_a_dribbling_peer_is_left_when_the_time_is_up(peer: Callable[[Serve], str]) -> None:
    url = peer(dribble)
    with httpx.Client(transport=DeadlineTransport(total=0.5, limits=httpx.Limits())) as client:
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            client.post(url, content=b"x")
        assert 0.4 < time.monotonic() - began < 2


def test_a_request_may_have_a_limit_of_its_own(peer: Callable[[Serve], str]) -> None:
    url = peer(dribble)
    with httpx.Client(transport=DeadlineTransport(total=60, limits=httpx.Limits())) as client:
        began = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            client.post(url, content=b"x", extensions={"total": 0.3})
        assert time.monotonic() - began < 2


def test_a_prompt_peer_is_heard_again_and_again(peer: Callable[[Serve], str]) -> None:
    url = peer(answer)
    with httpx.Client(transport=DeadlineTransport(total=5, limits=httpx.Limits())) as client:
        assert [client.post(url, content=b"x").status_code for _ in range(3)] == [204, 204, 204]


def test_a_webhook_to_a_name_with_several_addresses_tries_them_all(
    peer: Callable[[Serve], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = httpx.URL(peer(answer)).port
    both = [(socket.AF_INET6, 1, 6, "", ("::1", port, 0, 0)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: both)
    assert http.post(f"http://localhost:{port}/hook", b"{}", headers={}).is_success
