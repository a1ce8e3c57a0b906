"""Measurements, each run as ``python -m bench.<name>``."""
