"""Events in motion: sources, topics, the agents that triage and file, and the transport that carries them."""
