"""The program ``port502``: the command line, where its packages are installed."""

from __future__ import annotations

import sys

NEEDED = frozenset({"typer", "rich", "pydantic", "pydantic_core", "ruamel"})
"""The packages of the extra ``cli``."""


def main() -> None:
    """Run the command line; without the extra ``cli``, say in one line what to install."""
    try:
        from port502.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        sys.stderr.write(
            f"port502: the command line needs the package {error.name}; install it with:"
            " pip install 'port502[cli]'\n"
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
