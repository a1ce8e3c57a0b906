"""One step of the pipeline as a process: ``python -m sunwai.step triage``. ``sunwai worker`` starts these."""

import sys

import faust

from sunwai.child import office_of_child
from sunwai.steps import app_of

__all__ = ["main"]


def main(step: str) -> None:
    app = app_of(step, office_of_child())
    faust.Worker(app, loglevel="WARNING", quiet=True, redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
