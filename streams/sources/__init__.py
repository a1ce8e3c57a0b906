"""Sources: where posts come from. Each hands payloads to a ``Publisher``."""
