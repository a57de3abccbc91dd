"""The embedded recorder: a headless Chromium opens the recorder page and films its own tab."""

from recordings.recorders.browser.capture import End, Job, Outcome, Watch, capture
from recordings.recorders.browser.chromium import NoChromium, program, remove_profile
from recordings.recorders.browser.finish import Media, NoSpace, NoUsableFile, remux

__all__ = [
    "End", "Job", "Media", "NoChromium", "NoSpace", "NoUsableFile", "Outcome", "Watch", "capture", "program",
    "remove_profile", "remux",
]  # fmt: skip
