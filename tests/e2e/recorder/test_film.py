"""What the embedded recorder films: sound, moving people, layouts."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from recordings.recorders.browser import End, Job, Media, capture, remux
from tests.e2e.recorder.conftest import Jobs, Plan
from tests.e2e.recorder.film import Film, colour_at, shares, white_squares
from tests.e2e.recorder.meeting import Meeting
from tests.media.sender import sending


def _filmed(job: Job, plan: Plan) -> tuple[Film, Media]:
    outcome = capture(job, plan)
    assert outcome.end is End.STOPPED, outcome
    target = job.part.with_suffix(".mp4")
    return Film(target), remux(job.part, target)


def _large(seen: dict[str, float]) -> set[str]:
    return {name for name, share in seen.items() if share > 0.5}


def _small(seen: dict[str, float]) -> set[str]:
    """In a strip; the white squares do not count."""
    return {name for name, share in seen.items() if 0.005 < share < 0.2} - {"white"}


def test_two_people_are_seen_moving_and_heard(meeting: Meeting, job: Jobs, tmp_path: Path) -> None:
    plan = Plan(seconds=8)
    with sending(meeting.person("Ana", colour="red"), meeting.person("Bo", colour="blue", tone=0)):
        film, media = _filmed(job(), plan)
    assert (media.width, media.height) == (1280, 720)
    assert film.codecs() == ["h264", "opus"]
    # The first piece comes a second or so after the camera was started.
    assert plan.filmed - 0.5 < media.duration < plan.filmed + 3
    assert film.longest_gap() < 1
    assert min(film.loudness()[2:-1]) > 0.05
    assert plan.sizes == sorted(plan.sizes)
    assert not (tmp_path / "profile").is_symlink()

    early, late = film.picture(4.0), film.picture(4.6)
    for picture in (early, late):
        assert (colour_at(picture, 0.1, 0.2), colour_at(picture, 0.9, 0.2)) == ("red", "blue")
        # Nothing of the browser's own, no black margin.
        assert colour_at(picture, 0.1, 0.97) == "red"
    for before, after in zip(white_squares(early), white_squares(late), strict=True):
        assert abs(before - after) > 20


def test_an_upright_picture_has_people_below_each_other(meeting: Meeting, job: Jobs) -> None:
    with sending(meeting.person("Ana", colour="red"), meeting.person("Bo", colour="blue")):
        film, media = _filmed(job(width=720, height=1280), Plan(seconds=3))
    assert (media.width, media.height) == (720, 1280)
    picture = film.picture(2)
    # Above the squares.
    assert (colour_at(picture, 0.1, 0.1), colour_at(picture, 0.1, 0.6)) == ("red", "blue")


def test_whoever_speaks_is_large_and_the_picture_follows(meeting: Meeting, job: Jobs) -> None:
    people = (
        meeting.person("Ana", colour="red"),
        meeting.person("Bo", colour="blue", tone=600, is_loud=False),
        meeting.person("Eva", colour="lime", tone=0),
    )
    with sending(*people) as crowd:
        plan = Plan(seconds=9, acts={3: lambda: crowd.only_one_speaks(1)})
        film, _ = _filmed(job(layout="speaker"), plan)
    before, after = shares(film.picture(2.5)), shares(film.picture(8.5))
    assert (_large(before), _small(before)) == ({"red"}, {"blue", "lime"})
    assert (_large(after), _small(after)) == ({"blue"}, {"red", "lime"})


def test_a_single_speaker_has_the_picture_alone(meeting: Meeting, job: Jobs) -> None:
    people = (meeting.person("Ana", colour="red", is_loud=False), meeting.person("Bo", colour="blue", tone=600))
    with sending(*people):
        film, _ = _filmed(job(layout="single-speaker"), Plan(seconds=6))
    seen = shares(film.picture(6))
    assert (_large(seen), _small(seen)) == ({"blue"}, set())


def test_the_host_is_whoever_owns_the_room(meeting: Meeting, job: Jobs) -> None:
    people = (
        meeting.person("Mo", link="moderatorUrl", colour="red"),
        meeting.owner("Olga", colour="lime", tone=0),
    )
    with sending(*people):
        film, _ = _filmed(job(layout="host"), Plan(seconds=4))
    seen = shares(film.picture(3))
    assert (_large(seen), _small(seen)) == ({"lime"}, set())


def test_without_an_owner_the_host_is_the_moderator_beside_the_shared_screen(meeting: Meeting, job: Jobs) -> None:
    people = (
        meeting.person("Mo", link="moderatorUrl", colour="red"),
        meeting.person("Bo", colour="blue", tone=0, has_camera=False, shares_screen=True),
        meeting.person("Eva", colour="lime", tone=0),
    )
    with sending(*people):
        film, _ = _filmed(job(layout="host"), Plan(seconds=4))
    seen = shares(film.picture(3))
    assert (_large(seen), _small(seen)) == ({"blue"}, {"red"})


def test_a_shared_screen_is_large_in_the_grid(meeting: Meeting, job: Jobs) -> None:
    people = (
        meeting.person("Ana", colour="red"),
        meeting.person("Bo", colour="blue", tone=0, has_camera=False, shares_screen=True),
    )
    with sending(*people):
        film, _ = _filmed(job(), Plan(seconds=4))
    seen = shares(film.picture(3))
    assert (_large(seen), _small(seen)) == ({"blue"}, {"red"})


def test_who_comes_later_is_heard_until_they_go(meeting: Meeting, job: Jobs) -> None:
    with sending(meeting.person("Ana", tone=0)), ExitStack() as others:
        plan = Plan(seconds=9, acts={3: lambda: others.enter_context(sending(meeting.person("Bo"))), 6: others.close})
        film, _ = _filmed(job(), plan)
    loud = film.loudness()
    assert max(loud[:5]) < 0.01
    assert max(loud[8:14]) > 0.05
    assert max(loud[-3:]) < 0.01


@pytest.mark.parametrize("layout", ["grid", "speaker"])
def test_voices_without_pictures_are_recorded_as_well(meeting: Meeting, job: Jobs, layout: str) -> None:
    with sending(meeting.person("Ana", has_camera=False)):
        film, media = _filmed(job(layout=layout), Plan(seconds=4))
    assert media.duration > 4
    assert film.longest_gap() < 1
    assert min(film.loudness()[2:-1]) > 0.05
