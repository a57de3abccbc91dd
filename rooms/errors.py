"""The refusals of rooms, in the contract's words (rest-api.md 0.3)."""

from http import HTTPStatus

from accounts import users
from meet.errors import DomainError

# Said by rooms of whoever is to become a member.
UserNotFound = users.UserNotFound


class RoomError(DomainError):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__("Room Error", status, message)


class RoomNotFound(RoomError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"Room '{room_id}' does not exist")


class RoomIsClosed(RoomError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Room '{room_id}' is closed and cannot be joined")


class RoomHasMeeting(RoomError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Room '{room_id}' has an active meeting")


class ExternalIdTaken(RoomError):
    """Ours: external ids are unique among the rooms of one owner."""

    def __init__(self, external_id: str, owner_id: str) -> None:
        message = f"External ID '{external_id}' is already used by another room of '{owner_id}'"
        super().__init__(HTTPStatus.CONFLICT, message)


class WrongSecret(RoomError):
    def __init__(self, room_id: str) -> None:
        message = f"Provided secret is not recognized for room '{room_id}'"
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class LinkIsDisabled(RoomError):
    """`role` is moderator, speaker or recording."""

    def __init__(self, room_id: str, role: str) -> None:
        kind = "recordings" if role == "recording" else f"role '{role}'"
        super().__init__(HTTPStatus.FORBIDDEN, f"Anonymous access in room '{room_id}' is disabled for {kind}")
        self.role = role


class MemberError(DomainError):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__("Room Member Error", status, message)


class MemberNotFound(MemberError):
    def __init__(self, room_id: str, member_id: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"Room member '{member_id}' not found in room '{room_id}'")


class AlreadyMember(MemberError):
    def __init__(self, room_id: str, user_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"User '{user_id}' is already a member of room '{room_id}'")


class NeedsNoMembership(MemberError):
    def __init__(self, room_id: str, user_id: str) -> None:
        message = (
            f"User '{user_id}' cannot be added as a member of room '{room_id}' because they are the room owner or "
            "an admin"
        )
        super().__init__(HTTPStatus.CONFLICT, message)


class MemberExternalIdTaken(MemberError):
    def __init__(self, room_id: str, external_id: str) -> None:
        message = f"External id '{external_id}' is already used by another member of room '{room_id}'"
        super().__init__(HTTPStatus.CONFLICT, message)


class MeetingNotFound(DomainError):
    def __init__(self, room_id: str) -> None:
        super().__init__("Meeting Error", HTTPStatus.NOT_FOUND, f"Room '{room_id}' has no meeting at the moment")


class ParticipantError(DomainError):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__("Participant Error", status, message)


class ParticipantNotFound(ParticipantError):
    def __init__(self, room_id: str, identity: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"Participant '{identity}' not found in room '{room_id}'")


class CannotBePromoted(ParticipantError):
    def __init__(self, room_id: str, identity: str) -> None:
        message = (
            f"Participant '{identity}' in room '{room_id}' cannot be promoted to moderator because they are not "
            "eligible for promotion"
        )
        super().__init__(HTTPStatus.CONFLICT, message)


class CannotBeDemoted(ParticipantError):
    def __init__(self, room_id: str, identity: str) -> None:
        message = (
            f"Participant '{identity}' in room '{room_id}' cannot be demoted because they are not a promoted moderator"
        )
        super().__init__(HTTPStatus.CONFLICT, message)


class NameMissing(MemberError):
    def __init__(self) -> None:
        message = (
            "participantName is required when joining a meeting and it cannot be inferred from member/user context"
        )
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class DeletionConflict(DomainError):
    """`code` is one of the conflict codes of rest-api.md 3.1."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, HTTPStatus.CONFLICT, message)
