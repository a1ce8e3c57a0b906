"""The office's file: every mistake by file, line and key; hostile files refused; the example without mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.directory_file import DirectoryError, check_directory, load_directory
from queues.yaml_document import MAX_BYTES
from schemas.labels import ComplaintType, Urgency
from tests.conftest import PROJECT

EXAMPLE = PROJECT / "departments.yaml"

GOOD = """\
version: 1
code: SPR
name: {en: Sundarpur}
review_queue: review
oversight_queue: oversight
departments:
  - code: police
    name: {en: Police, hi: पुलिस}
    kind: police
    handles: [SundarpurPolice]
    default_queue: control
    queues:
      - {code: control, name: {en: Control}, types: [police_crime]}
      - {code: review, name: {en: Review}}
      - {code: oversight, name: {en: Oversight}}
places:
  - code: sadar
    name: {en: Sadar, hi: सदर}
    kind: tehsil
service_levels:
  - {hours: 504}
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def act(text: str) -> Path:
        path = tmp_path / "departments.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return act


def mistakes(path: Path) -> list[str]:
    """The lines of the error, without the folder."""
    with pytest.raises(DirectoryError) as raised:
        load_directory(path)
    return str(raised.value).replace(f"{path.parent}/", "").splitlines()


def test_a_good_file_is_a_directory(write: Write) -> None:
    directory = load_directory(write(GOOD))
    assert directory.departments[0].name.hi == "पुलिस"
    assert directory.queues["control"].types == (ComplaintType.POLICE_CRIME,)


CHANGES: dict[str, tuple[str, str, str]] = {
    "an unknown key": (
        "kind: police",
        "kind: police\n    colour: red",
        "departments.yaml:10: departments.0.colour: no such key; there are code, name, kind, level, handles, queues, "
        "default_queue",
    ),
    "an unknown kind": ("kind: police", "kind: polis", "departments.yaml:9: departments.0.kind: must be 'police'"),
    "a type that is not": (
        "types: [police_crime]",
        "types: [police_crime, potholes]",
        "departments.yaml:13: departments.0.queues.0.types.1: must be 'roads', 'water_supply'",
    ),
    "a code with blanks": (
        "code: police",
        "code: The Police",
        "departments.yaml:7: departments.0.code: must be a small letter, then small letters, digits and hyphens",
    ),
    "a code that YAML takes for a truth": (
        "code: police",
        "code: no",
        "departments.yaml:7: departments.0.code: must be a text: write it in quotes",
    ),
    "a postal code without quotes": (
        "kind: tehsil",
        "kind: tehsil\n    pins: [299001]",
        "departments.yaml:20: places.0.pins.0: must be a text: write it in quotes",
    ),
    "a postal code of five digits": (
        "kind: tehsil",
        'kind: tehsil\n    pins: ["29900"]',
        'departments.yaml:20: places.0.pins.0: must be six digits in quotes, as in "299001"',
    ),
    "a key left out": (
        "    default_queue: control\n",
        "",
        "departments.yaml:7: departments.0.default_queue: is missing",
    ),
    "a queue that is not": (
        "review_queue: review",
        "review_queue: desk",
        "departments.yaml:4: review_queue: no queue has the code desk",
    ),
    "a default of another": (
        "default_queue: control",
        "default_queue: nowhere",
        "departments.yaml:11: departments.0.default_queue: nowhere is none of its queues",
    ),
    "a bound that is not": (
        "types: [police_crime]}",
        "types: [police_crime], places: [moon]}",
        "departments.yaml:13: departments.0.queues.0.places: no place has the code moon",
    ),
    "a place within nothing": (
        "kind: tehsil",
        "kind: tehsil\n    within: moon",
        "departments.yaml:20: places.0.within: no place has the code moon",
    ),
    "a queue twice": (
        "{code: review, name: {en: Review}}",
        "{code: review, name: {en: Review}}\n      - {code: review, name: {en: Again}}",
        "departments.yaml:15: departments.0.queues.2.code: review is there twice",
    ),
    "a handle twice": (
        "{code: review, name: {en: Review}}",
        "{code: review, name: {en: Review}, handles: ['@sundarpurpolice']}",
        "departments.yaml:14: departments.0.queues.1.handles.0: sundarpurpolice is there twice",
    ),
    "no entry for any case": (
        "{hours: 504}",
        "{hours: 504, types: [roads]}",
        "departments.yaml:20: service_levels: one entry must fit any case (no types, no urgencies)",
    ),
    "a key twice": (
        "code: SPR",
        "code: SPR\ncode: SPQ",
        "departments.yaml:3: code: there twice, first in line 2: leave one out",
    ),
    "a merge key": ("code: SPR", "code: SPR\n<<: {a: 1}", "departments.yaml:3: file: a key is a plain word here"),
    "a list as a key": ("code: SPR", "code: SPR\n? [a]\n: 1", "departments.yaml:3: file: a key is a plain word here"),
    "a call of Python": (
        "code: SPR",
        "code: !!python/object/apply:os.system [ls]",
        "departments.yaml:2: code: cannot be read as python/object/apply:os.system",
    ),
    "a name of Python": (
        "code: SPR",
        "code: !!python/name:os.system x",
        "departments.yaml:2: code: cannot be read as python/name:os.system",
    ),
    "a number that is none": ("hours: 504", "hours: !!int many", "departments.yaml:21: service_levels.0.hours: cannot"),
    "an open bracket": ("name: {en: Sundarpur}", "name: {en: Sundarpur", "departments.yaml:4: "),
    "a tab": ("code: SPR", "\tcode: SPR", "departments.yaml:2: "),
    "a bell": ("code: SPR", "code: S\aPR", "departments.yaml:2: a character that YAML does not allow"),
    "an alias of nothing": ("code: SPR", "code: *office", "departments.yaml:2: found undefined alias"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_mistake_is_named_by_file_line_and_key(write: Write, name: str) -> None:
    before, after, said = CHANGES[name]
    assert before in GOOD
    found = mistakes(write(GOOD.replace(before, after, 1)))
    assert any(line.startswith(said) for line in found), found


def test_all_mistakes_are_named_at_once(write: Write) -> None:
    text = GOOD.replace("kind: police", "kind: polis").replace("kind: tehsil", "kind: taluk").replace("504", "-1")
    assert [line.split(": ")[0] for line in mistakes(write(text))] == [f"departments.yaml:{n}" for n in (9, 19, 21)]


def test_all_keys_that_are_there_twice_are_named(write: Write) -> None:
    text = GOOD.replace("code: SPR", "code: SPR\ncode: SPQ").replace("kind: tehsil", "kind: tehsil\n    kind: ward")
    assert len(mistakes(write(text))) == 2


WHOLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "a mapping of keys is needed"),
    "a list": (b"- 1\n", "a mapping of keys is needed"),
    "two documents": (b"a: 1\n---\nb: 2\n", "but found another document"),
    "not UTF-8": (b"code: SPR\nname: \xff\n", "departments.yaml:2: not UTF-8"),
    "too large": (b"#" * (MAX_BYTES + 1), "larger than"),
    "deep": (b"a: " + b"[" * 5000, "nested too deeply"),
    "an anchor that holds itself": (b"a: &a [*a]\n", "nested too deeply, or an anchor that holds itself"),
    "a billion laughs": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n".encode()
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "unfolds to more than",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_no_directory_at_all_is_refused(tmp_path: Path, name: str) -> None:
    content, said = WHOLE[name]
    path = tmp_path / "departments.yaml"
    path.write_bytes(content)
    assert said in "\n".join(mistakes(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in mistakes(tmp_path / "departments.yaml")[0]


def test_anchors_may_be_used(write: Write) -> None:
    text = GOOD.replace("name: {en: Control}", "name: &same {en: Control}").replace("name: {en: Review}", "name: *same")
    assert load_directory(write(text)).queues["review"].name.en == "Control"


@given(junk=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_a_directory_or_a_directory_error(junk: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for text in (junk, GOOD.replace("SPR", junk), GOOD.replace("control, name", junk)):
        path.write_text(text, encoding="utf-8")
        try:
            load_directory(path)
        except DirectoryError as error:
            assert str(error).startswith(str(path))


# -- warnings


def test_what_is_seldom_meant_is_a_warning(write: Write) -> None:
    text = GOOD.replace(
        "{code: review, name: {en: Review}}", "{code: review, name: {en: R}}\n      - {code: idle, name: {en: I}}"
    )
    path = write(text.replace("hi: सदर", "mr: Sadar"))
    _, warnings = check_directory(path)
    said = [warning.removeprefix(f"{path.parent}/") for warning in warnings]
    assert said[0].startswith("departments.yaml:15: departments.0.queues.2: idle owns no type")
    assert (
        "departments.yaml:6: departments: no queue owns roads: such complaints to no known handle go to review" in said
    )
    assert said[-1].startswith("departments.yaml:18: places.0: sadar is spelled in one script only")
    assert len(said) == 2 + len(ComplaintType) - 1


# -- the example


def test_the_example_has_neither_mistakes_nor_warnings() -> None:
    directory, warnings = check_directory(EXAMPLE)
    assert warnings == ()
    assert {type for queue in directory.queues.values() for type in queue.types} == set(ComplaintType)
    assert len(directory.places) > 40


def test_the_example_speaks_hindi_and_english() -> None:
    directory = load_directory(EXAMPLE)
    names = [department.name for department in directory.departments]
    names += [queue.name for queue in directory.queues.values()]
    names += [place.name for place in directory.places]
    for name in names:
        assert name.en.isascii()
        assert name.hi
        assert not name.hi.isascii()


def test_the_example_gives_critical_cases_hours_and_the_others_at_most_21_days() -> None:
    levels = load_directory(EXAMPLE).service_levels
    assert all(2 <= level.hours <= 4 for level in levels if Urgency.CRITICAL in level.urgencies)
    assert levels[-1].hours == 21 * 24
