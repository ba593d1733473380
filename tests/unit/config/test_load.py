"""Settings: every mistake is one line that says where, what, what is allowed and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.commands import SITES, site_names
from config.load import SettingsError, load_settings


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (SITES / "six-counters.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the ready site has no {old!r}"
        text = text.replace(old, new, 1)
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {})
    return [str(each) for each in caught.value.problems]


@pytest.mark.parametrize("name", site_names())
def test_ready_sites_are_right(name: str) -> None:
    settings = load_settings(SITES / f"{name}.toml", {})
    assert settings.services
    assert settings.counters


def test_the_four_promised_sites_ship() -> None:
    assert set(site_names()) >= {"one-pi", "two-counters", "six-counters", "mobile"}


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    (line,) = problems(written(tmp_path, ('accent = "north"', 'acent = "north"')))
    assert "site.toml:" in line
    assert "speaker.acent" in line
    assert "accent?" in line


def test_wrong_choice_names_what_is_allowed(tmp_path: Path) -> None:
    (line,) = problems(written(tmp_path, ('accent = "north"', 'accent = "nort"')))
    assert "north, central, south" in line.replace(" or ", ", ")
    assert "north?" in line


def test_wrong_type_and_range(tmp_path: Path) -> None:
    lines = problems(written(tmp_path, ("baud = 115200", 'baud = "fast"'), ("rows = 8", "rows = 80")))
    assert len(lines) == 2
    assert any("buses[0].baud" in line and "'fast'" in line for line in lines)
    assert any("rows" in line and "80" in line and "8" in line for line in lines)


def test_port_numbered_by_plugging_is_refused_with_the_reason(tmp_path: Path) -> None:
    site = written(tmp_path)
    text = site.read_text(encoding="utf-8")
    before, _, rest = text.partition('port = "')
    site.write_text(before + 'port = "/dev/ttyUSB0"' + rest[rest.index('"') + 1 :], encoding="utf-8")
    (line,) = problems(site)
    assert "/dev/ttyUSB0" in line
    assert "/dev/serial/by-id" in line


def test_two_boards_on_one_address_and_unknown_service(tmp_path: Path) -> None:
    lines = problems(
        written(tmp_path, ("address = 1\ndigits", "address = 0\ndigits"), ('services = ["land"]', 'services = ["lnd"]'))
    )
    assert any("boards[1].address" in line and "counter-1" in line and "counter-2" in line for line in lines)
    assert any("'lnd'" in line and "land?" in line for line in lines)


def test_one_run_shows_mistakes_of_both_kinds(tmp_path: Path) -> None:
    lines = problems(
        written(tmp_path, ('accent = "north"', 'acent = "north"'), ('services = ["land"]', 'services = ["lnd"]'))
    )
    assert any("acent" in line for line in lines)
    assert any("'lnd'" in line for line in lines)


def test_each_line_carries_its_line_number(tmp_path: Path) -> None:
    path = written(tmp_path, ("rows = 8", "rows = 80"))
    number = path.read_text(encoding="utf-8").splitlines().index("rows = 80") + 1
    (line,) = problems(path)
    assert line.startswith(f"{path}:{number}: ")


def test_missing_file_and_broken_toml(tmp_path: Path) -> None:
    assert "config init" in problems(tmp_path / "none.toml")[0]
    broken = tmp_path / "broken.toml"
    broken.write_text("[site\nname=1", encoding="utf-8")
    assert "TOML" in problems(broken)[0]
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in problems(binary)[0]


def test_environment_wins_over_the_file_and_is_checked(tmp_path: Path) -> None:
    path = written(tmp_path)
    settings = load_settings(path, {"MOTCUA_SPEAKER__ACCENT": "south", "MOTCUA_SPEAKER__VOLUME": "55"})
    assert settings.speaker.accent == "south"
    assert settings.speaker.volume == 55
    (line,) = problems(path, {"MOTCUA_SPEAKER__ACENT": "south"})
    assert "MOTCUA_SPEAKER__ACENT" in line
    assert "speaker.accent" in line


def test_primary_colour_must_be_readable(tmp_path: Path) -> None:
    (line,) = problems(written(tmp_path, ('device = "edge-01"', 'device = "edge-01"\nprimary = "#CE7A58"')))
    assert "7:1" in line
    assert "#0E4A56" in line


@pytest.mark.parametrize("letter", ["I", "O", "a", "Đ", "AB", "P"])
def test_letters_that_boards_cannot_show_are_refused(tmp_path: Path, letter: str) -> None:
    assert problems(written(tmp_path, ('letter = "B"', f'letter = "{letter}"')))


def test_open_network_needs_tls(tmp_path: Path) -> None:
    path = written(tmp_path)
    lines = problems(path, {"MOTCUA_HUB__LISTEN": "0.0.0.0:8700"})
    assert any("tls_cert" in line for line in lines)
    load_settings(path, {"MOTCUA_HUB__LISTEN": "127.0.0.1:8700"})


@pytest.mark.parametrize("kind", ["services", "counters", "buses"])
def test_misspelt_table_is_found_on_its_line(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, (f"[[{kind}]]", f"[[{kind}x]]"))
    at = path.read_text(encoding="utf-8").splitlines().index(f"[[{kind}x]]") + 1
    assert any(line.startswith(f"{path}:{at}: {kind}x: ") and f"{kind}?" in line for line in problems(path))


def test_mark_of_a_windows_editor_is_no_mistake(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_settings(path, {}).services


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("[site]\nname = 'Tổ'\n".encode("cp1258", "replace").replace(b"?", b"\xea"), 2, "UTF-8"),
        (b"[site]\nid = " + b"9" * 5000, 2, "not TOML"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, 1, "not TOML"),
        (b'[site]\nid = "x', 2, "not TOML"),
    ],
)
def test_what_is_no_settings_file_is_one_line(tmp_path: Path, content: bytes, line: int, word: str) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    (found,) = problems(path)
    assert found.startswith(f"{path}:{line}: ") and word in found


def test_true_is_not_one_and_no_text_steers_a_terminal(tmp_path: Path) -> None:
    lines = problems(written(tmp_path, ("rows = 8", "rows = true"), ('accent = "north"', 'accent = "\\u001b[31m"')))
    assert len(lines) == 2
    assert any("boards[" in line and ".rows: " in line and "true" in line for line in lines)
    assert any("speaker.accent" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_a_huge_value_stays_one_readable_line(tmp_path: Path) -> None:
    (line,) = problems(written(tmp_path, ('accent = "north"', f'accent = "{"n" * 100_000}"')))
    assert len(line) < 1000 and "north, central, south" in line


def test_a_wrong_value_of_the_environment_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    (line,) = problems(written(tmp_path), {"MOTCUA_SPEAKER__ACCENT": "west"})
    assert line.startswith("environment: MOTCUA_SPEAKER__ACCENT: ") and "north, central, south" in line


def test_ledger_and_socket_follow_their_folders_unless_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(
        '[paths]\nstate = "/srv/s"\nruntime = "/srv/r"\n' + path.read_text(encoding="utf-8"), encoding="utf-8"
    )
    moved = load_settings(path, {})
    assert (moved.hub.ledger, moved.hub.socket) == ("/srv/s/ledger.db", "/srv/r/hub.sock")
    assert load_settings(path, {"MOTCUA_HUB__LEDGER": "/x/l.db"}).hub.ledger == "/x/l.db"
    assert load_settings(written(tmp_path), {}).hub.ledger == "/var/lib/motcua/ledger.db"
