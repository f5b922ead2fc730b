"""Programs that are measured, each in a process of its own (``python -m bench.peers.NAME``)."""
