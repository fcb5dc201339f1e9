#!/usr/bin/env python3
"""Plans a comparison of several models on a cluster: time, GPU hours, reading, and what limits it. Rates are options.

A shard loads its model, then takes its clips one by one, decoded ahead of it by its own cores. Shards of a node read the weights once
(they are mapped files), nodes share the storage. Models run one after the other on all GPUs, or side by side on an equal part each.
"""
import argparse
import math

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--models", default="5:32.7:1.8,5:201.8:15.2", help="COUNT:TFLOP A CLIP:GB OF WEIGHTS, with commas")
parser.add_argument("--clips", type=int, default=9668)
parser.add_argument("--gpus", default="8,32,128,512")
parser.add_argument("--node", type=int, default=8, help="GPUs of a node")
parser.add_argument("--tflops", type=float, default=989, help="of a GPU, in the precision of the run")
parser.add_argument("--share", type=float, default=0.4, help="of that which the engine reaches")
parser.add_argument("--decode", type=float, default=0.15, help="seconds of one core to decode a clip")
parser.add_argument("--cores", type=int, default=16, help="cores of a GPU")
parser.add_argument("--clip-megabytes", type=float, default=1.4, help="read of the storage for a clip")
parser.add_argument("--storage", type=float, default=10, help="GB/s of the storage, all nodes together")
parser.add_argument("--link", type=float, default=2, help="GB/s of one node")
parser.add_argument("--start", type=float, default=20, help="seconds from a shard's start to its loading")
parser.add_argument("--price", type=float, default=3, help="of a GPU hour")
options = parser.parse_args()
models = [(int(count), float(work), float(weights)) for count, work, weights in (model.split(":") for model in options.models.split(","))]


def of_model(gpus, work, weights, all_weights, all_gpus):
    """Seconds of one model, the seconds of it that load, and what limits a clip, while GB of weights and clips of GPUs are read in all."""
    loading = options.start + max(weights / options.link, all_weights / options.storage)
    limits = {
        "model": work / (options.tflops * options.share),
        "decoding": options.decode / options.cores,
        "storage": all_gpus * options.clip_megabytes / 1000 / options.storage,
    }
    limit = max(limits, key=limits.get)
    return loading + math.ceil(options.clips / gpus) * limits[limit], loading, limit


print("| GPUs | models | time | of it loading | GPU hours | cost | read | a clip waits for |")
print("|---|---|---|---|---|---|---|---|")
for gpus in map(int, options.gpus.split(",")):
    for side_by_side in (False, True):
        total = sum(count for count, _, _ in models)
        part = max(1, gpus // total) if side_by_side else gpus
        if side_by_side and gpus < total:
            continue
        nodes = math.ceil(part / options.node)
        everything = nodes * sum(count * weights for count, _, weights in models)
        runs = [
            (count, weights, *of_model(part, work, weights, everything if side_by_side else nodes * weights, part * total if side_by_side else part))
            for count, work, weights in models
        ]
        if side_by_side:
            seconds, loading = max(run[2] for run in runs), max(run[3] for run in runs)
        else:
            seconds, loading = sum(run[0] * run[2] for run in runs), sum(run[0] * run[3] for run in runs)
        read = sum(count * (nodes * weights + options.clips * options.clip_megabytes / 1000) for count, weights, *_ in runs)
        hours = seconds * gpus / 3600
        how = "side by side" if side_by_side else "one after the other"
        print(f"| {gpus} | {how} | {seconds / 60:.0f} min | {loading / seconds:.0%} | {hours:.1f} | {hours * options.price:.0f} | {read / 1000:.2f} TB | {', '.join(sorted({run[4] for run in runs}))} |")
