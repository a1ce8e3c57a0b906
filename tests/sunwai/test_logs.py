"""Logs tell nothing that a library says of addresses and of what was sent there, however much is asked for."""

import subprocess
import sys

import pytest

SAID = """
import logging
from sunwai.logs import set_up_logs
set_up_logs("debug", "json")
logging.getLogger("{name}").debug("POST /bot-secret-token/sendMessage")
logging.getLogger("{name}").warning("not sent")
"""


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "apprise", "httpx", "authlib.oauth2"])
def test_a_library_is_heard_from_its_warnings_on(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", SAID.format(name=name)], capture_output=True, text=True, check=True)
    assert "not sent" in done.stderr
    assert "secret-token" not in done.stderr
