"""What the touchscreen knows of files and languages that the settings name: for `motcua config check`."""

from __future__ import annotations

from config.load import Problem
from config.settings import Settings
from kiosk.locale import OWN, BadCatalogue, gaps, languages, read_po
from kiosk.logo import wrong_with

EXAMPLE = "PNG, 64 … 2048 px, ≤ 2 MB, e.g. /etc/motcua/logo.png"


def complaints(settings: Settings) -> list[Problem]:
    """For `motcua config check`: the logo, the languages, the commune's own words."""
    if not settings.kiosk.enabled:
        return []
    found: list[Problem] = []
    logo = settings.site.logo
    wrong = wrong_with(logo) if logo else None
    if wrong:
        found.append(Problem(logo, None, "site.logo", wrong, EXAMPLE))
    there = languages()
    for key, wanted in (("kiosk.language", [settings.kiosk.language]), ("kiosk.languages", settings.kiosk.languages)):
        found += [
            Problem("site.toml", None, key, f"không có tiếng/there is no language {each!r}", ", ".join(there))
            for each in wanted
            if each not in there
        ]
    for path in sorted(OWN.glob("*.po")):
        try:
            words = read_po(path)
        except (BadCatalogue, OSError) as error:
            found.append(Problem(str(path), None, "locale", str(error)))
            continue
        strange = [line for line in gaps(path.stem, words) if "lacks" not in line]
        found += [Problem(str(path), None, "locale", line) for line in strange]
    return found
