"""Triage: every mention read and classified."""

import faust

from streams.app import triage_app
from streams.triage import Triaging
from sunwai.assembly import Office
from sunwai.classifier import classifier_of
from sunwai.steps.runtime import runtime_of

__all__ = ["make_app"]


def make_app(office: Office) -> faust.App:
    classifier = classifier_of(office.settings, office.directory)
    return triage_app(runtime_of(office), Triaging(classifier, office.directory, office.sealer, office.clock))
