"""Real servers for tests: each on a free loopback port, in a folder of its own, gone when its block ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from meet.supervisor import programs

ROOT = Path(__file__).resolve().parent.parent


class MissingServer(Exception):
    """Nothing is skipped for a missing server: the run fails and says how to get it."""

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed. Type: bin/setup test")


def free_port(*, following: int = 0) -> int:
    """A port that is free on loopback, together with those at the `following` distances behind it."""
    for _ in range(50):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port + following > 65000:
            continue
        with suppress(OSError):
            for offset in range(1, following + 1) if following < 10 else (following, following + 1, following + 2):
                with closing(socket.socket()) as probe:
                    probe.bind(("127.0.0.1", port + offset))
            return port
    raise RuntimeError("no free port")


def wait_until(holds: Callable[[], bool], *, seconds: float = 10, what: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.02)
    raise TimeoutError(f"{what}: not within {seconds} s")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1, trust_env=False).status_code < 500
    except httpx.HTTPError:
        return False


@contextmanager
def running(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, log: Path, user: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process in a session of its own; killed with all its children at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **env} if env else None,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            cwd=ROOT,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(8)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A throw-away cluster; its DATABASE_URL. PostgreSQL refuses to run as root: then as «nobody»."""
    programs = _postgres_programs()
    user = "nobody" if os.getuid() == 0 else None
    folder.mkdir(parents=True)
    if user:
        for parent in (folder, folder.parent):
            parent.chmod(0o755)
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "meet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True,
        capture_output=True,
        user=user,
        cwd="/",
    )
    settings = {
        "port": port, "unix_socket_directories": folder, "listen_addresses": "127.0.0.1", "fsync": "off",
        "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200,
    }  # fmt: skip
    command: list[str | Path] = [programs / "postgres", "-D", data]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = folder / "log"
    log.touch(mode=0o666)
    with running(command, log=log, user=user):
        ready: list[str | Path] = [
            programs / "pg_isready",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-U",
            "meet",
            "-d",
            "postgres",
        ]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, what="PostgreSQL answers")
        yield f"postgres://meet@127.0.0.1:{port}/postgres"


def _postgres_programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        raise MissingServer("PostgreSQL")
    return installed[-1].parent


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingServer("redis-server")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running(command, log=folder / "redis.log"):
        wait_until(lambda: _listens(port), what="Redis answers")
        yield f"redis://127.0.0.1:{port}/0"


class S3(NamedTuple):
    """A bucket that is there, and who may use it."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    # Every object is a file below this.
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """For an installation that keeps its recordings here."""
        return {
            "MEET_BLOB_STORAGE_MODE": "s3",
            "MEET_S3_ENDPOINT": self.endpoint,
            "MEET_S3_BUCKET": self.bucket,
            "MEET_S3_ACCESS_KEY": self.access_key,
            "MEET_S3_SECRET_KEY": self.secret_key,
        }


# A small disk of its own for a server, which needs no rights: it is there for that server only.
_ON_TINY_DISK = 'mount -t tmpfs -o size=4m tmpfs "$0" && mkdir "$0/recordings" && exec "$@"'


@contextmanager
def s3(folder: Path, *, on_tiny_disk: bool = False) -> Iterator[S3]:
    """versitygw with one bucket in `folder`."""
    program = _built("versitygw")
    port = free_port()
    store = S3(
        f"http://127.0.0.1:{port}", "recordings", "testaccess", "a secret key of the tests", folder / "recordings"
    )
    store.folder.mkdir(parents=True)
    env = {"ROOT_ACCESS_KEY": store.access_key, "ROOT_SECRET_KEY": store.secret_key}
    command = [program, "--port", f"127.0.0.1:{port}", "--quiet", "--health", "/health", "posix", str(folder)]
    if on_tiny_disk:
        unshare = ["unshare", "--user", "--map-root-user", "--mount"]
        command = [*unshare, "sh", "-c", _ON_TINY_DISK, str(folder), *command]
    with running(command, env=env, log=folder.with_suffix(".log")):
        wait_until(lambda: answers(f"{store.endpoint}/health"), what="the object store answers")
        yield store


class Google(NamedTuple):
    """A bucket of Google's that is there, and asks nobody who they are."""

    endpoint: str
    bucket: str
    # Every object is a file below this.
    folder: Path


@contextmanager
def google(folder: Path) -> Iterator[Google]:
    """fake-gcs-server with one bucket in `folder`."""
    port = free_port()
    store = Google(f"http://127.0.0.1:{port}", "recordings", folder / "recordings")
    store.folder.mkdir(parents=True)
    command = [
        _built("fake-gcs-server"), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-public-host",
        f"127.0.0.1:{port}", "-filesystem-root", str(folder), "-log-level", "error",
    ]  # fmt: skip
    with running(command, log=folder.with_suffix(".log")):
        wait_until(lambda: answers(f"{store.endpoint}/_internal/healthcheck"), what="the object store answers")
        yield store


def _built(program: str) -> str:
    """What bin/setup builds, or the system has."""
    found = shutil.which(program, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if found is None:
        raise MissingServer(program)
    return found


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def media_web(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """The web part alone, which gives files of recordings to anybody (speed.media_app); its address and process id."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    program = programs.web(bind="127.0.0.1", port=port, scratch=folder)
    command = [part.replace("meet.wsgi:", "speed.media_app:") for part in program.command]
    places = {"PYTHONPATH": f"{ROOT / 'bin'}:{ROOT}", "MEET_DATA_DIR": str(folder / "data")}
    with running(command, env={**places, **(env or {})}, log=folder / "web.log"):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/state"), seconds=20, what="the web server answers")
        yield url, int(httpx.get(f"{url}/state", trust_env=False).json()["pid"])


class Installation:
    """What `make run` starts, on ports and in a folder of its own."""

    ADMIN = "admin"
    PASSWORD = "an admin password for tests"
    API_KEY = "ovmeet-an-api-key-for-tests-long-enough"

    def __init__(self, folder: Path, *, port: int, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://localhost:{port}"
        self.log = folder / "run.log"
        self.env = {
            "MEET_DATA_DIR": str(folder / "data"),
            "MEET_PORT": str(port),
            "MEET_INITIAL_ADMIN_USER": self.ADMIN,
            "MEET_INITIAL_ADMIN_PASSWORD": self.PASSWORD,
            "MEET_INITIAL_API_KEY": self.API_KEY,
            "MEET_RATE_LIMITS": "off",
            "LOG_LEVEL": "INFO",
            **env,
        }

    def processes(self, words: str) -> list[int]:
        """The ids of this installation's processes with `words` in their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                mine = f"MEET_DATA_DIR={self.env['MEET_DATA_DIR']}".encode() in (entry / "environ").read_bytes()
                if mine and words in command:
                    found.append(int(entry.name))
        return found

    @contextmanager
    def frozen(self, words: str) -> Iterator[None]:
        """The one process with `words` in its command line stands still: what it listens to accepts connections, and
        nobody answers. With the supervisor frozen, what ends is not started again."""
        [pid] = self.processes(words)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def api(self) -> httpx.Client:
        """A program with the installation's API key."""
        return httpx.Client(base_url=self.url, headers={"X-API-KEY": self.API_KEY}, timeout=15, trust_env=False)


@contextmanager
def installation(folder: Path, env: Mapping[str, str] | None = None, *, status: str = "ok") -> Iterator[Installation]:
    """A running installation; the LiveKit ports follow that of the console (+1800 to +1802). `status` is what its
    /readyz must say: «degraded» where a part is left out on purpose."""
    folder.mkdir(parents=True, exist_ok=True)
    this = Installation(folder, port=free_port(following=1800), env=env or {})
    command = [sys.executable, "-m", "meet.supervisor"]
    # The secrets of the test process are not those of the installation, which draws its own.
    foreign = dict.fromkeys(("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "DATABASE_URL", "REDIS_URL"), "")
    with running(command, env={**foreign, **this.env}, log=this.log) as process:
        try:
            wait_until(
                lambda: process.poll() is not None or _all_serve(this, status),
                seconds=40,
                what="the installation serves",
            )
            if process.poll() is not None:
                raise RuntimeError(f"the installation ended with {process.returncode}")
        except (RuntimeError, TimeoutError) as error:
            raise RuntimeError(f"{error}\n{this.log.read_text()}") from error
        yield this


def _all_serve(this: Installation, status: str) -> bool:
    if not answers(f"{this.url}/healthz") or not re.search(r"worker@\S+ ready", this.log.read_text()):
        return False
    with this.api() as api:
        return bool(api.get("/readyz").json().get("status") == status)
