"""EPIC-KITCHENS-100-MQA for lmms-eval: questions and prompts written by 'llavaction export-benchmark --to lmms-eval'.

Clips are looked for as {question_id}.mp4 in the folder that EPIC_MQA_CLIPS names, by default in clips/ beside this file.
"""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BARE = re.compile(r"^[(\[]?([A-Za-z])[)\]]?[.,:;)!]?$")
LEADING = re.compile(r"^(?:[(\[]([A-Za-z])[)\]]|([A-Za-z])[.):](?=\s|$))")
INNER = re.compile(r"(?<![A-Za-z0-9'])(?:\(([A-Z])\)|([A-Z])[.):])\s+(?=\S)")


def doc_to_visual(doc):
    folder = os.environ.get("EPIC_MQA_CLIPS", os.path.join(HERE, "clips"))
    path = os.path.join(folder, doc["question_id"] + ".mp4")
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}: no clip for {doc['question_id']}; set EPIC_MQA_CLIPS, or export with --videos.")
    return [path]


def doc_to_text(doc, lmms_eval_specific_kwargs=None):
    given = lmms_eval_specific_kwargs or {}
    return f"{given.get('pre_prompt', '')}{doc['prompt']}{given.get('post_prompt', '')}"


def doc_to_target(doc):
    return doc["answer"]


def normalise(text):
    return re.sub(r"\s+", " ", text).strip(" \"'").rstrip(". ").lower()


def read_answer(text, options):
    """The index of the option that an answer means; -1 where it cannot be told."""
    text = re.sub(r"\s+", " ", re.sub(r"\*+|`+", "", text)).strip()

    def index(letter):
        position = LETTERS.find(letter.upper())
        return position if 0 <= position < len(options) else -1

    match = BARE.match(text) or LEADING.match(text)
    if match:
        return index(next(group for group in match.groups() if group))
    found = [index(first or second) for first, second in INNER.findall(text)]
    found = [position for position in found if position >= 0]
    if found:
        return found[-1]
    whole = normalise(text)
    equal = [i for i, option in enumerate(options) if normalise(option) == whole]
    return equal[0] if len(equal) == 1 else -1


def process_results(doc, results):
    prediction = read_answer(results[0] if results else "", doc["options"])
    score = float(doc["answer_index"] >= 0 and prediction == doc["answer_index"])
    return {"accuracy": {"question_id": doc["question_id"], "video_id": doc["video_id"], "prediction": prediction, "score": score}}


def mean_score(results):
    return sum(result["score"] for result in results) / len(results) if results else 0.0
