"""Where samples and alarms go, besides the history: whoever is to be told."""
