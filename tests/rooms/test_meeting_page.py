"""GET /room/<id>: the page behind access links, and the pages that say why not."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from meet.appearance import themes
from meet.appearance.models import BaseTheme
from meet.appearance.themes import Design
from rooms.models import AccessLink, Room
from tests.conftest import Console
from tests.factories import make_guest, secret_of


@pytest.fixture
def visitor() -> Client:
    return Client()


def open_room(client: Client, room: Room | str, query: str = "", prefix: str = "", **options: Any) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return client.get(f"{prefix}/room/{room_id}{query}", **options)


def config_of(answer: Any) -> dict[str, Any]:
    """What the page tells its script."""
    text = answer.content.decode()
    match = re.search(r'<script id="meet-config" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert match, text
    found: dict[str, Any] = json.loads(match[1])
    return found


def reason_of(answer: Any) -> str | None:
    match = re.search(r'class="error-page[^"]*"\s+data-reason="([^"]*)"', answer.content.decode())
    return match[1] if match else None


# -- The shell -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["moderator", "speaker"])
def test_a_link_opens_the_page_whose_source_does_not_repeat_it(visitor: Client, room: Room, role: str) -> None:
    secret = secret_of(room, role)
    answer = open_room(visitor, room, f"?secret={secret}")
    assert answer.status_code == 200
    assert secret not in answer.content.decode()
    assert not any(link.secret in answer.content.decode() for link in room.links.all())
    config = config_of(answer)
    assert config["roomId"] == room.room_id
    assert config["signedIn"] is False
    assert reason_of(answer) is None


@pytest.mark.parametrize("secret", ["right", "wrong"])
def test_the_address_is_not_repeated_to_anybody_not_even_to_us(visitor: Client, room: Room, secret: str) -> None:
    answer = open_room(visitor, room, f"?secret={secret_of(room) if secret == 'right' else 'wrong'}")
    assert answer["Referrer-Policy"] == "strict-origin"


def test_a_guests_own_link_opens_the_page_with_the_guests_name(visitor: Client, room: Room) -> None:
    guest = make_guest(room, "Gwen")
    answer = open_room(visitor, room, f"?secret={guest.guest_id}")
    assert answer.status_code == 200
    assert str(guest.guest_id) not in answer.content.decode()
    assert config_of(answer)["participantName"] == "Gwen"


def test_without_a_link_a_signed_out_visitor_gets_the_shell_and_the_way_to_the_login(
    visitor: Client, room: Room
) -> None:
    """A reload: the script finds the link in the history entry, or goes to the login (decisions.md 5)."""
    answer = open_room(visitor, room)
    assert answer.status_code == 200
    assert config_of(answer)["loginUrl"] == f"/login?next=/room/{room.room_id}"


def test_the_shell_tells_nobody_which_rooms_exist(visitor: Client, room: Room) -> None:
    known, unknown = open_room(visitor, room), open_room(visitor, "nowhere-1")
    assert known.status_code == unknown.status_code == 200


def test_a_signed_in_visitor_is_known_by_name(console: Console, olga: User, room: Room) -> None:
    config = config_of(open_room(console(olga), room))
    assert (config["signedIn"], config["userName"]) == (True, "Olga")
    assert config["csrfToken"]


def test_a_signed_out_visitor_gets_no_cookies(visitor: Client, room: Room) -> None:
    answer = open_room(visitor, room, f"?secret={secret_of(room)}")
    assert not answer.cookies
    assert config_of(answer)["csrfToken"] is None


def test_addresses_in_the_page_carry_the_prefix_of_the_request(visitor: Client, room: Room) -> None:
    config = config_of(open_room(visitor, room, prefix="/meet"))
    assert config["basePath"] == "/meet"
    assert config["loginUrl"] == f"/meet/login?next=/meet/room/{room.room_id}"
    assert config_of(open_room(visitor, room))["basePath"] == ""


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/bye", "https://example.org/bye"),
        ("/rooms", "/rooms"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("%20javascript:alert(1)", None),
        ("java%0Ascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_after_the_meeting_the_browser_only_goes_to_pages(
    visitor: Client, room: Room, url: str, kept: str | None
) -> None:
    answer = open_room(visitor, room, f"?leave-redirect-url={url}")
    assert config_of(answer)["leaveRedirectUrl"] == kept


def test_names_in_the_address_cannot_break_out_of_the_page(visitor: Client, room: Room) -> None:
    answer = open_room(visitor, room, "?participant-name=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer.content.decode()
    assert config_of(answer)["participantName"] == "</script><script>alert(1)</script>"


def test_a_design_of_ones_own_is_imposed_and_another_is_the_visitors_choice(visitor: Client, room: Room) -> None:
    assert config_of(open_room(visitor, room))["themeImposed"] is False
    themes.save(Design(enabled=True, base_theme=BaseTheme.DARK), now=clock.now())
    answer = open_room(visitor, room)
    assert config_of(answer)["themeImposed"] is True
    assert 'data-ov-theme="dark"' in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_speaks_the_browsers_language(visitor: Client, room: Room, language: str) -> None:
    answer = open_room(visitor, room, headers={"Accept-Language": language})
    assert f'<html lang="{language}"' in answer.content.decode()
    assert config_of(answer)["language"] == language


# -- Frames ----------------------------------------------------------------------------------------------------------


def frame_ancestors(answer: Any) -> str:
    directives: dict[str, str] = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    return directives["frame-ancestors"]


def test_the_meeting_may_stand_in_any_frame_and_no_other_page_may(
    visitor: Client, console: Console, olga: User, room: Room
) -> None:
    assert frame_ancestors(open_room(visitor, room)) == "*"
    assert "X-Frame-Options" not in open_room(visitor, room)
    for path in ("/login", "/nowhere"):
        assert frame_ancestors(visitor.get(path)) == "'none'"
    for path in ("/rooms", "/profile"):
        assert frame_ancestors(console(olga).get(path)) == "'none'"


def test_a_bad_link_in_a_frame_says_so_in_the_frame(visitor: Client, room: Room) -> None:
    assert frame_ancestors(open_room(visitor, room, "?secret=wrong")) == "*"


def test_the_page_runs_no_script_but_its_own(visitor: Client, room: Room) -> None:
    policy = open_room(visitor, room)["Content-Security-Policy"]
    [script] = [part for part in policy.split(";") if part.strip().startswith("script-src ")]
    assert "'unsafe-inline'" not in script
    assert "'unsafe-eval'" not in script


# -- Refusals --------------------------------------------------------------------------------------------------------


def test_a_wrong_link_is_refused_with_its_own_page(visitor: Client, room: Room) -> None:
    answer = open_room(visitor, room, "?secret=wrong")
    assert answer.status_code == 400
    assert reason_of(answer) == "invalid-room-secret"


def test_a_link_to_an_unknown_room_is_refused_with_its_own_page(visitor: Client, db: None) -> None:
    answer = open_room(visitor, "nowhere-1", "?secret=wrong")
    assert answer.status_code == 404
    assert reason_of(answer) == "invalid-room"


@pytest.mark.parametrize("secret", [f"guest-{'0' * 32}", "guest-", "guest-%00"])
def test_an_unknown_guest_is_refused_with_its_own_page(visitor: Client, room: Room, secret: str) -> None:
    answer = open_room(visitor, room, f"?secret={secret}")
    assert answer.status_code == 404
    assert reason_of(answer) == "invalid-member"


def test_a_link_that_is_off_is_refused_with_its_own_page(visitor: Client, room: Room) -> None:
    AccessLink.objects.update(enabled=False)
    answer = open_room(visitor, room, f"?secret={secret_of(room)}")
    assert answer.status_code == 403
    assert reason_of(answer) == "anonymous-access-disabled"


def test_too_many_wrong_links_are_refused_with_their_own_page(visitor: Client, room: Room, rate_limits: None) -> None:
    for _ in range(20):
        assert open_room(visitor, room, "?secret=wrong").status_code == 400
    answer = open_room(visitor, room, f"?secret={secret_of(room)}")
    assert answer.status_code == 429
    assert reason_of(answer) == "too-many-requests"
    assert int(answer["Retry-After"]) > 0


def test_a_closed_room_still_has_its_page(visitor: Client, room: Room) -> None:
    """The lobby says that it is closed; its recordings stay within reach."""
    Room.objects.update(closed_at=clock.now())
    assert open_room(visitor, room, f"?secret={secret_of(room)}").status_code == 200


@pytest.mark.parametrize("path", ["%00", "a%00b", "x" * 10_240, "%F0%9F%8E%89", "..", "%FF"])
def test_an_odd_id_with_a_link_is_an_unknown_room(visitor: Client, db: None, path: str) -> None:
    assert open_room(visitor, path, "?secret=x").status_code == 404
    assert open_room(visitor, path).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_page_is_only_read(visitor: Client, room: Room, method: str) -> None:
    assert getattr(visitor, method)(f"/room/{room.room_id}").status_code == 405
