"""Reading what a visitor of a public page brings along."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from accounts import tokens
from accounts.authentication import has_csrf_token
from accounts.models import User
from meet import clock
from meet.limits import FAILED_SECRETS, client_of
from recordings.errors import WrongRecordingSecret
from recordings.models import Recording
from recordings.visits import Credentials
from rooms.errors import MemberNotFound, WrongSecret

# Private links of recordings that were opened before signing in, by recording.
_KEPT = "recording_secrets"
_MOST_KEPT = 20


def tried(
    request: HttpRequest, answer: Callable[[Credentials, datetime], HttpResponse], recording_id: str | None
) -> HttpResponse:
    """The answer for whoever asks. Who guesses secrets is stopped (decisions.md 8)."""
    now = clock.now()
    credentials = _credentials(request, recording_id, now=now)
    client = client_of(request)
    if credentials.secret is not None or credentials.recording_secret is not None:
        FAILED_SECRETS.check(client)
    try:
        return answer(credentials, now)
    except (WrongSecret, MemberNotFound, WrongRecordingSecret):
        FAILED_SECRETS.hit(client)
        raise


def _credentials(request: HttpRequest, recording_id: str | None, *, now: datetime) -> Credentials:
    given = request.POST if request.method == "POST" else request.GET
    user = _user(request, given.get("accessToken"), now=now)
    secret = given.get("recordingSecret")
    if secret is None and user and recording_id:
        secret = _kept(request, recording_id)
    return Credentials(user, given.get("secret"), secret)


def _user(request: HttpRequest, token: str | None, *, now: datetime) -> User | None:
    """By a token that a host page gave along, else by the session, which in a POST has to prove itself."""
    if token:
        return tokens.user_of(token, now=now)
    if not isinstance(request.user, User) or not request.user.is_active:
        return None
    return request.user if request.method == "GET" or has_csrf_token(request) else None


def _kept(request: HttpRequest, recording_id: str) -> str | None:
    """None for a link that has been replaced since."""
    secret = request.session.get(_KEPT, {}).get(recording_id)
    holds = secret and Recording.objects.filter(recording_id=recording_id, private_secret=secret).exists()
    return secret if holds else None


def keep_for_after_login(request: HttpRequest, recording_id: str) -> bool:
    """A private link leads to the login, and the login back to an address that does not have it any more."""
    given = request.POST if request.method == "POST" else request.GET
    secret = given.get("recordingSecret")
    if not secret:
        return False
    kept = {**request.session.get(_KEPT, {}), recording_id: secret}
    request.session[_KEPT] = dict(list(kept.items())[-_MOST_KEPT:])
    return True
