"""The steps of an examination, in their order: each takes evidence and gives back more of it."""
