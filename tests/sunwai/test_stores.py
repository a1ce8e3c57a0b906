"""Which stores settings lead to, and what is said when they lead to none."""

from pathlib import Path

import pytest

from queues.sqlite import SqliteCaseStore
from sunwai.assembly import Office
from sunwai.settings import Settings, SettingsError, read_settings
from sunwai.stores import open_stores

SECRET = "correct horse"


def settings(folder: Path, **named: object) -> Settings:
    return read_settings(data=folder, **named)


def test_nothing_to_set_is_the_embedded_store(tmp_path: Path) -> None:
    office = Office(settings(tmp_path))
    assert isinstance(office.store, SqliteCaseStore)
    assert office.state.count("user") == 0
    office.close()
    assert (tmp_path / "cases.db").exists()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"store": "host:9200"}, "store: an address such as https://host:9200"),
        ({"store": f"https://a:{SECRET}@host:9200"}, "store: user and password do not belong in the address"),
        ({"store_user": "a", "store_api_key_file": "key"}, "store_user, store_api_key_file: give one"),
        ({"store_user": "a", "store_password_file": "missing"}, "store_password_file: .*missing cannot be read"),
        ({"store_user": "a", "store_password_file": "empty"}, "store_password_file: .*empty is empty"),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, named: dict[str, str], message: str) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    paths = {name: tmp_path / value if name.endswith("_file") else value for name, value in named.items()}
    with pytest.raises(SettingsError, match=message) as caught:
        open_stores(settings(tmp_path, **{"store": "http://127.0.0.1:9", **paths}))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("namespace", ["Town", "a_b", "-a", "a" * 41, "*"])
def test_a_namespace_that_no_index_can_bear_is_refused(namespace: str) -> None:
    with pytest.raises(SettingsError, match="namespace"):
        read_settings(namespace=namespace)
