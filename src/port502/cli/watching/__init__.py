"""The screens of ``port502 watch``, and what stands behind them; textual is imported by the screens alone."""
