"""Wireshark's display filter language for the fields that matter: a text in, a function over packets out."""
