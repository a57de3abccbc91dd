"""`python -m meet.supervisor`: prepares the database and runs the parts until Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from honcho.printer import Printer

from meet.supervisor import claims, greeting, media, programs
from meet.supervisor.child import ROOT, environment
from meet.supervisor.loop import Supervisor


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meet.settings")
    for number in _signals():
        signal.signal(number, _leave)
    try:
        return _run()
    except (claims.Refusal, ImproperlyConfigured) as refusal:
        print(f"meet: {refusal}", file=sys.stderr)
        return 1


def _run() -> int:
    data, port = settings.MEET_DATA_DIR, settings.MEET_PORT
    bind = environ.FileAwareEnv()("MEET_BIND", default="127.0.0.1")
    reach = greeting.reachable(bind)
    with claims.data_directory(data):
        claims.refuse_taken([claims.Port(port, "console", "MEET_PORT", bind)])
        scratch = data / "run"
        scratch.mkdir(exist_ok=True)
        parts = [programs.web(bind=bind, port=port, scratch=scratch)]
        if settings.MEET_EMBEDDED_LIVEKIT:
            embedded = media.Media(
                port=settings.MEET_EMBEDDED_LIVEKIT_PORT,
                api_key=settings.LIVEKIT_API_KEY,
                api_secret=settings.LIVEKIT_API_SECRET,
                webhook_url=f"http://{reach}:{port}/livekit/webhook",
                log_level="debug" if os.environ.get("LOG_LEVEL") == "DEBUG" else "warn",
            )
            claims.refuse_taken(embedded.ports())
            parts.append(programs.media(server=media.server(), config=embedded.write(data / "livekit.yaml")))
        parts.append(programs.worker(schedule=data / "celerybeat-schedule"))
        if settings.MEET_RECORDER == "browser":
            parts.append(programs.recorder(host=settings.MEET_RECORDER_HOST, slots=settings.MEET_RECORDER_SLOTS))
        welcome = greeting.Greeting(
            address=settings.MEET_BASE_URL or f"http://localhost:{port}", credentials=_prepare_database()
        )
        return _supervise(parts, welcome, health=f"http://{reach}:{port}/healthz")


def _prepare_database() -> dict[str, str]:
    """Migrations and first rows in one process. Returns the credentials it made, if this is the first start."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "bootstrap", "--migrate"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode != 0:
        raise claims.Refusal("The database could not be prepared; the lines above say why. Nothing was started.")
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


def _supervise(parts: list[programs.Program], welcome: greeting.Greeting, *, health: str) -> int:
    supervisor = Supervisor(parts, printer=Printer(sys.stdout, colour="NO_COLOR" not in os.environ))
    for number in _signals():
        signal.signal(number, lambda sent, _frame: supervisor.later(lambda: supervisor.stop(signal.Signals(sent).name)))

    def serving() -> None:
        supervisor.start_the_rest()
        welcome.print()

    def slow() -> None:
        supervisor.say(f"{health} does not answer yet; the lines of «web» say more")

    def watch() -> None:
        greeting.when_serving(health, lambda: supervisor.later(serving), slow=lambda: supervisor.later(slow))

    threading.Thread(target=watch, daemon=True).start()
    try:
        return supervisor.run()
    finally:
        welcome.print_credentials()  # stopped before it served: they are made only once


def _signals() -> list[signal.Signals]:
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        wanted.append(signal.SIGHUP)
    return wanted


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
