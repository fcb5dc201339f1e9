"""Peer of the benchmark verb 'video': clips by PyAV, which seeks to the key frame before, decodes up to the last frame wanted, and
converts the frames wanted to RGB; or single images, where the path is a folder. Prints the processor seconds of a round of clips.
Arguments: path, seconds of a clip, frames of a clip, the clips' starts in seconds, with commas.
"""
import os
import resource
import sys

import av


def of_video(path, start, seconds, count):
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        half = 0.5 / float(stream.average_rate)
        wanted = [start + seconds * (2 * i + 1) / (2 * count) - half for i in range(count)]
        container.seek(int(start / stream.time_base), stream=stream)
        frames = []
        for frame in container.decode(stream):
            while len(frames) < count and frame.time >= wanted[len(frames)]:
                frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == count:
                return frames
    raise SystemExit(f"{path}: {len(frames)} of {count} frames from {start} s on")


def of_images(folder, start, seconds, count):
    frames = []
    for i in range(count):
        number = 1 + int(60 * (start + seconds * (2 * i + 1) / (2 * count)))
        with av.open(os.path.join(folder, f"frame_{number:010d}.jpg")) as container:
            frames.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    return frames


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


path, seconds, count, starts = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), [float(start) for start in sys.argv[4].split(",")]
read = of_images if os.path.isdir(path) else of_video
read(path, starts[0], seconds, count)
print(f"PyAV {av.__version__} (libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))})", flush=True)
for _ in sys.stdin:
    begin = processor_seconds()
    for start in starts:
        read(path, start, seconds, count)
    print(processor_seconds() - begin, flush=True)
