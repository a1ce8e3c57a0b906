"""``sunwai replay``: what sources delivered, once more into the stream."""

from pathlib import Path
from typing import Annotated

import typer

from queues.seal import read_key
from streams.sources.recording import RecordingError, read_recording
from streams.sources.replaying import UnknownOriginError
from streams.topics import DEAD_LETTERS, DELETIONS, MENTIONS
from sunwai.commands.common import DataOption, DirectoryOption, fail, office, plain_errors, say
from sunwai.replaying import replaying_of

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    folder: Annotated[Path, typer.Argument(help="A folder that SUNWAI_RECORD named.")],
    key: Annotated[Path | None, typer.Option("--key", help="Its key (SUNWAI_RECORD_KEY_FILE).")] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", min=0.001, help="N times as fast as it came; unset: at once.")
    ] = None,
    as_new: Annotated[bool, typer.Option("--as-new", help="Received now: clocks run, as in a drill.")] = False,
    data: DataOption = None,
    directory: DirectoryOption = None,
) -> None:
    """A recording into an office's stream, the same mentions as came. A drill wants an office of its own (--data)."""
    with office(data=data, directory=directory) as parts, plain_errors(RecordingError, UnknownOriginError):
        parts.log.prepare()
        try:
            secret = read_key(key or parts.settings.record_key_path)
        except (OSError, ValueError) as error:
            fail(f"the recording's key cannot be read: {error}")
        done = replaying_of(parts, speed=speed, as_new=as_new).run(read_recording(folder, secret))
    say(f"{done[MENTIONS.name]} posts, {done[DELETIONS.name]} deletions, {done[DEAD_LETTERS.name]} dead letters")
