"""Why it does not work: steps that gather evidence, a judge that needs no network, one table of findings."""
