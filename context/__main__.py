"""Run the command line as ``python -m context``."""

import sys

from context.cli import main

sys.exit(main())
