"""Cases at rest: the two store protocols, their adapters, and the rules of filing and routing."""
