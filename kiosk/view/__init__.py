"""The kiosk's own widget layer: a pure tree, laid out in millimetres, painted with pygame.

widgets.py  the tree (frozen dataclasses)      metrics.py  the panel: millimetres to pixels, type sizes
cmap.py     which letters a font file has      fonts.py    measuring and wrapping with the real fonts
layout.py   tree → flat list of placed items   diff.py     two lists → dirty rectangles
paint.py    items → pixels                     icons.py    our own line icons
checks.py   nothing cut, overlapping, too small, too pale, or without a glyph
"""
