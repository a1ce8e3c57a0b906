"""A demo town: a day of Sundarpur that never was, and half an hour in which a rumour begins to spread."""
