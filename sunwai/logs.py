"""Structured logs on stderr: one line an event, without what people wrote or who they are."""

import logging
import sys

import structlog

__all__ = ["set_up_logs"]

_QUIET = (
    *("faust", "mode", "aiokafka", "kafka", "elastic_transport", "uvicorn", "asyncio", "httpx", "httpcore"),
    *("apprise", "urllib3", "authlib"),
)
"""Libraries of whom only warnings and worse are wanted: below that some tell addresses with the passwords in them, and
what was sent there."""


def set_up_logs(least: str, form: str) -> None:
    """``least`` and ``form``: as the settings ``log_level`` and ``log_format`` say."""
    level = logging.getLevelNamesMapping()[least.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if console:  # a traceback without the values of variables: they may be a person's words
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
