"""What the dashboard's tools do, apart from how they look; none of it needs a running site."""
