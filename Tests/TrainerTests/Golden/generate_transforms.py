"""Writes transforms.json: what Pillow and torchvision make of small images, and images/: the same images as files.

    pip install torchvision pillow numpy
    python generate_transforms.py
"""

import json
import pathlib

import numpy as np
import PIL
import torchvision
import torchvision.transforms as T
import torchvision.transforms.functional as F
from PIL import Image

random = np.random.default_rng(11)
bilinear = T.InterpolationMode.BILINEAR


def picture(height, width, channels):
    """Noise on a wave, with fully black, white, gray and saturated pixels."""
    y, x = np.mgrid[0:height, 0:width]
    wave = 127 + 100 * np.sin(x / 2.3) * np.cos(y / 3.1)
    noise = random.integers(-60, 61, size=(height, width, channels))
    pixels = np.clip(wave[..., None] + noise, 0, 255).astype(np.uint8)
    pixels[0, 0], pixels[0, 1], pixels[0, 2] = 0, 255, 128
    if channels == 3:
        pixels[1, 0], pixels[1, 1], pixels[1, 2], pixels[1, 3] = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 254, 0)
    return pixels


def image(pixels):
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def resize(source, height, width, filter=Image.Resampling.BILINEAR):
    """Along rows, then along columns, whatever order this version of Pillow would take."""
    return source.resize((width, source.height), filter).resize((width, height), filter)


def described(result):
    array = np.asarray(result)
    array = array[..., None] if array.ndim == 2 else array
    return {"shape": list(array.shape), "pixels": array.tobytes().hex()}


def cases(source):
    """(description's YAML entry, result of torchvision)"""
    height, width = source.height, source.width
    for side in [20, 7]:
        sides = (side, int(side * width / height)) if height <= width else (int(side * height / width), side)
        assert T.Resize(side)(source).size == sides[::-1]
        yield f"{{resize: {side}}}", resize(source, *sides)
    for sides in [(9, 31), (30, 6), (height, 5), (40, width), (height, width)]:
        yield f"{{resize: [{sides[0]}, {sides[1]}]}}", resize(source, *sides)
    yield "{resize: {size: [21, 22], filter: bicubic}}", resize(source, 21, 22, Image.Resampling.BICUBIC)
    yield "{resize: {size: [6, 7], filter: bicubic}}", resize(source, 6, 7, Image.Resampling.BICUBIC)
    yield "{center-crop: 8}", T.CenterCrop(8)(source)
    yield "{center-crop: [7, 9]}", T.CenterCrop((7, 9))(source)
    yield "{pad: 2}", T.Pad(2)(source)
    yield "{invert: true}", F.invert(source)
    yield "{grayscale: 1}", T.Grayscale(1)(source)
    yield "{grayscale: 3}", T.Grayscale(3)(source)
    yield "{rotate: 33}", F.rotate(source, 33, bilinear)
    yield "{rotate: -90}", F.rotate(source, -90, bilinear)
    # What evaluation sees of transforms that training draws at random.
    yield "{random-crop: {size: 8}}", T.CenterCrop(8)(source)
    yield "{random-crop: {size: [14, 16], padding: 3}}", T.CenterCrop((14, 16))(T.Pad(3)(source))
    yield "{horizontal-flip: 1}", source
    yield "{random-rotation: 90}", source
    yield "{random-affine: {degrees: 90}}", source
    yield "{color-jitter: {brightness: 1, contrast: 1, saturation: 1, hue: 0.5}}", source
    yield "{random-resized-crop: {size: [10, 12]}}", resize(source, 10, 12)


def certain_cases(source):
    """The same for training, where there is nothing left to chance."""
    yield "{horizontal-flip: 1}", F.hflip(source)
    yield "{random-affine: {degrees: [25, 25]}}", F.affine(source, 25, [0, 0], 1, [0, 0], bilinear)
    yield "{random-affine: {scale: [1.3, 1.3]}}", F.affine(source, 0, [0, 0], 1.3, [0, 0], bilinear)
    yield "{random-affine: {shear: [20, 20]}}", F.affine(source, 0, [0, 0], 1, [20, 0], bilinear)
    yield "{random-affine: {shear-y: [-35, -35]}}", F.affine(source, 0, [0, 0], 1, [0, -35], bilinear)
    yield (
        "{random-affine: {degrees: [-70, -70], scale: [0.6, 0.6], shear: [10, 10], shear-y: [5, 5]}}",
        F.affine(source, -70, [0, 0], 0.6, [10, 5], bilinear),
    )
    yield "{random-rotation: [41, 41]}", F.rotate(source, 41, bilinear)
    yield "{random-crop: {size: [%d, %d]}}" % (source.height, source.width), source
    if source.mode == "RGB":
        yield "{random-grayscale: 1}", T.Grayscale(3)(source)


def adjustments(source):
    """[name, factor, result] of torchvision's functions"""
    for factor in [0, 0.3, 0.77, 1, 1.4, 3]:
        yield "brightness", factor, F.adjust_brightness(source, factor)
        yield "contrast", factor, F.adjust_contrast(source, factor)
        yield "saturation", factor, F.adjust_saturation(source, factor)
    for factor in [-0.5, -0.3, -0.01, 0, 0.004, 0.2, 0.5]:
        yield "hue", factor, F.adjust_hue(source, factor)


def write_files(folder):
    folder.mkdir(exist_ok=True)
    color, gray = Image.fromarray(picture(10, 13, 3)), Image.fromarray(picture(9, 6, 1)[..., 0])
    alpha = color.copy()
    alpha.putalpha(gray.resize(color.size))
    color.save(folder / "best.jpg", quality=95, subsampling=0)
    color.save(folder / "half.jpg", quality=60, subsampling=2)
    color.save(folder / "progressive.jpg", quality=80, progressive=True)
    gray.save(folder / "gray.jpg", quality=90)
    color.convert("CMYK").save(folder / "cmyk.jpg")
    color.save(folder / "color.png")
    gray.save(folder / "gray.png")
    alpha.save(folder / "alpha.png")
    color.quantize(16).save(folder / "palette.png")
    gray.point(lambda value: 255 * (value > 99)).convert("1").save(folder / "bits.png")
    color.save(folder / "paletted-alpha.png")
    color.quantize(8).save(folder / "paletted-alpha.png", transparency=2)
    expected = {}
    for file in sorted(folder.glob("*.*")):
        if file.name != "cmyk.jpg":
            expected[file.name] = described(Image.open(file).convert("RGB"))
    return expected


result = {"pillow": PIL.__version__, "torchvision": torchvision.__version__, "images": []}
for shape in [(12, 15, 3), (11, 10, 1)]:
    pixels = picture(*shape)
    source = image(pixels)
    result["images"].append({
        "shape": list(shape), "pixels": pixels.tobytes().hex(),
        "transforms": [{"yaml": yaml, **described(value)} for yaml, value in cases(source)],
        "certain": [{"yaml": yaml, **described(value)} for yaml, value in certain_cases(source)],
        "adjustments": [{"name": name, "factor": factor, **described(value)}
                        for name, factor, value in adjustments(source)],
    })
result["files"] = write_files(pathlib.Path("images"))
with open("transforms.json", "w", encoding="utf-8") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
