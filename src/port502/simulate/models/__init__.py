"""What devices do: physics simple enough to be computed when somebody looks."""
