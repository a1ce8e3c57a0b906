"""The commands of ``sunwai``, one file for each group of them."""
