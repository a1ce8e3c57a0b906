"""The web application: what officers, supervisors and the watch see, and the JSON API behind it."""
