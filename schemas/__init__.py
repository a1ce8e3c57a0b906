"""The vocabulary of Sunwai: frozen values, one file per concept. Imports nothing else of ours."""
