"""The people of a room: members, and those in a meeting."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meet.db import KeyField
from meet.names import NAME_KEY_LENGTH, name_key
from rooms.models.room import LONGEST_EXTERNAL_ID, LONGEST_NAME, AccessLink, Meeting, Room
from rooms.permissions import MeetingRole, Permission


class Member(models.Model):
    """Somebody with a standing invitation: a user, or a guest known by name with a link of their own.

    The contract makes a guest's id its secret; `public_id` names the guest where others look (decisions.md 3).
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    guest_id = models.CharField(max_length=64, null=True)
    public_id = models.CharField(max_length=64, null=True)
    name = models.CharField(_("Name"), max_length=LONGEST_NAME)
    name_key = KeyField(max_length=NAME_KEY_LENGTH, editable=False)
    # What an integrator calls this member; nothing to us.
    external_id = models.CharField(max_length=LONGEST_EXTERNAL_ID, null=True)
    base_role = models.CharField(max_length=10, choices=MeetingRole)
    custom_permissions = models.JSONField(default=dict)
    effective_permissions = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    permissions_updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="user_is_member_once"),
            models.UniqueConstraint(fields=["guest_id"], name="guest_id_once"),
            models.UniqueConstraint(fields=["public_id"], name="public_id_once"),
            models.UniqueConstraint(fields=["room", "external_id"], name="member_external_id_in_room"),
            models.CheckConstraint(
                condition=(
                    Q(user__isnull=False, guest_id=None, public_id=None)
                    | Q(user=None, guest_id__isnull=False, public_id__isnull=False)
                ),
                name="member_is_user_or_guest",
            ),
        ]
        indexes = [
            models.Index(fields=["room", "created_at", "id"], name="member_room_created"),
            models.Index(fields=["room", "name_key", "id"], name="member_room_name"),
            # With what the lists of recordings ask of every membership; SQLite has no such columns.
            models.Index(fields=["user", "room"], include=["effective_permissions"], name="member_user_room"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def member_id(self) -> str:
        """The contract's id: the user's, or the guest's, which is a secret."""
        return self.user.user_id if self.user else str(self.guest_id)

    @property
    def permissions(self) -> Permission:
        return Permission(self.effective_permissions)


class Badge(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    MODERATOR = "moderator", _("Moderator")
    OTHER = "other", ""


class Admission(models.Model):
    """Who may be in the call, made when a join token is issued: the reservation of the name, the state of a promotion
    and the ban list in one. Tokens only repeat it; in doubt this row is right (decisions.md 1, 2)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="admissions", db_index=False)
    identity = models.CharField(max_length=100)
    name = models.CharField(max_length=110)
    name_key = KeyField(max_length=NAME_KEY_LENGTH, editable=False)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="admissions")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="admissions")
    # What they came through beside or instead of an account or an invitation: their rights follow from all three.
    link = models.ForeignKey(AccessLink, null=True, on_delete=models.SET_NULL, related_name="admissions")
    base_permissions = models.PositiveIntegerField()
    permissions = models.PositiveIntegerField()
    badge = models.CharField(max_length=10, choices=Badge)
    promoted = models.BooleanField(default=False)
    banned_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room", "identity"], condition=Q(released_at=None), name="identity_admitted_once"
            ),
            models.UniqueConstraint(
                fields=["room", "name_key"], condition=Q(released_at=None), name="name_admitted_once"
            ),
        ]
        indexes = [models.Index(fields=["room", "identity", "issued_at"], name="admission_identity")]

    def __str__(self) -> str:
        return f"{self.name} in {self.room_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def rights(self) -> Permission:
        """What the holder of its token may do. A promotion is for those who are there: it counts neither after they
        have left nor before they are back."""
        return Permission(self.base_permissions if self._is_promotion_asleep else self.permissions)

    @property
    def rank(self) -> Badge:
        return Badge.OTHER if self._is_promotion_asleep else Badge(self.badge)

    @property
    def _is_promotion_asleep(self) -> bool:
        return self.promoted and self.released_at is not None

    @property
    def is_stranger(self) -> bool:
        """Sent by an operator's own tool, whose token we did not issue; noted when they joined."""
        return self.expires_at == self.issued_at

    @property
    def public_identity(self) -> str:
        """The identity as others may see it: of a guest it can be the secret (decisions.md 3)."""
        member = self.member
        is_secret = member is not None and self.identity == member.guest_id
        return str(member.public_id) if member and is_secret else self.identity


class Participation(models.Model):
    """One connection of somebody admitted to a meeting, fed by LiveKit's events."""

    admission = models.ForeignKey(Admission, on_delete=models.CASCADE, related_name="participations")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="participations", db_index=False)
    sid = models.CharField(max_length=64)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    # When LiveKit was told what this connection may do: that it may not write its own metadata (decisions.md 1), and
    # the rights of its admission. Emptied when those change.
    restricted_at = models.DateTimeField(null=True)
    # For the sweep that repeats it: not before then, and how often in a row LiveKit did not answer.
    tell_again_at = models.DateTimeField(null=True)
    tell_failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sid"], name="participation_sid_once")]
        indexes = [
            models.Index(fields=["meeting", "joined_at"], name="participation_meeting"),
            models.Index(
                fields=["tell_failures", "joined_at"],
                condition=Q(left_at=None, restricted_at=None),
                name="participation_unrestricted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admission} ({self.sid})"


class CaptionListener(models.Model):
    """Somebody in the meeting who has captions switched on."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="caption_listeners")
    identity = models.CharField(max_length=256)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "identity"], name="listens_to_captions_once")]

    def __str__(self) -> str:
        return f"{self.identity} in {self.room_id}"


class CaptionAgent(models.Model):
    """A room that may have an agent dispatched to it. Whoever deals with LiveKit about that claims the row before."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="caption_agent")
    claimed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Captions of {self.room_id}"
