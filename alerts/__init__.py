"""The misinformation watch: which posts say the same, and whether it is rising. Pure: no clock, no network."""
