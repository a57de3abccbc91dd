"""The data directory and the ports: two installations never share one by accident."""

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from meet.supervisor import claims, greeting, media, programs, reset

pytestmark = pytest.mark.enable_socket

MEDIA = media.Media(
    port=7900, api_key="APIkey", api_secret="s" * 40, webhook_url="http://127.0.0.1:6100/livekit/webhook"
)  # fmt: skip


def test_a_second_supervisor_on_the_same_data_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    second = (
        "import pathlib, sys\n"
        "from meet.supervisor import claims\n"
        "try:\n"
        "    with claims.data_directory(pathlib.Path(sys.argv[1])): print('mine')\n"
        "except claims.Refusal as refusal: print(refusal)\n"
    )

    def start() -> str:
        return subprocess.run(
            [sys.executable, "-c", second, str(tmp_path)], capture_output=True, text=True, check=True
        ).stdout

    with claims.data_directory(tmp_path):
        pid = (tmp_path / "run.lock").read_text()
        assert start() == (
            f"Meet already runs on the data directory {tmp_path} (process {pid}). "
            "Stop it first, or give this one its own MEET_DATA_DIR and MEET_PORT.\n"
        )
    assert start() == "mine\n"


@pytest.mark.parametrize(("host", "kind"), [("127.0.0.1", socket.SOCK_STREAM), ("", socket.SOCK_DGRAM)])
def test_a_taken_port_is_named_with_its_variable(host: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        number = other.getsockname()[1]

        with pytest.raises(claims.Refusal) as refusal:
            claims.refuse_taken([claims.Port(number, "console", "MEET_PORT", host, kind)])

    assert str(refusal.value) == (
        f"Port {number} of the console is already in use. Stop what uses it, or choose other ports with MEET_PORT."
    )
    claims.refuse_taken([claims.Port(number, "console", "MEET_PORT", host, kind)])


def test_a_port_that_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(claims.Refusal, match="Port 65800 of the embedded media server does not exist"):
        claims.refuse_taken([claims.Port(65800, "embedded media server", "MEET_PORT")])


def test_the_media_server_stays_on_this_machine_and_posts_to_our_console(tmp_path: Path) -> None:
    path = MEDIA.write(tmp_path / "livekit.yaml")
    written = yaml.safe_load(path.read_text())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert written["port"] == 7900
    assert written["keys"] == {"APIkey": "s" * 40}
    assert written["webhook"] == {"api_key": "APIkey", "urls": ["http://127.0.0.1:6100/livekit/webhook"]}
    assert written["room"]["auto_create"] is True
    assert set(written["bind_addresses"]) <= {"127.0.0.1", "::1"}
    rtc = written["rtc"]
    assert (rtc["tcp_port"], rtc["udp_port"], rtc["node_ip"]) == (7901, 7902, "127.0.0.1")
    assert rtc["use_external_ip"] is False
    assert all(server.startswith("127.0.0.1:") for server in rtc["stun_servers"])


def test_all_ports_of_the_media_server_are_claimed() -> None:
    assert {(port.number, port.kind) for port in MEDIA.ports()} == {
        (7900, socket.SOCK_STREAM),
        (7901, socket.SOCK_STREAM),
        (7902, socket.SOCK_DGRAM),
    }


def test_a_missing_media_server_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEET_LIVEKIT_SERVER", "/nowhere/livekit-server")

    with pytest.raises(claims.Refusal, match="MEET_LIVEKIT_SERVER names /nowhere/livekit-server"):
        media.server()


def test_nothing_is_written_outside_the_data_directory(tmp_path: Path) -> None:
    web = programs.web(bind="::1", port=6100, scratch=tmp_path / "run")
    worker = programs.worker(schedule=tmp_path / "celerybeat-schedule")

    assert "[::1]:6100" in web.command
    assert "--no-control-socket" in web.command
    assert str(tmp_path / "run") in web.command
    assert str(tmp_path / "celerybeat-schedule") in worker.command


@pytest.mark.parametrize(
    ("bind", "host"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("fe80::1", "[fe80::1]")]
)
def test_the_console_is_reached_where_it_listens(bind: str, host: str) -> None:
    assert greeting.reachable(bind) == host


def test_credentials_are_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    made = {"admin_user": "olga", "admin_password": "correct horse", "api_key": "ovmeet-1"}
    welcome = greeting.Greeting(address="http://localhost:6100", credentials=made)

    welcome.print()
    welcome.print_credentials()

    printed = capsys.readouterr().out
    assert "Meet is ready: http://localhost:6100\n" in printed
    for value in made.values():
        assert printed.count(value) == 1


def test_what_the_operator_gave_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    greeting.Greeting(address="http://localhost:6100", credentials={"admin_user": "olga"}).print()

    printed = capsys.readouterr().out
    assert "  This is the first start.\n    administrator  olga\n" in printed
    assert "password" not in printed


def test_a_later_start_shows_the_address_only(capsys: pytest.CaptureFixture[str]) -> None:
    greeting.Greeting(address="http://localhost:6100", credentials={}).print()

    assert capsys.readouterr().out == "\n  Meet is ready: http://localhost:6100\n\n"


def test_reset_deletes_a_data_directory_when_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "secrets").mkdir(parents=True)
    monkeypatch.setenv("MEET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    assert reset.main() == 1
    assert (tmp_path / "data" / "secrets").exists()

    monkeypatch.setenv("FORCE", "1")
    assert reset.main() == 0
    assert not (tmp_path / "data").exists()
    assert reset.main() == 0


def test_reset_refuses_what_is_no_data_directory_or_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thesis.odt").touch()
    monkeypatch.setenv("MEET_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FORCE", "1")
    assert reset.main() == 1

    (tmp_path / "secrets").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert reset.main() == 1
    assert (tmp_path / "thesis.odt").exists()
