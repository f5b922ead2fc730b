"""Probing a peer and the way to it, with what an ordinary user may ask of the kernel.

Nothing here judges: every function returns what was seen, and None or a reason where the system does not tell.
"""
