"""The steps put together, each in a file of its own, so that a process loads no more than its step needs."""

from importlib import import_module

import faust

from streams.groups import STEPS
from sunwai.assembly import Office
from sunwai.settings import read_settings

__all__ = ["app_of", "whole_app"]


def app_of(step: str, office: Office) -> faust.App:
    """The Faust app of a step (streams/groups.py). May raise SettingsError."""
    made: faust.App = import_module(f"sunwai.steps.{step}").make_app(office)
    return made


def whole_app() -> faust.App:
    """All steps in one process, for ``faust -A streams.app worker``: the first step's app starts the others."""
    office = Office(read_settings())
    first, *others = [app_of(step, office) for step in STEPS]

    async def start_others() -> None:
        for other in others:
            await first.add_runtime_dependency(other)

    first.task(start_others)
    return first
