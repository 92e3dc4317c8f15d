"""Keys as pictures that a telephone reads."""

import io
from typing import Literal, TypeAlias

from passmanager.service.http.problems import Conflict

Picture: TypeAlias = Literal["svg", "png"]
MEDIA: dict[Picture, str] = {"svg": "image/svg+xml", "png": "image/png"}
SCALE, BORDER = 8, 4


class TooLongForQr(Conflict):
    """The key does not fit into a QR code."""

    code = "too-long-for-qr"


def draw(text: str, picture: Picture) -> bytes:
    """A QR code of a key.

    Raises:
        TooLongForQr: It has more than the 2,331 bytes that a code of medium error correction holds.
    """
    import segno  # noqa: PLC0415 - for those who ask for a picture
    from segno.encoder import DataOverflowError  # noqa: PLC0415

    try:
        # only what is not ASCII says its encoding: some readers know nothing of it
        code = segno.make(
            text, error="m", micro=False, encoding=None if text.isascii() else "utf-8", eci=not text.isascii()
        )
    except DataOverflowError as problem:
        raise TooLongForQr(detail=f"a key of {len(text)} characters does not fit into a QR code") from problem
    out = io.BytesIO()
    code.save(out, kind=picture, scale=SCALE, border=BORDER)
    return out.getvalue()
