"""The HTTP API, version 1: everything that the dashboard shows and does."""
