"""The classifier that the settings describe: the linear model, with an encoder where one is set."""

from classifiers.api import Classifier, load
from classifiers.encoder_files import EncoderUse
from classifiers.model_files import ModelError
from schemas.directory import Directory
from sunwai.settings import Settings, SettingsError

__all__ = ["check_models", "classifier_of"]


def classifier_of(settings: Settings, directory: Directory | None = None) -> Classifier:
    """Raises ModelError where a folder named holds no usable model."""
    encoder = None
    if settings.encoder is not None:
        encoder = EncoderUse(settings.encoder, settings.encoder_stage, settings.encoder_threads)
    return load(settings.model, directory, encoder)


def check_models(settings: Settings, directory: Directory) -> None:
    """Raises SettingsError where a folder named holds no usable model."""
    try:
        classifier_of(settings, directory)
    except ModelError as error:
        raise SettingsError(f"SUNWAI_MODEL or SUNWAI_ENCODER: {error}") from error
