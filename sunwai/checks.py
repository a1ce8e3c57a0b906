"""What would keep a step from starting, found before there is any."""

from sunwai.assembly import Office

__all__ = ["check_office"]


def check_office(office: Office) -> None:
    """Raises SettingsError for a model that cannot be used, and for a sender or a subscriber that lacks what it needs.
    Loads only what is switched on."""
    if office.settings.model is not None or office.settings.encoder is not None:
        from sunwai.classifier import check_models  # noqa: PLC0415

        check_models(office.settings, office.directory)
    if office.settings.x_send or office.settings.meta_send:
        from sunwai.senders import check_senders  # noqa: PLC0415

        check_senders(office.settings, office.directory)
    if office.directory.subscribers:
        from sunwai.subscribers import subscriber_key  # noqa: PLC0415

        for subscriber in office.directory.subscribers:
            subscriber_key(subscriber.code)
