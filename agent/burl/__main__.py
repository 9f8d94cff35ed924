"""`python -m burl`: the command line where the command `burl` is not on the PATH."""

from burl.cli import main

if __name__ == "__main__":
    main()
