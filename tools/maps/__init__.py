"""The converter of the map library: facts about devices in, one YAML map per product family out.

``python -m tools.maps FACTS OUTPUT`` reads a folder with ``devices.jsonl`` and ``fingerprints.jsonl``, merges
the entries of each family, harmonises names, units and quantities, and reports whatever it left out and why.
"""
