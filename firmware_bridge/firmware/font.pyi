# Types of font.py, beside it because the chip's Python has no typing.
HOLE: int
DASH: int
BLANK: int

def segments(text: str) -> tuple[list[int], str]: ...
def text_of(shapes: list[int]) -> str: ...
