"""A drawn signature as a small picture."""

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw


def draw_signature(path: Path, seed: int) -> Path:
    """Writes a picture of a pen stroke, the same for the same seed."""
    rng = random.Random(seed)
    image = Image.new("RGB", (420, 150), "white")
    pen = ImageDraw.Draw(image)
    points, x, y = [], 25.0, 80.0
    swing = rng.uniform(22, 40)
    for step in range(160):
        x += 2.1 + 1.6 * math.sin(step / rng.uniform(4.5, 5.5))
        y = 75 + swing * math.sin(step / 3.1 + rng.uniform(-0.15, 0.15)) * math.exp(-step / 120) + rng.uniform(-2, 2)
        points.append((x, y))
    ink = (25, 35, rng.randint(90, 150))
    pen.line(points, fill=ink, width=3, joint="curve")
    pen.line([(40, 112), (170, 104 + rng.randint(-4, 4)), (370, 92)], fill=ink, width=2)
    image.save(path, dpi=(200, 200))
    return path
