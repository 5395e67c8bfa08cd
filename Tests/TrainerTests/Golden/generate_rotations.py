"""Writes rotations.json: images turned by Pillow's Image.rotate(angle, resample=BILINEAR, fillcolor=0).

    pip install pillow numpy
    python generate_rotations.py
"""

import json

import numpy as np
import PIL
from PIL import Image

random = np.random.default_rng(3)
angles = [0, 15, 30, 45, 60, 75, 90, 180, 270, 360, -30, 7.3, 359.99, 1e-9]


def smooth(shape):
    """Noise with a smooth part, so that interpolation has both to work on; bright up to the border."""
    height, width = shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    wave = 127 + 90 * np.sin(x / 3.1) * np.cos(y / 4.7)
    noise = random.integers(-38, 39, size=shape)
    return np.clip((wave if len(shape) == 2 else wave[..., None]) + noise, 0, 255).astype(np.uint8)


def case(shape):
    pixels = smooth(shape)
    fill = 0 if len(shape) == 2 else (0, 0, 0)
    turned = []
    for angle in angles:
        image = Image.fromarray(pixels).rotate(angle, resample=Image.Resampling.BILINEAR, fillcolor=fill)
        turned.append({"degrees": angle, "pixels": np.asarray(image).tobytes().hex()})
    height, width = shape[:2]
    channels = 1 if len(shape) == 2 else shape[2]
    return {"height": height, "width": width, "channels": channels, "pixels": pixels.tobytes().hex(), "turned": turned}


with open("rotations.json", "w", encoding="utf-8") as file:
    json.dump({"pillow": PIL.__version__, "cases": [case((28, 28)), case((13, 20)), case((14, 11, 3))]}, file,
              separators=(",", ":"))
    file.write("\n")
