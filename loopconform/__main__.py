"""`python -m loopconform`: the command line."""

from loopconform.cli import main

main()
