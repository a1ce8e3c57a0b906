"""Tests of cases at rest."""
