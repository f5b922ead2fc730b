"""Is this site ready to go live? Checks on what is configured, and on what can be seen."""
