"""``python -m skprognet`` is the command line."""

from skprognet.cli import main

if __name__ == "__main__":
    main(prog_name="skprognet")
