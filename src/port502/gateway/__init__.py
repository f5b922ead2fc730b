"""Standing between: serial lines behind TCP, TCP devices behind serial lines, and one connection shared by many."""
