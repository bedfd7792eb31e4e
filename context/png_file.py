"""The file of a picture: a palette of 256 colours, so that it is small and quickly written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image, PngImagePlugin

from context.drawing import DPI

if TYPE_CHECKING:
    from collections.abc import Sequence


def _keys(red: Any, green: Any, blue: Any) -> Any:
    """Number colours with 5, 6 and 5 bits for red, green and blue."""
    wide = np.uint16
    return (red.astype(wide) >> 3 << 11) | (green.astype(wide) >> 2 << 5) | (blue.astype(wide) >> 3)


def with_palette(pixels: Any, flat: Sequence[str]) -> Image.Image:
    """Return the picture with 256 colours: the flat ones exactly, then the most frequent."""
    keys = _keys(pixels[..., 0], pixels[..., 1], pixels[..., 2])
    found = np.zeros(1 << 16, dtype=bool)
    found[keys] = True
    counts = np.bincount(keys[::3, ::3].ravel(), minlength=1 << 16)  # which are frequent
    exact = np.array([to_rgb(colour) for colour in flat[:128]]) * 255
    exact = np.rint(exact).astype(np.uint8)
    present = np.flatnonzero(found)
    present = present[np.argsort(-counts[present], kind="stable")]
    levels = np.stack([present >> 11 << 3, present >> 5 << 2 & 0xFC, present << 3 & 0xF8], axis=1)
    levels |= levels >> 5
    taken = np.isin(present, _keys(exact[:, 0], exact[:, 1], exact[:, 2]))
    palette = np.concatenate([exact, levels[~taken][: 256 - len(exact)]])
    apart = ((levels[:, None, :].astype(int) - palette[None, :, :]) ** 2).sum(axis=2)
    index = np.zeros(1 << 16, dtype=np.uint8)
    index[present] = apart.argmin(axis=1)
    index[_keys(exact[:, 0], exact[:, 1], exact[:, 2])[::-1]] = np.arange(len(exact))[::-1]
    reduced = Image.fromarray(np.take(index, keys))
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    return reduced


def write_png(pixels: Any, flat: Sequence[str], *, title: str, words: str) -> bytes:
    """Write an array of rows, columns and red, green, blue as PNG, with its description in words.

    ``flat`` are the colours that come out exactly; all others have their nearest of 256.
    """
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Title", title)
    info.add_itxt("Description", words)
    target = io.BytesIO()
    reduced = with_palette(pixels, flat)
    # flat colours lie in runs: run lengths alone (zlib's strategy 3) are as small and quicker
    reduced.save(target, "PNG", pnginfo=info, compress_level=3, compress_type=3, dpi=(DPI, DPI))
    return target.getvalue()
