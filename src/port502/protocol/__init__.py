"""What is said: bytes to messages and back, framings and connection state machines. No I/O, no clock."""
