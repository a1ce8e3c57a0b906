"""The pages, one file per concept; each module has a router."""
