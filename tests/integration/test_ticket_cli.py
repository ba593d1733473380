"""`motcua ticket` and `motcua printers` as a technician types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

import config
from firmware_bridge.template import SHIPPED

SITES = Path(config.__file__).parent / "sites"


def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def preview(png: Path, *more: str) -> Image.Image:
    done = motcua("ticket", "preview", "--png", str(png), *more)
    assert done.returncode == 0, done.stderr
    assert "byte" in done.stdout
    with Image.open(png) as image:
        return image.convert("L")


@pytest.mark.parametrize("kind", ["ticket", "priority", "copy", "desk", "list", "slip", "test"])
def test_every_kind_of_paper(tmp_path: Path, kind: str) -> None:
    image = preview(tmp_path / "p.png", "--kind", kind, "--number", "b007", "--profile", "generic-58")
    assert image.width == 384
    codes = [each.text for each in zxingcpp.read_barcodes(image)]
    assert codes == ([] if kind in ("list", "slip", "test") else ["MC1/xa-mau/20261123/B007"])


def test_the_sites_own_names_and_printer(tmp_path: Path) -> None:
    image = preview(tmp_path / "p.png", "--config", str(SITES / "six-counters.toml"))
    assert image.width == 576
    codes = [each.text for each in zxingcpp.read_barcodes(image)]
    assert codes
    assert "xa-mau" not in codes[0]


def test_an_edited_template_is_what_comes_out(tmp_path: Path) -> None:
    mine = tmp_path / "phieu.txt"
    mine.write_text(SHIPPED.read_text(encoding="utf-8").replace("\nqr\n", "\n"), encoding="utf-8")
    image = preview(tmp_path / "p.png", "--template", str(mine))
    assert zxingcpp.read_barcodes(image) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--template", "{folder}/bad.txt"], ["bad.txt:2:", "number?", "docs/ticket.md"]),
        (["--template", "{folder}/none.txt"], ["none.txt"]),
        (["--profile", "generic-90"], ["generic-80?"]),
        (["--profile", "{folder}/none.toml"], ["none.toml"]),
        (["--number", "42"], ["A042"]),
        (["--config", "{folder}/none.toml"], ["none.toml"]),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    (tmp_path / "bad.txt").write_text("[ticket]\nhuge: {numbr}\n", encoding="utf-8")
    png = tmp_path / "p.png"
    done = motcua("ticket", "preview", "--png", str(png), *(each.format(folder=tmp_path) for each in arguments))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert not png.exists()


def test_printers_and_fields_are_listed(tmp_path: Path) -> None:
    listed = motcua("printers")
    assert listed.returncode == 0
    assert all(name in listed.stdout for name in ("generic-80", "generic-58", "epson-tm", "pos-5890"))
    fields = motcua("ticket", "fields")
    assert "{estimate}" in fields.stdout
    own = tmp_path / "may-in.toml"
    own.write_text('name = "Máy in xã"\npaper_mm = 58\nwidth_dots = 384\n[cut]\nkind = "non"\n', encoding="utf-8")
    wrong = motcua("printers", "check", str(own))
    assert wrong.returncode == 2
    assert "may-in.toml:5: cut.kind" in wrong.stderr
    own.write_text('name = "Máy in xã"\npaper_mm = 58\nwidth_dots = 384\n', encoding="utf-8")
    assert motcua("printers", "check", str(own)).returncode == 0


def test_config_check_reads_the_printers_files(tmp_path: Path) -> None:
    text = (SITES / "six-counters.toml").read_text(encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text(text.replace("[printer]\n", f'[printer]\ntemplate = "{tmp_path}/bad.txt"\n'), encoding="utf-8")
    (tmp_path / "bad.txt").write_text("[ticket]\nlarge: {number}\n", encoding="utf-8")
    done = motcua("config", "check", "--config", str(site))
    assert done.returncode == 2
    assert "bad.txt:2: {number}" in done.stderr
