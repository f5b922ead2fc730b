"""What is suspicious in traffic: detections, the baseline of what is usual, and the engine that compares the two."""
