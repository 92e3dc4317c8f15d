"""`python -m passmanager.cli`."""

from passmanager.cli import main

if __name__ == "__main__":
    main()
