"""The scanner: camera, decoding, vote and grammar, in a child process of the kiosk.

For the rest of the kiosk::

    scanner = ScannerProcess(settings, clock)
    scanner.start(on_result, on_state, on_guide, on_view)   # all called on the scanner's own thread
    scanner.watch(False)                    # nobody is at the scan screen: the camera is let go, nothing is read
    scanner.watch(True)                     # also forgets what was seen: the same receipt is announced again
    scanner.alive()                         # False after stop(), and when five starts have failed: show the keypad
    scanner.stop()                          # ends the child; back within 3 s

`on_result(ScanResult)` comes once for each paper held before the camera (again after it has been away for a second).
`ScanResult.kind`: dossier · url_with_dossier · ticket · appointment (these carry `code`) · card · payment · health ·
vneid · postal · product · unknown. A dossier without a code means that two different ones were seen together: ask for
one at a time. `on_guide(hint)`: closer, farther, still, turn, light or "". `on_view(View)`: a small grey picture.
`on_state(ScannerState)` comes when the scanner's health changes; its `state`, `code` and sentences fit the hub's
`POST /v1/parts` (part "camera").

Decoded text never leaves the child: what crosses the pipe is a kind, an accepted code, and where they came from.

grammar.py  what a text is (pure)            vote.py    when a reading counts (pure)
decode.py   the engines, by stages           patches.py bars turned level (numpy and Pillow, no engine)
still.py    all that a still picture tells   picture.py picture files → grey frames
watcher.py  frame after frame, on a thread   guide.py   closer, farther, still, turn, light
frames.py   what a source is                 camera.py, picamera.py, hand.py  where frames and texts come from
child.py    the child process                process.py its keeper        view.py  small pictures in shared memory
"""

from kiosk.scanner.grammar import Kind
from kiosk.scanner.process import ScannerProcess, ScanResult
from kiosk.scanner.states import ScannerState
from kiosk.scanner.view import View

__all__ = ["Kind", "ScanResult", "ScannerProcess", "ScannerState", "View"]
