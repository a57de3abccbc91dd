"""The embedded recorder: a headless Chromium opens the recorder page and films its own tab."""

from recordings.recorders.browser.capture import End, Job, Outcome, Watch, capture, page_url
from recordings.recorders.browser.chromium import NoChromium, program, remove_profile
from recordings.recorders.browser.finish import Media, NoSpace, NotNow, NoUsableFile, probe, remux

__all__ = [
    "End",
    "Job",
    "Media",
    "NoChromium",
    "NoSpace",
    "NoUsableFile",
    "NotNow",
    "Outcome",
    "Watch",
    "capture",
    "page_url",
    "probe",
    "program",
    "remove_profile",
    "remux",
]  # fmt: skip
