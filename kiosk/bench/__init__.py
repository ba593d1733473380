"""Figures of the screen, the scanner and the search: `motcua bench ui|scan|search`."""
