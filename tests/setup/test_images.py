"""Dockerfile and compose.yaml cannot be built here; what can be read wrong in them is read here."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from meet.supervisor import container

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(:[?-][^}]*)?\}")


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_every_file_the_image_copies_exists_and_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sources = [
        source for line in instructions("COPY") if "--from=" not in line for source in line.split()[:-1]
    ]  # fmt: skip

    assert ignored[:2] == ["# Only what the Dockerfile copies.", "*"]
    assert "static" in sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored or f"!{source.split('/')[0]}" in ignored, source


def test_stages_that_are_copied_from_exist_and_images_have_versions() -> None:
    stages = [line.split() for line in instructions("FROM")]
    names = {words[2] for words in stages if len(words) == 3}

    assert {line.split()[0].removeprefix("--from=") for line in instructions("COPY") if "--from=" in line} <= names
    images = [words[0] for words in stages] + [
        service["image"] for service in COMPOSE["services"].values() if "build" not in service
    ]
    for image in images:
        assert re.fullmatch(r"[a-z]+(/[a-z-]+)?:v?\d[\w.-]*", image), image


def test_the_image_runs_as_nobody_special_in_production_mode() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]

    assert re.search(r"^USER meet$", last_stage, re.MULTILINE)
    assert "MEET_PRODUCTION=1" in last_stage
    assert "/healthz" in last_stage
    assert instructions("CMD")[-1] == '["web"]'


def test_the_image_installs_what_the_lock_says() -> None:
    assert "--require-hashes -r requirements/app.txt" in DOCKERFILE
    assert "npm ci" in DOCKERFILE


def test_compose_has_every_part() -> None:
    services = COMPOSE["services"]

    assert set(services) == {"web", "worker", "beat", "postgres", "redis", "livekit", "egress", "s3"}
    assert [services[name]["command"] for name in ("web", "worker", "beat")] == [["web"], ["worker"], ["beat"]]
    for service in services.values():
        for other in service.get("depends_on", {}):
            assert other in services
    for service in services.values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]


def test_every_variable_is_explained_and_secrets_have_no_default() -> None:
    header = COMPOSE_TEXT.split("\nx-meet:")[0]
    used = {match[1]: match[2] or "" for match in VARIABLE.finditer(COMPOSE_TEXT)}

    for name, default in used.items():
        assert f"#   {name} " in header, name
        if re.search(r"SECRET|PASSWORD|KEY", name):
            assert default.startswith(":?"), f"{name} must be given"


def configuration_of(service: str) -> dict[str, Any]:
    """As the service reads it, with secrets that YAML might trip over."""
    [text] = COMPOSE["services"][service]["environment"].values()
    configuration: dict[str, Any] = yaml.safe_load(filled_in(text))
    return configuration


def filled_in(text: str) -> str:
    values = {
        "LIVEKIT_API_KEY": "APIx",
        "LIVEKIT_API_SECRET": "a: #secret",
        "S3_ACCESS_KEY": "s3",
        "S3_SECRET_KEY": "b",
    }
    return VARIABLE.sub(lambda match: values.get(match[1]) or (match[2] or "").removeprefix(":-"), text)


@pytest.mark.parametrize("service", ["livekit", "egress"])
def test_the_configuration_of_media_services_is_yaml(service: str) -> None:
    configuration = configuration_of(service)

    assert configuration["redis"] == {"address": "redis:6379"}
    if service == "livekit":
        assert configuration["keys"] == {"APIx": "a: #secret"}
        assert configuration["webhook"]["urls"] == ["http://web:6080/livekit/webhook"]


def test_egress_stores_files_where_we_look_for_them() -> None:
    ours = {name: filled_in(str(value)) for name, value in COMPOSE["services"]["web"]["environment"].items()}

    assert configuration_of("egress")["storage"] == {
        "s3": {
            "endpoint": ours["MEET_S3_ENDPOINT"],
            "bucket": ours["MEET_S3_BUCKET"],
            "region": "us-east-1",
            "access_key": ours["MEET_S3_ACCESS_KEY"],
            "secret": ours["MEET_S3_SECRET_KEY"],
            "force_path_style": True,
        }
    }
    assert ours["MEET_BLOB_STORAGE_MODE"] == "s3"


def test_egress_records_our_page_in_a_sandbox_for_as_long_as_we_say() -> None:
    ours = {name: filled_in(str(value)) for name, value in COMPOSE["services"]["web"]["environment"].items()}
    egress = configuration_of("egress")

    assert ours["MEET_RECORDER"] == "egress"
    assert ours["MEET_RECORDER_PAGE_URL"] == "http://web:6080/recorder"
    assert egress["ws_url"] == ours["LIVEKIT_URL_PRIVATE"]
    assert egress["session_limits"]["file_output_max_duration"] == f"{ours['MEET_RECORDING_MAX_MINUTES']}m"
    assert egress["enable_chrome_sandbox"] is True
    assert COMPOSE["services"]["egress"]["cap_add"] == ["SYS_ADMIN"]


def test_a_container_must_say_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert container.main([]) == 2
    assert container.main(["cook"]) == 2
    assert "web, worker or beat" in capsys.readouterr().err


class Container:
    """Notes what a container would run, and what it would become with which environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
        self.calls: list[str] = []
        self.environment: dict[str, str] = {}
        self.failing = ""
        monkeypatch.setattr("subprocess.run", self._run)
        monkeypatch.setattr("os.execve", self._become)
        monkeypatch.setenv("MEET_DATA_DIR", str(data))

    def _run(self, command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        self.calls.append(" ".join(command))
        return subprocess.CompletedProcess(command, 1 if self.failing and self.failing in self.calls[-1] else 0)

    def _become(self, _program: str, command: list[str], environment: dict[str, str]) -> int:
        self.calls.append(" ".join(command))
        self.environment = environment
        return 0


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Container:
    return Container(monkeypatch, tmp_path)


def test_each_part_becomes_its_program(box: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    became = []
    for part in ("web", "worker", "beat"):
        assert container.main([part]) == 0
        became.append(box.calls[-1])
    web, worker, beat = became
    assert "--bind 0.0.0.0:6080" in web
    assert "--workers 3" in web
    assert "--beat" not in worker
    assert " beat --schedule " in beat


@pytest.mark.parametrize(
    ("part", "prepared"),
    [
        ("web", ["check --tag meet --database default", "bootstrap --migrate"]),
        ("worker", ["check --tag meet --database default"]),
        ("beat", ["check --tag meet --database default"]),
    ],
)
def test_no_part_starts_on_settings_that_are_refused(box: Container, part: str, prepared: list[str]) -> None:
    container.main([part])
    assert [call.split("manage.py ")[1] for call in box.calls[:-1]] == prepared
    for step in prepared:
        box.calls.clear()
        box.failing = step
        assert container.main([part]) == 1
        assert box.calls[-1].endswith(step)


def test_several_web_processes_leave_their_figures_in_an_empty_folder(
    box: Container, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "histogram_7.db").touch()
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    container.main(["web"])
    assert box.environment["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("part", "processes"), [("web", "1"), ("web", ""), ("worker", "2"), ("beat", "2")])
def test_nobody_else_shares_figures(box: Container, monkeypatch: pytest.MonkeyPatch, part: str, processes: str) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", processes)
    container.main([part])
    assert "PROMETHEUS_MULTIPROC_DIR" not in box.environment


def test_only_the_part_that_makes_the_administrator_knows_the_first_password() -> None:
    knows = [
        name
        for name, service in COMPOSE["services"].items()
        if "MEET_INITIAL_ADMIN_PASSWORD" in service.get("environment", {})
    ]
    assert knows == ["web"]
    assert COMPOSE["services"]["web"]["environment"].items() > COMPOSE["services"]["worker"]["environment"].items()


def test_pre_commit_runs_what_is_set_up_here() -> None:
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())

    for repository in configuration["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            assert hook["entry"].split()[0].startswith((".venv/bin/", "bin/test"))


def test_ci_runs_what_everybody_runs() -> None:
    assert "exec make test" in (ROOT / ".ci" / "run").read_text()
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for target in ("run", "test", "check", "fmt", "test-fast", "bench", "reset", "nightly"):
        assert f"  make {target} " in listed
