"""A fee paid by one's own bank. This machine never says that it was paid: it does not know."""

from __future__ import annotations

from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.start import message
from kiosk.screens.takeaway import beside_code
from kiosk.takeaway import dong
from kiosk.vietqr import Transfer, encode
from kiosk.view.widgets import Box, Text, Widget


def payload(look: Look, model: Model) -> str | None:
    """What the code holds; None where there is no account or nothing to pay."""
    account, pay = look.settings.payment, model.pay
    if not account.offered or pay is None:
        return None
    return encode(Transfer(account.bin, account.account, pay.amount_vnd, pay.note))


def pay(look: Look, model: Model) -> Box:
    """Amount, holder, code; afterwards the counter wants to see it."""
    m, words = look.metrics, look.words
    text = payload(look, model)
    if text is None or model.pay is None:
        return message(look, model, "document", look.primary, words("pay.none"), words("pay.none.text"))
    account = look.settings.payment
    amount = Text(dong(model.pay.amount_vnd, words), m.headline * (1.0 if look.compact else 1.2), 700, look.primary)
    number = f"{account.bank} · {account.account}" if account.bank else account.account
    holder = look.body(words("pay.holder.short" if m.large else "pay.holder", holder=account.holder))
    after = look.body(words("pay.after.short" if m.large else "pay.after"))
    note = look.body(f"{number}. {words('pay.note', note=model.pay.note)}", soft=True)
    how = look.body(words("pay.how"), soft=True)
    lines: list[Widget] = [amount, holder, after, note, how]
    return look.frame(model, beside_code(look, text, words("pay.scan"), *lines))
