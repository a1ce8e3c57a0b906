"""Runs a script of a test as the main module: ``python -m tests.pipeline.run_script PATH``."""

import runpy
import sys

runpy.run_path(sys.argv[1], run_name="__main__")
