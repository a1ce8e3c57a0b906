"""Text in, Triage out: the shipped model, how it is trained and how it is measured. No network, no clock."""
