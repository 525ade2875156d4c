"""``python -m workers``: the same command as ``mintsoft-xero``."""

from workers.cli import main

if __name__ == "__main__":
    main()
