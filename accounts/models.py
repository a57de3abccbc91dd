"""Who may act: users with a role, and API keys that act as the root admin."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxLengthValidator, MinLengthValidator, RegexValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meet import clock, keystore
from meet.db import KeyField
from meet.names import NAME_KEY_LENGTH, name_key

USER_ID_PATTERN = r"^[a-z0-9_]+\Z"
# As much of a key as people need to tell it from others.
_PREFIX_LENGTH = 10


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    ROOM_MANAGER = "room_manager", _("Room manager")
    ROOM_MEMBER = "room_member", _("Room member")


class Scope(models.TextChoices):
    """What an API key may be for; `admin` is everything. Writing does not include reading."""

    ROOMS_READ = "rooms:read"
    ROOMS_WRITE = "rooms:write"
    RECORDINGS_READ = "recordings:read"
    RECORDINGS_WRITE = "recordings:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    ADMIN = "admin"


class UserManager(BaseUserManager["User"]):
    def create_user(
        self,
        *,
        user_id: str,
        name: str,
        role: Role,
        password: str | None,
        must_change_password: bool,
        now: datetime | None = None,
    ) -> "User":
        moment = now or clock.now()
        user = self.model(
            user_id=user_id,
            name=name,
            role=role,
            must_change_password=must_change_password,
            created_at=moment,
            role_updated_at=moment,
        )
        user.set_password(password)
        # An id that is taken must not spoil the caller's transaction.
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
        return user

    def root(self) -> "User":
        """The root admin: the user of MEET_INITIAL_ADMIN_USER, whom `manage.py bootstrap` makes."""
        return self.get(user_id=settings.MEET_INITIAL_ADMIN_USER)

    def root_if_any(self) -> "User | None":
        return self.filter(user_id=settings.MEET_INITIAL_ADMIN_USER).first()


class User(AbstractBaseUser):
    user_id = models.CharField(
        _("User ID"),
        max_length=20,
        unique=True,
        validators=[MinLengthValidator(5), RegexValidator(USER_ID_PATTERN)],
    )
    name = models.CharField(_("Name"), max_length=50, validators=[MaxLengthValidator(50)])
    name_key = KeyField(max_length=NAME_KEY_LENGTH, editable=False)
    email = models.EmailField(_("E-mail"), null=True, unique=True, blank=True)
    role = models.CharField(_("Role"), max_length=20, choices=Role, default=Role.ROOM_MEMBER)
    must_change_password = models.BooleanField(default=True)
    # Refresh tokens from before are worth nothing any more. Null: it is the first password.
    password_changed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    role_updated_at = models.DateTimeField(default=clock.now, editable=False)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "user_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="user_created"),
            models.Index(fields=["name_key", "id"], name="user_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def may_create_rooms(self) -> bool:
        return self.role in (Role.ADMIN, Role.ROOM_MANAGER)


def _drawn_key() -> str:
    return f"ovmeet-{secrets.token_hex(16)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def valid(self, *, now: datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def default(self) -> "ApiKey | None":
        """The contract's single key (rest-api.md 1.4); it also signs the webhooks."""
        return self.filter(is_default=True).first()

    def named(self) -> Self:
        return self.filter(is_default=False)

    def matching(self, text: str, *, now: datetime) -> "ApiKey | None":
        """The valid key with this text. Found by digest, so the database's comparison tells nothing about it."""
        digest = _digest(text)
        for key in self.select_related("subject").filter(digest=digest):
            if hmac.compare_digest(key.digest, digest) and not key.has_expired(now=now):
                return key
        return None


class ApiKey(models.Model):
    """Acts as the root admin, narrowed by its scopes. Only the digest is kept; the default key is also sealed, since
    the contract shows it again and signs webhooks with it (decisions.md 7)."""

    name = models.CharField(max_length=50)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)
    scopes = models.JSONField(default=list)
    # The root admin, as whom every key acts: one query finds both. `manage.py bootstrap` keeps it true; where it is
    # not, `root` asks again.
    subject = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="api_keys")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_api_key"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def replace_default(cls, *, text: str | None = None, by: User | None, now: datetime) -> "ApiKey":
        """The new default key; the old one stops working at once. Drawn at random unless `text` is given."""
        key = text or _drawn_key()
        try:
            return cls._put_default(key, by=by, now=now)
        except IntegrityError:
            # Somebody else's was made at the same moment, and could not be seen yet. The later one stays.
            return cls._put_default(key, by=by, now=now)

    @classmethod
    def _put_default(cls, key: str, *, by: User | None, now: datetime) -> "ApiKey":
        with transaction.atomic():
            cls.objects.filter(Q(is_default=True) | Q(digest=_digest(key))).delete()
            return cls.objects.create(
                name="default",
                prefix=key[:_PREFIX_LENGTH],
                digest=_digest(key),
                sealed=keystore.Seal(settings.MEET_ENCRYPTION_KEYS).close(key),
                is_default=True,
                scopes=[Scope.ADMIN],
                subject=User.objects.root_if_any(),
                created_by=by,
                created_at=now,
            )

    @classmethod
    def issue(
        cls, *, name: str, scopes: Iterable[str], by: User, now: datetime, expires_at: datetime | None = None
    ) -> tuple["ApiKey", str]:
        """A named key and its text, which nobody can ask for again."""
        text = _drawn_key()
        key = cls.objects.create(
            name=name,
            prefix=text[:_PREFIX_LENGTH],
            digest=_digest(text),
            scopes=list(scopes),
            subject=User.objects.root_if_any(),
            created_by=by,
            created_at=now,
            expires_at=expires_at,
        )
        return key, text

    @property
    def root(self) -> User | None:
        """Whom it acts as: the root admin, if there is one."""
        subject = self.subject
        is_root = subject is not None and subject.user_id == settings.MEET_INITIAL_ADMIN_USER
        return subject if is_root else User.objects.root_if_any()

    def allows(self, scope: Scope) -> bool:
        return Scope.ADMIN in self.scopes or scope in self.scopes

    def has_expired(self, *, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    @property
    def text(self) -> str | None:
        """The key itself, of the default key only. None when MEET_ENCRYPTION_KEYS no longer open it."""
        try:
            return keystore.Seal(settings.MEET_ENCRYPTION_KEYS).open(self.sealed)
        except InvalidToken:
            return None


class OAuthProvider(models.Model):
    """Kept for programs that ask for it; nobody signs in through it (rest-api.md 8.3)."""

    class Kind(models.TextChoices):
        GOOGLE = "google", "Google"
        GITHUB = "github", "GitHub"

    # One list for the installation: two that are put at once cannot both stay.
    position = models.PositiveSmallIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    client_id = models.TextField()
    sealed_secret = models.TextField()
    redirect_uri = models.TextField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.kind} {self.client_id}"

    @property
    def client_secret(self) -> str:
        """Empty when MEET_ENCRYPTION_KEYS no longer open it."""
        try:
            return keystore.Seal(settings.MEET_ENCRYPTION_KEYS).open(self.sealed_secret)
        except InvalidToken:
            return ""
