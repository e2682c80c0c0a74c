"""Resizes a photo to some widths as WebP by OpenCV, one thread, and prints CPU seconds a round.

``python opencv_sizes.py PHOTO FOLDER ROUNDS QUALITY WIDTH …``, widest first: one decode at a half or a
quarter, each size from the next larger one. OpenCV takes libwebp's default effort, 4, and knows no ICC.
"""

import sys
import time

import cv2

photo, folder, rounds, quality, *widths = sys.argv[1:]
cv2.setNumThreads(1)
REDUCED = ((4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2), (1, cv2.IMREAD_COLOR))
FULL_PX = cv2.imread(photo, cv2.IMREAD_REDUCED_COLOR_8).shape[1] * 8


def sizes() -> None:
    """One round."""
    flag = next(flag for factor, flag in REDUCED if FULL_PX / factor >= 1.9 * int(widths[0]) or factor == 1)
    image = cv2.imread(photo, flag)
    for width in map(int, widths):
        height = round(image.shape[0] * width / image.shape[1])
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(f"{folder}/{width}.webp", image, [cv2.IMWRITE_WEBP_QUALITY, int(quality)])


sizes()
started = time.process_time()
for _ in range(int(rounds)):
    sizes()
print((time.process_time() - started) / int(rounds))
