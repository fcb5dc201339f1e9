"""Pillow's side of the benchmark `resize`: the same frame sizes, one thread, median of 60 after a second of warming up."""
import time

import numpy as np
import PIL
from PIL import Image


def median(action):
    start = time.perf_counter()
    while time.perf_counter() - start < 1:
        action()
    times = []
    for _ in range(60):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times)[30]


def normalise(image):
    values = (np.asarray(image).astype(np.float64) * (1 / 255)).astype(np.float32)
    return np.ascontiguousarray(((values - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1))


for width, height in ((1920, 1080), (456, 256)):
    frame = Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))
    resize = lambda: frame.resize((384, 384), Image.BICUBIC)
    print(f"Pillow {PIL.__version__} {width}x{height} to 384x384, resize alone: {median(resize):.2f} ms")
    print(f"Pillow {PIL.__version__} and NumPy, resize and normalise: {median(lambda: normalise(resize())):.2f} ms")
