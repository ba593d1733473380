"""Which firmware runs. Never replaced by an update, so it stays small and needs nothing of what it starts.

Three places: "-" the firmware as it left the workshop (frozen, or beside this file), and the folders "a" and "b" that
updates are written to. The file `slots` says "run trial tries crashes check". A new firmware is on trial: it
has TRIES starts to be confirmed by the host, else the one before it runs again. One that crashes CRASHES times in a row
without having worked for a while gives way to the workshop's, which can at least be loaded anew.

On a Pico this file also runs by itself at power on, before main.py, and then only defines these functions.
"""

import os
import sys

FACTORY = "-"
SLOTS = ("a", "b")
TRIES = 3
CRASHES = 5
NOTHING = (FACTORY, FACTORY, 0, 0)


def _check(run, trial, tries, crashes):
    return ord(run) * 7 + ord(trial) * 31 + tries * 127 + crashes * 511 + 4711


def read(root):
    """(run, trial, tries, crashes); a missing or torn file is the workshop's firmware."""
    for name in ("slots", "slots.new"):
        try:
            with open(root + "/" + name) as file:
                words = file.read(64).split()
            run, trial = words[0], words[1]
            tries, crashes, check = [int(word) for word in words[2:5]]
            known = run in (FACTORY, "a", "b") and trial in (FACTORY, "a", "b")
            if known and check == _check(run, trial, tries, crashes):
                return run, trial, tries, crashes
        except (OSError, ValueError, IndexError, TypeError):
            continue
    return NOTHING


def write(root, run, trial, tries, crashes):
    with open(root + "/slots.new", "w") as file:
        file.write("%s %s %d %d %d" % (run, trial, tries, crashes, _check(run, trial, tries, crashes)))
    os.rename(root + "/slots.new", root + "/slots")


def choose(root):
    """The slot to run now. Counts this start against a firmware on trial, before it runs."""
    run, trial, tries, crashes = read(root)
    if trial != FACTORY:
        if tries > 0:
            write(root, run, trial, tries - 1, crashes)
            return trial
        write(root, run, FACTORY, 0, 0)
    elif run != FACTORY and crashes >= CRASHES:
        write(root, FACTORY, FACTORY, 0, 0)
        return FACTORY
    return run


def crashed(root, slot, why):
    """Remember that it ended by itself."""
    run, trial, tries, crashes = read(root)
    if slot == run and slot != FACTORY:
        write(root, run, trial, tries, crashes + 1)
    with open(root + "/crash.txt", "w") as file:
        file.write("%s %s" % (slot, why))


def start(root, *arguments):
    """Run the chosen firmware's `board_main.main(root, slot, …)`. Returns when it has ended; False when it crashed."""
    slot = choose(root)
    if slot != FACTORY:
        sys.path.insert(0, root + "/" + slot)
    try:
        import board_main

        board_main.main(root, slot, *arguments)
    except Exception as error:  # noqa: BLE001 whatever the started firmware does wrong, the board must come back
        if hasattr(sys, "print_exception"):
            sys.print_exception(error)
        crashed(root, slot, repr(error))
        return False
    return True
