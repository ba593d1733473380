"""`motcua search` beyond a question: a file of everyday words checked to the line, a file of questions rated."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.cli import build_parser
from kiosk.bench.search import enlarged
from kiosk.catalogue import load_catalogue
from kiosk.search.aliases import AliasError, read_aliases
from kiosk.search.engine import Search


def motcua(*words: str | Path) -> int:
    arguments = build_parser().parse_args([str(word) for word in words])
    return int(arguments.run(arguments))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[everyday]\n"1.001193" = ["a"\n"b"]\n', ":3: chưa đúng TOML"),
        (
            '[everyday]\n\n"1.00119" = ["đặt tên"]\n',
            ":3: không có thủ tục 1.00119 / no such procedure – ý là 1.001193",
        ),
        ('[everyday]\n"1.001193" = "một lời"\n', ":2: everyday.1.001193: cần danh sách lời"),
        ('[everyday]\n"1.001193" = ["?!"]\n', ":2: 1.001193: có lời trống"),
        (
            '[everydays]\n"1.001193" = ["a"]\n',
            ":1: không có phần 'everydays' / there is no part 'everydays' – ý là everyday",
        ),
        ('[abbreviations]\n"g k s" = "giấy khai sinh"\n', ":2: 'g k s': viết tắt là một chữ liền"),
        ('[concepts]\n"khai tử |" = ["mất"]\n', ":2: 'khai tử |': thiếu lời"),
    ],
)
def test_a_mistake_in_the_words_is_told_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    codes = [each.code for each in load_catalogue().procedures]
    with pytest.raises(AliasError) as error:
        read_aliases(file, codes)
    assert expected in str(error.value)


def test_the_command_checks_the_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert motcua("search", "--check-aliases") == 0
    file = tmp_path / "own.toml"
    file.write_text('[everyday]\n"1.001193" = [""]\n"7.1" = ["x"]\n', encoding="utf-8")
    assert motcua("search", "--check-aliases", file) == 1
    told = capsys.readouterr().err
    assert f"{file}:2:" in told and f"{file}:3:" in told and "2 lỗi" in told


def test_words_of_the_site_are_searched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[concepts]\n"di chúc" = ["lời thề cuối"]\n[abbreviations]\nzzq = "thường trú"\n', encoding="utf-8")
    assert motcua("search", "--aliases", file, "loi the cuoi") == 0
    assert capsys.readouterr().out.startswith("2.001019")
    assert motcua("search", "--aliases", file, "zzq") == 0
    assert capsys.readouterr().out.startswith("1.004222")


def test_a_file_of_questions_is_rated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text("# of our own\nkhai sinh\t1.001193\nba\tsổ đỏ\t1.013978|1.013949\n", encoding="utf-8")
    assert motcua("search", "--rate", file) == 0
    assert "2 câu hỏi / questions: hit@1 100.0%, hit@3 100.0%" in capsys.readouterr().out
    file.write_text("khai sinh\t1.000656\n", encoding="utf-8")
    assert motcua("search", "--rate", file) == 1
    assert "1: khai sinh: 1.000656 ≠" in capsys.readouterr().out


def test_a_concept_serves_a_procedure_no_word_was_written_for() -> None:
    """A new row of a commune's own catalogue is found by everyday words for what its name says."""
    catalogue = enlarged(load_catalogue(), 130)
    made = catalogue.procedures[-1].model_copy(
        update={"name": "Cấp lại giấy phép bán lẻ rượu", "short": "Cấp lại rượu"}
    )
    shown = type(catalogue)(
        **{
            **{f: getattr(catalogue, f) for f in catalogue.__dataclass_fields__},
            "procedures": (*catalogue.procedures[:-1], made),
        }
    )
    assert Search(shown).find("mat giay phep ban ruou")[0].procedure.code == made.code
