"""Every setting in words, made from the models themselves so that it cannot go stale."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings


def explanations() -> dict[str, str]:
    """Key (`speaker.accent`, `hours.holidays.from`) → a few lines: meaning, type, range, default."""
    return _under(Settings, "")


def _under(model: type[BaseModel], prefix: str, place: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        full = f"{prefix}.{key}" if prefix else key
        if prefix:
            found[full] = _explain(full, place, key, field)
        inner = _model(field.annotation)
        if inner is not None:
            many = get_origin(field.annotation) is list
            found |= _under(inner, full, f"[[{full}]]" if many else f"[{full}]")
    return found


def _model(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *get_args(annotation)]
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _explain(full: str, place: str, key: str, field: FieldInfo) -> str:
    vi, _, en = (field.description or "").partition(" | ")
    lines = [f"{full}   ({place} {key} = …)", f"  {vi}"]
    if en:
        lines.append(f"  {en}")
    lines.append(f"  kiểu/type: {_type(field.annotation)}{_range(field)}")
    if field.is_required():
        lines.append("  bắt buộc/required")
    else:
        default = field.get_default(call_default_factory=True)
        shown = default.model_dump(exclude_defaults=True) if isinstance(default, BaseModel) else default
        lines.append(f"  mặc định/default: {'không ghi/not set' if shown is None else repr(shown)}")
    return "\n".join(lines)


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None:
        return "trống/nothing" if annotation is type(None) else getattr(annotation, "__name__", str(annotation))
    name = getattr(origin, "__name__", str(origin))
    if name == "Literal":
        return " | ".join(str(each) for each in arguments)
    if name == "Annotated":
        return _type(arguments[0])
    if name in ("list", "dict"):
        return f"{name}[{', '.join(_type(each) for each in arguments)}]"
    return " | ".join(_type(each) for each in arguments)


def _range(field: FieldInfo) -> str:
    parts: list[str] = []
    for rule in field.metadata:
        match rule:
            case annotated_types.Ge(ge=value):
                parts.append(f"≥ {value}")
            case annotated_types.Le(le=value):
                parts.append(f"≤ {value}")
            case annotated_types.MinLen(min_length=value):
                parts.append(f"dài/length ≥ {value}")
            case annotated_types.MaxLen(max_length=value):
                parts.append(f"dài/length ≤ {value}")
    return f" ({', '.join(parts)})" if parts else ""
