"""Pillow's side of the benchmark `resize`. Says what it is, then runs once for every line it reads and writes the seconds."""
import sys
import time

import numpy as np
import PIL
from PIL import Image

width, height, size, what = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
frame = Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


def resize():
    return frame.resize((size, size), Image.BICUBIC)


def preprocess():
    values = (np.asarray(resize()).astype(np.float64) * (1 / 255)).astype(np.float32)
    return np.ascontiguousarray(((values - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1))


action = resize if what == "resize" else preprocess
for _ in range(20):
    action()

print(f"Pillow {PIL.__version__}, NumPy {np.__version__}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    action()
    print(time.perf_counter() - start, flush=True)
