"""The obvious way to build three question sets: pandas for the CSVs, json for the dumps, itertuples for the rows.

It does the work of `llavaction build-benchmark` with the strategies random, avion and tim and prints how long the work
took inside the process, imports not counted:

    python3 benchmarks/build_benchmark_pandas.py VALIDATION.csv TRAIN.csv AVION.json TIM.json OUTPUT
"""

import ast
import hashlib
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict

import pandas as pd

K = 5


def seconds(text):
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def normalise(text):
    return text.strip().lower().rstrip(".")


def sha256(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def main(validation_path, train_path, avion_path, tim_path, output):
    validation = pd.read_csv(validation_path)
    train = pd.read_csv(train_path)
    dumps = {}
    for name, path in (("avion", avion_path), ("tim", tim_path)):
        with open(path, encoding="utf-8") as stream:
            dumps[name] = json.load(stream)

    narrations = defaultdict(list)
    videos = defaultdict(list)
    for row in pd.concat([validation, train]).itertuples(index=False):
        action = f"{row.verb_class}:{row.noun_class}"
        narrations[action].append(row.narration)
        videos[row.video_id].append((row.narration_id, seconds(row.start_timestamp), seconds(row.stop_timestamp), action))
    classes = sorted(narrations)

    os.makedirs(output)
    manifest = {
        "schema_version": 1,
        "seed": 42,
        "options_per_question": K,
        "sources": [{"file": os.path.basename(p), "sha256": sha256(p)} for p in (validation_path, train_path, avion_path, tim_path)],
        "sets": [],
    }
    for strategy in ("avion", "random", "tim"):
        counts = Counter()
        judged = Counter()
        path = os.path.join(output, strategy + ".jsonl")
        with open(path, "w", encoding="utf-8") as stream:
            for index, row in enumerate(validation.itertuples(index=False)):
                truth = f"{row.verb_class}:{row.noun_class}"
                start, stop = seconds(row.start_timestamp), seconds(row.stop_timestamp)
                also_true = {
                    other: "overlap"
                    for other_id, other_start, other_stop, other in videos[row.video_id]
                    if other_id != row.narration_id
                    and other != truth
                    and 2 * (min(stop, other_stop) - max(start, other_start)) >= stop - start
                }
                for noun in ast.literal_eval(row.all_noun_classes):
                    if noun != row.noun_class:
                        also_true[f"{row.verb_class}:{noun}"] = "multi-noun"

                generator = random.Random(f"42 {row.narration_id}")
                position = generator.randrange(K)
                ranked = []
                if strategy == "random":
                    candidates = generator.sample(classes, 2 * K)
                else:
                    entry = dumps[strategy][str(index)]
                    if entry["target"] != truth:
                        raise ValueError(f"row {index}: target {entry['target']} is not {truth}")
                    ranked = candidates = entry["predictions"]

                chosen, texts, taken = [], [], {normalise(row.narration)}
                for candidate in candidates:
                    if len(chosen) == K - 1:
                        break
                    if candidate == truth:
                        continue
                    text = generator.choice(narrations[candidate])
                    if normalise(text) in taken:
                        free = [other for other in narrations[candidate] if normalise(other) not in taken]
                        if not free:
                            counts["substitutions"] += 1
                            continue
                        text = generator.choice(free)
                    taken.add(normalise(text))
                    chosen.append(candidate)
                    texts.append(text)

                order = list(range(K - 1))
                generator.shuffle(order)
                options = [texts[i] for i in order]
                option_classes = [chosen[i] for i in order]
                options.insert(position, row.narration)
                option_classes.insert(position, truth)
                ranks = {other: place + 1 for place, other in enumerate(ranked)}
                question = {
                    "id": row.narration_id,
                    "video_id": row.video_id,
                    "participant_id": row.participant_id,
                    "start_seconds": start,
                    "stop_seconds": stop,
                    "start_frame": row.start_frame,
                    "stop_frame": row.stop_frame,
                    "narration": row.narration,
                    "verb_class": row.verb_class,
                    "noun_class": row.noun_class,
                    "strategy": strategy,
                    "options": options,
                    "option_classes": option_classes,
                    "option_ranks": [ranks.get(other) for other in option_classes],
                    "also_true": [also_true.get(other) for other in option_classes],
                    "answer_index": position,
                    "ground_truth_rank": ranks.get(truth),
                }
                counts["in_first_k"] += question["ground_truth_rank"] is not None and question["ground_truth_rank"] <= K
                counts["also_true"] += any(question["also_true"])
                for judge, dump in dumps.items():
                    predictions = dump[str(index)]["predictions"]
                    answer = next((other for other in predictions if other in option_classes), None)
                    judged[judge] += answer == truth
                stream.write(json.dumps(question, ensure_ascii=False, separators=(",", ":")) + "\n")

        manifest["sets"].append({
            "strategy": strategy,
            "sha256": sha256(path),
            "questions": len(validation),
            "truth_in_first_k": counts["in_first_k"],
            "substitutions": counts["substitutions"],
            "questions_with_also_true": counts["also_true"],
            "chance": 1 / K,
            "judges": {judge: judged[judge] / len(validation) for judge in dumps},
        })
    with open(os.path.join(output, "manifest.json"), "w", encoding="utf-8") as stream:
        json.dump(manifest, stream, indent=2)


if __name__ == "__main__":
    began = time.perf_counter()
    main(*sys.argv[1:])
    print(f"in-process seconds: {time.perf_counter() - began:.3f}")
