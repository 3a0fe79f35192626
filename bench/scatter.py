# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A picture of sizes against divergences: points with names, one colour per program, KL on a logarithmic axis."""

import math
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 820, 480, 60, 50, 20, 20
COLOURS = {"llmc": "#1f6fb2", "llama.cpp": "#c4511d"}


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" {more}>{escape(words)}</text>'


def draw(points):
    """SVG of (program, name, MB, KL) with a KL above 0."""
    sizes, divergences = [point[2] for point in points], [point[3] for point in points]
    least, most = min(sizes) - 3, max(sizes) + 12  # names stand right of their points
    low, high = math.floor(math.log10(min(divergences))), math.ceil(math.log10(max(divergences)))

    def place(size, divergence):
        x = LEFT + (size - least) / (most - least) * (WIDTH - LEFT - RIGHT)
        y = TOP + (high - math.log10(divergence)) / max(high - low, 1) * (HEIGHT - TOP - BOTTOM)
        return x, y

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(low, high + 1):
        _, y = place(least, 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(text(LEFT - 6, y + 4, f"{10.0**power:g}", 'text-anchor="end"'))
    for size in range(math.ceil(least / 10) * 10, int(most) + 1, 10):
        x, _ = place(size, 10.0**low)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(text(x, HEIGHT - BOTTOM + 16, str(size), 'text-anchor="middle"'))
    for program, name, size, divergence in points:
        x, y = place(size, divergence)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[program]}"/>')
        parts.append(text(x + 6, y + 4, name, f'fill="{COLOURS[program]}"'))
    parts.append(text(WIDTH / 2, HEIGHT - 12, "MB of weights", 'text-anchor="middle"'))
    parts.append(text(14, HEIGHT / 2, "mean KL divergence from the floats", f'text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})"'))
    return "\n".join([*parts, "</svg>"]) + "\n"
