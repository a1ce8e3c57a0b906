"""A demo town that lives: posts of the invented district of Sundarpur, with follow-ups, a campaign and a rumour."""
