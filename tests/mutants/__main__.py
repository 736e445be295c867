"""`python -m tests.mutants`: judge the mutants."""

import sys

from .judge import main

sys.exit(main())
