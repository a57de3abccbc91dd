"""JWTs as the contract writes them (rest-api.md 4.1)."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from meet.errors import InvalidToken
from meet.livekit import tokens
from tests import jwts

NOW = datetime.now(UTC).replace(microsecond=123000)
HOUR = timedelta(hours=1)


def test_a_token_has_exactly_the_claims_that_were_given(settings: Settings) -> None:
    token = tokens.sign(ttl=HOUR, metadata={"a": 1}, now=NOW)
    claims, metadata = jwts.read(token)
    assert claims == {
        "iss": settings.LIVEKIT_API_KEY,
        "nbf": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "metadata": claims["metadata"],
    }
    assert metadata == {"iat": int(NOW.timestamp()) * 1000 + 123, "a": 1}


def test_subject_name_and_grant_are_there_if_given() -> None:
    token = tokens.sign(ttl=HOUR, metadata={}, now=NOW, subject="ann", name="Ann", video={"room": "r"})
    claims, _ = jwts.read(token)
    assert (claims["sub"], claims["name"], claims["video"]) == ("ann", "Ann", {"room": "r"})


def test_the_header_names_the_algorithm_and_nothing_else() -> None:
    assert jwt.get_unverified_header(tokens.sign(ttl=HOUR, metadata={}, now=NOW)) == {"alg": "HS256"}


def test_metadata_is_compact_json_with_its_letters_unescaped() -> None:
    claims, _ = jwts.read(tokens.sign(ttl=HOUR, metadata={"name": "Ünï 🎉"}, now=NOW))
    assert claims["metadata"].endswith(',"name":"Ünï 🎉"}')
    assert " :" not in claims["metadata"]


@given(
    st.dictionaries(st.text(min_size=1).filter(lambda key: key != "iat"), st.integers() | st.text() | st.booleans()),
    st.text(min_size=1),
)
def test_what_was_signed_is_what_is_read(metadata: dict[str, object], subject: str) -> None:
    claims = tokens.verified(tokens.sign(ttl=HOUR, metadata=metadata, now=NOW, subject=subject), now=NOW)
    assert {**claims.metadata, "iat": None} == {**metadata, "iat": None}
    assert claims.subject == subject
    assert claims.issued_at == NOW


def test_an_expired_token_is_refused_without_tolerance() -> None:
    now = datetime.now(UTC)
    token = tokens.sign(ttl=timedelta(seconds=5), metadata={}, now=now - timedelta(seconds=6))
    with pytest.raises(InvalidToken):
        tokens.verified(token, now=now)
    assert tokens.verified(token, now=now, leeway=timedelta(seconds=20)).metadata


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.verified(text, now=NOW)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3))
def test_metadata_that_is_no_object_is_refused(metadata: object) -> None:
    with pytest.raises(InvalidToken):
        tokens.verified(jwts.craft(json.dumps(metadata)), now=NOW)


@given(st.none() | st.booleans() | st.text() | st.floats() | st.lists(st.integers()) | st.integers(min_value=10**15))
def test_an_issue_time_that_is_none_is_refused(iat: object) -> None:
    """Booleans and whole floats count as the numbers that they are."""
    try:
        tokens.verified(jwts.craft({"iat": iat}), now=NOW)
    except InvalidToken:
        return
    assert isinstance(iat, bool | float | str)
    assert int(iat) < (NOW.timestamp() + 11) * 1000


def test_the_grant_of_a_join_token_has_exactly_the_keys_of_the_contract() -> None:
    assert tokens.join_grant(room="r", sources=[], may_send_data=False) == {
        "room": "r",
        "roomJoin": True,
        "canSubscribe": True,
        "canUpdateOwnMetadata": True,
        "canPublish": False,
        "canPublishSources": [],
        "canPublishData": False,
    }


def test_a_recorder_is_to_livekit_what_an_egress_is_and_to_us_nobody(settings: Settings) -> None:
    token = tokens.recorder_token("room-1", "EG_1", now=NOW)
    claims = jwt.decode(token, settings.LIVEKIT_API_SECRET, algorithms=["HS256"], issuer=settings.LIVEKIT_API_KEY)
    assert (claims["sub"], claims["kind"]) == ("EG_1", "egress")
    granted = {name for name, value in claims["video"].items() if value is True}
    assert granted == {"roomJoin", "canSubscribe", "hidden", "recorder"}
    assert claims["video"]["room"] == "room-1"
    with pytest.raises(InvalidToken):
        tokens.verified(token, now=NOW)
