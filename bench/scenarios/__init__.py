"""What is measured, one room of the house per module."""
