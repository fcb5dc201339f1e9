#!/usr/bin/env python3
"""Makes the made-up metadata of six benchmarks in this folder, in the shapes that they publish, and prompts.json beside them.

The prompts are what an lmms-eval that you have (its tasks folder; 75571cf here) asks LLaVA-Video for these rows. Nothing of it
is kept, and no question is of any benchmark. Usage: make-metadata.py TASKS_FOLDER; needs numpy and pyarrow.
"""

import ast
import csv
import json
import os
import re
import string
import sys
import types

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = "ABCDE"
THINGS = ["a red kettle", "the blue bowl", "two spoons", "an old pan", "the \"big\" knife"]
FPS, FRAMES = 10.0, 20


def lettered(options):
    return [f"{LETTERS[i]}. {option}" for i, option in enumerate(options)]


def rows():
    ego = [
        {"question_idx": f"{i}", "question": f"Taking the whole video {i} into account, what does C care for most?", "video_idx": f"00{i}aa-4b1c-made-up", "option": lettered(THINGS[i:] + THINGS[:i]), "answer": str((2 * i) % 5)}
        for i in range(5)
    ]
    mv = {
        "action_antonym": [
            {"video": f"clips/made_{i}.mp4", "question": "What does the hand do?", "candidates": ["It opens the lid.", "It closes the lid.", "not sure"], "answer": ["It closes the lid.", "It opens the lid."][i % 2]}
            for i in range(4)
        ],
        "action_localization": [
            {"video": "long_0.mp4", "question": "When is the tap on?", "candidates": ["At the start.", "In the middle.", "At the end.", "Throughout."], "answer": "In the middle.", "start": 0.5, "end": 1.5, "fps": 10.0}
        ],
    }
    mme = [
        {"video_id": f"{i // 3 + 1:03}", "duration": ["short", "long"][i // 3], "domain": ["Knowledge", "Sports Competition"][i // 3], "sub_category": ["Technology", "Basketball"][i // 3],
         "url": "https://example.org/none", "videoID": ["-made_up1", "_made-up2"][i // 3], "question_id": f"{i // 3 + 1:03}-{i % 3 + 1}", "task_type": ["Counting Problem", "OCR Problems", "Action Recognition"][i % 3],
         "question": f"How many bowls are there, counted {i + 1} times?", "options": lettered(["One.", "Two.", "Three.", "Four."]), "answer": LETTERS[i % 4]}
        for i in range(6)
    ]
    lvb = [
        {"video_id": f"lv{i}", "id": f"lv{i}_0", "video_path": f"lv{i}.mp4", "subtitle_path": f"lv{i}_en.json", "correct_choice": i, "question": "Before the pan is put down, which of these is on the table?",
         **{f"option{k}": ["a cup", "a plate", "a fork", "a towel", "N/A"][k] for k in range(5)}, "duration": 14.2 + i, "duration_group": [15, 60][i % 2], "question_category": ["E2O", "TOS"][i % 2],
         "topic_category": "KH-Made-Up", "starting_timestamp_for_subtitles": 0.0}
        for i in range(4)
    ]
    qa = [
        {"video": 4000 + i // 2, "frame_count": 300, "width": 640, "height": 480, "question": " why does the child run ", "answer": i % 5, "qid": i % 2, "type": ["CW", "CH", "TN", "TC", "TP", "DC"][i], **{f"a{k}": f"{THINGS[(i + k) % 5]} " for k in range(5)}}
        for i in range(6)
    ]
    perception = [
        {"video_name": f"video_{i}", "question": "Is the cup where it was at the start?", "question_id": str(k), "options": ["yes", "no", "there is no cup"], "answer_id": str((i + k) % 3), "area": ["Memory", "Physics"][i % 2],
         "reasoning": ["descriptive", "predictive"][k % 2], "tag": ["object permanence", "change detection"]}
        for i in range(2) for k in range(2)
    ]
    return ego, mv, mme, lvb, qa, perception


def functions(path, **more):
    """The functions and constants of a module, without its imports."""
    tree = ast.parse(open(path, encoding="utf-8").read())
    space = {"re": re, "np": np, "os": os, "string": string, "json": json, **more}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.Assign)):
            try:
                exec(compile(ast.Module([node], []), path, "exec"), space)
            except Exception:  # what needs packages that are not here
                pass
    return space


def write(name, data):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(data)


def main(tasks):
    ego, mv, mme, lvb, qa, perception = rows()
    lines = lambda data: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in data)
    write("egoschema.jsonl", lines(ego))
    pq.write_table(pa.Table.from_pylist(ego), os.path.join(HERE, "egoschema.parquet"))
    for name, data in mv.items():
        write(f"mvbench/{name}.json", json.dumps(data, indent=1))
    write("video-mme.jsonl", lines(mme))
    pq.write_table(pa.Table.from_pylist(mme), os.path.join(HERE, "video-mme.parquet"))
    pq.write_table(pa.Table.from_pylist(lvb), os.path.join(HERE, "longvideobench.parquet"))
    validation = [{**{key: value for key, value in row.items() if not key.startswith("option")}, "candidates": [row[f"option{k}"] for k in range(5) if row[f"option{k}"] != "N/A"]} for row in lvb]
    write("lvb_val.json", json.dumps(validation, indent=1))
    with open(os.path.join(HERE, "nextqa.csv"), "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, qa[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(qa)
    write("perception-test.jsonl", lines(perception))
    entry = lambda i, start, stop, text: f"{i}\n00:00:{start:06.3f} --> 00:00:{stop:06.3f}\n{text}\n".replace(".", ",", 2)
    font = lambda text: f'<font color="white" size=".72c">{text}</font>'
    write("subtitles/-made_up1.srt", "\n".join([
        entry(1, 0.0, 0.55, font("first words,")), entry(2, 0.55, 0.58, font("too short to be seen")), entry(3, 0.6, 1.2, "no font, so it is dropped"), entry(4, 0.7, 0.9, font("seen by many looks")),
        entry(5, 1.2, 1.9, font("a line") + "\n" + font("and another")), entry(6, 1.2, 1.9, font("the same times again")), entry(7, 1.9, 5.0, font("the last <i>words</i>")),
    ]))

    read = lambda name, **more: functions(f"{tasks}/{name}/utils.py", **more)
    capture = types.SimpleNamespace(get=lambda key: {"fps": FPS, "count": FRAMES}[key])
    cv2 = types.SimpleNamespace(VideoCapture=lambda path: capture, CAP_PROP_FPS="fps", CAP_PROP_FRAME_COUNT="count")
    cache = os.path.join(HERE, ".cache", "videomme")
    os.makedirs(cache, exist_ok=True)
    link = os.path.join(cache, "subtitle")
    os.path.exists(link) or os.symlink(os.path.join(HERE, "subtitles"), link)
    videomme = read("videomme", cv2=cv2)
    videomme.update(base_cache_dir=os.path.join(HERE, ".cache"), cache_name="videomme")
    kwargs = {"pre_prompt": "", "post_prompt": "The best answer is:"}
    prompts = {
        "egoschema": {row["video_idx"]: read("egoschema")["egoschema_doc_to_text"](row) for row in ego},
        "mvbench": {f"{name}_{i}": read("mvbench")["mvbench_doc_to_text"](row, {"post_prompt": "Only give the best option.\n"}) for name, data in mv.items() for i, row in enumerate(data)},
        "video-mme": {row["question_id"]: videomme["videomme_doc_to_text"](row, kwargs) for row in mme},
        **{f"video-mme-subtitles-{n}": {row["question_id"]: videomme["videomme_doc_to_text_subtitle"](row, {**kwargs, "frame_num": n}) for row in mme} for n in (4, 768)},
        "longvideobench": {row["id"]: read("longvideobench")["longvideobench_doc_to_text"](row, {"pre_prompt": "", "post_prompt": "Answer with the option's letter from the given choices directly.\n"}) for row in lvb},
        "nextqa": {f"{row['video']}_{row['qid']}": read("nextqa", OPTIONS=list(LETTERS))["nextqa_doc_to_text_mc"](row) for row in qa},
        "perception-test": {f"{row['video_name']}_{row['question_id']}": functions(f"{tasks}/perceptiontest/val/utils.py")["perceptiontest_val_doc_to_text"](row) for row in perception},
    }
    write("prompts.json", json.dumps(prompts, indent=1, ensure_ascii=True) + "\n")
    os.remove(link)
    os.removedirs(cache)


if __name__ == "__main__":
    main(*sys.argv[1:])
