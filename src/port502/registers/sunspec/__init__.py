"""SunSpec: devices that say themselves, as a chain of numbered models, which registers mean what."""
