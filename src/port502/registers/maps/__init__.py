"""Device maps: what the registers of a product mean, written once and used everywhere."""
