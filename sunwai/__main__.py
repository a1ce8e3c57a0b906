"""``python -m sunwai``."""

from sunwai.cli import main

main()
