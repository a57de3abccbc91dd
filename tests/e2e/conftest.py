"""Browsers on a running installation."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import servers

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# contract/livekit.md 4.3; without the background flags Chromium asks hosts that a closed machine refuses.
_FLAGS = [
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-gpu", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    program = os.environ.get("MEET_CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise servers.MissingServer("Chromium")
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    return {"executable_path": program, "args": [*_FLAGS, *sandbox]}


@pytest.fixture(scope="session")
def installation(servers_folder: Path) -> Iterator[servers.Installation]:
    """What `make run` starts, with its real livekit-server."""
    env = {"MEETING_DEPARTURE_TIMEOUT": "1s"}
    with servers.installation(servers_folder / "installation", env) as running:
        yield running


@pytest.fixture(scope="session")
def program(installation: servers.Installation) -> Iterator[httpx.Client]:
    """An integrator's program with the API key."""
    with installation.api() as client:
        yield client


@pytest.fixture(scope="session")
def console_url(installation: servers.Installation) -> str:
    return installation.url


@pytest.fixture(scope="session")
def base_url(console_url: str) -> str:
    """What relative addresses in tests begin with."""
    return console_url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB"}


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """`visitor()`: somebody with a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("#userId-input", servers.Installation.ADMIN)
    page.fill("#password-input", servers.Installation.PASSWORD)
    page.click("#login-button")
    page.wait_for_url("**/rooms")


@pytest.fixture
def signed_in_page(page: Page) -> Page:
    """The administrator's browser, at the list of rooms."""
    sign_in(page)
    return page
