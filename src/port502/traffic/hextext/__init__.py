"""Bytes out of text: hexadecimal in any spelling, dumps, and logs of other programs."""
