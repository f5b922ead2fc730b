"""Learning from traffic: inventory, site file, policies and devices that replay what was seen."""
