"""Writes small AVION and TIM pickles as NumPy itself writes them, and what a reader has to make of them.

    python make_pickles.py FOLDER    # once with NumPy 1.x (numpy.core), once with 2.x (numpy._core)

The numbers are synthetic. FOLDER/expected-<names>.json says, for each file, how the classes of every clip are ranked
(best first, equal scores in the order of the text verb:noun) and their scores as Python reads them back.
"""

import collections
import json
import pathlib
import pickle
import sys

import numpy as np

CLIPS = ["P90_11_0", "P90_11_1", "P90_11_10", "P90_11_2", "P91_101_0"]
TRUTHS = ["0:2", "10:1", "0:10", "2:10", "0:2"]
POOL = sorted(["0:0", "0:10", "0:2", "1:2", "10:1", "2:10", "3:7"])  # AVION's columns: the order of the texts
NUMBERING = ["3:7", "0:0", "2:10", "0:2", "10:1", "0:10", "1:2"]  # TIM's own
ROWS = [3, 0, 4, 2, 1]  # TIM's rows: any order

rng = np.random.default_rng(7)
# Multiples of 1/64 survive float16 and make ties; the last column makes differences that only wider types keep.
SCORES = rng.integers(0, 12, (len(CLIPS), len(POOL))) / 64 + np.arange(len(POOL)) * 1e-6
NAMES = "numpy.core" if np.__version__.startswith("1.") else "numpy._core"
expected = {"numpy": np.__version__, "names": NAMES, "clips": CLIPS, "truths": TRUTHS, "pool": POOL, "numbering": NUMBERING, "files": {}}


def arrange(matrix, dtype, order):
    matrix = matrix.astype(dtype)
    if order == "F":
        return np.asfortranarray(matrix)
    if order == "view":  # neither C nor Fortran: every other column of a wider array
        wide = np.zeros((matrix.shape[0], 2 * matrix.shape[1]), dtype)
        wide[:, ::2] = matrix
        return wide[:, ::2]
    return np.ascontiguousarray(matrix)


def avion(dtype, order, targets="i8"):
    probs = arrange(SCORES, dtype, order)
    return probs, {"logits": np.log(probs.astype("f8") + 1).astype("f4"), "probs": probs, "targets": np.array([POOL.index(t) for t in TRUTHS], targets)}


def tim(dtype, order, ids="object"):
    columns = [POOL.index(c) for c in NUMBERING]
    action = arrange(SCORES[ROWS][:, columns], dtype, order)
    back = np.empty_like(SCORES, dtype=dtype)
    back[np.ix_(ROWS, columns)] = action
    names = ["v_" + CLIPS[row] for row in ROWS]
    names = {"object": np.array(names, dtype=object), "text": np.array(names), "list": names, "scalars": list(np.array(names))}[ids]
    verbs, nouns = np.zeros((len(CLIPS), 97), "f4"), np.zeros((len(CLIPS), 0), "f4")
    return back, collections.OrderedDict(
        action=action, verb=verbs, noun=nouns, audio=np.float64(0.25), v_narration_ids=names, a_narration_ids=np.array(["a_x"], dtype=object))


def save(folder, layout, protocol, dtype, order, made, note=""):
    scores, value = made
    name = f"{layout}-{NAMES.replace('.', '-')}-p{protocol}-{np.dtype(dtype).str.replace('<', 'little-').replace('>', 'big-')}-{order}{note}.pkl"
    (folder / name).write_bytes(pickle.dumps(value, protocol))
    rankings = []
    for row in scores:
        ranked = sorted(range(len(POOL)), key=lambda column: (-float(row[column]), POOL[column]))
        rankings.append([[POOL[column], float(row[column])] for column in ranked])
    expected["files"][name] = rankings


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for layout, make in ("avion", avion), ("tim", tim):
    for protocol in 2, 3, 4, 5:
        save(folder, layout, protocol, "<f4", "C", make("<f4", "C"))
        save(folder, layout, protocol, "<f2", "F", make("<f2", "F"))
    for dtype in "<f8", ">f2", ">f4", ">f8":
        save(folder, layout, 5, dtype, "C", make(dtype, "C"))
        save(folder, layout, 4, dtype, "F", make(dtype, "F"))
    save(folder, layout, 5, "<f4", "view", make("<f4", "view"))
save(folder, "avion", 4, "<f4", "C", avion("<f4", "C", "i4"), "-targets-i4")
save(folder, "avion", 5, "<f4", "C", avion("<f4", "C", ">i8"), "-targets-big-i8")
for ids in "text", "list", "scalars":
    save(folder, "tim", 4, "<f4", "C", tim("<f4", "C", ids), f"-ids-{ids}")
lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(rankings, separators=(',', ':'))}" for name, rankings in expected.pop("files").items())
head = json.dumps(expected, indent=1)[:-2]
(folder / f"expected-{NAMES.replace('.', '-')}.json").write_text(f'{head},\n "files": {{\n{lines}\n }}\n}}\n')
