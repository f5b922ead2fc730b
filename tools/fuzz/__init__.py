"""Mutated inputs for every parser of what comes from outside: ``python -m tools.fuzz``."""
