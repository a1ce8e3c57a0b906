"""Posts of X, by its API v2: a filtered stream, recent search for what the stream missed, and what was deleted since.

Shapes and limits are those of the X developer platform's documentation; each module names its pages.
"""
