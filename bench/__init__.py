"""Benchmarks: port502 beside its peers, on one machine, in one run (``python -m bench``)."""
