"""Senders: how what a case has to say to a citizen goes out, one file for each platform."""
