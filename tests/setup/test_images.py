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


@pytest.mark.parametrize("service", ["livekit", "egress"])
def test_the_configuration_of_media_services_is_yaml(service: str) -> None:
    values = {"LIVEKIT_API_KEY": "APIx", "LIVEKIT_API_SECRET": "a: #secret"}
    [text] = COMPOSE["services"][service]["environment"].values()

    configuration = yaml.safe_load(VARIABLE.sub(lambda match: values[match[1]], text))

    assert configuration["redis"] == {"address": "redis:6379"}
    if service == "livekit":
        assert configuration["keys"] == {"APIx": "a: #secret"}
        assert configuration["webhook"]["urls"] == ["http://web:6080/livekit/webhook"]


def test_a_container_must_say_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert container.main([]) == 2
    assert container.main(["cook"]) == 2
    assert "web, worker or beat" in capsys.readouterr().err


def test_web_prepares_the_database_and_then_becomes_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 0)

    def become(_program: str, command: list[str]) -> None:
        calls.append(list(command))

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr("os.execv", become)
    monkeypatch.setenv("WEB_CONCURRENCY", "3")

    container.main(["web"])
    container.main(["worker"])
    container.main(["beat"])

    bootstrap, web, worker, beat = (" ".join(call) for call in calls)
    assert bootstrap.endswith("manage.py bootstrap --migrate")
    assert "--bind 0.0.0.0:6080" in web
    assert "--workers 3" in web
    assert "--beat" not in worker
    assert " beat --schedule " in beat


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
