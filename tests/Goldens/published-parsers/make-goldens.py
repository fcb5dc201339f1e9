#!/usr/bin/env python3
"""Makes goldens.json: what the published scorers of six benchmarks read from hand-made answers.

Calls the scorers of an lmms-eval that you have (its tasks folder; 75571cf here) and, for Video-MME, of the utils.py that its
v0.3.0 had; nothing of them is kept. Usage: make-goldens.py TASKS_FOLDER VIDEOMME_UTILS > goldens.json

A throw of the dice is recorded as "?". Needs numpy alone.
"""

import ast
import json
import re
import string
import sys

import numpy as np

OPTIONS = ["take the plate", "wash the cup carefully", "open a drawer", "Put Down Knife", "cut onion"]
ANSWERS = [
    # plain letters and the usual marks
    "C", "c", " C ", "C.", "C)", "(C)", "(c)", "C:", "C,", "'C'", '"C"', "**C**", "C\n", "\nC", "[C]", "{C}", "E", "F", "Z",
    # letters with texts
    "C. open a drawer", "(C) open a drawer", "C) open a drawer", "C open a drawer", "c. open a drawer", "D. Put Down Knife", "A. take the plate", "B.wash the cup carefully",
    "C. take the plate", "E: cut onion", "C - open a drawer", "C.\nopen a drawer", "C. open\na drawer",
    # phrases
    "The answer is C", "The answer is (C).", "The best answer is: C", "Answer: C", "answer: c", "The correct option is D.", "Best option: (B)", "Best answer: E.", "I choose B.", "My answer is A",
    "The correct answer is B because the person washes a cup.", "The best option is E", "The answer C is right, not D", "final answer C", "option B", "The choice is D, surely",
    # articles and words with capitals
    "A man opens a drawer", "A", "a", "I think the person opens a drawer", "Based on the video, the person cuts an onion", "Both A and B", "A or C", "An onion is cut by the person in the video", "Definitely cutting", "Cut onion", "E and only E",
    "Certainly! The person is at the sink.", "Dishes are washed. B", "I cannot tell.", "None of the above", "No",
    # several letters
    "A, B", "A. take the plate B. wash the cup carefully C. open a drawer D. Put Down Knife E. cut onion", "(A) no, (B) no, (C) yes", "(B) or maybe (A)", "B. no; A. yes", "not A but B", "A B C D E", "C C C", "A) B) C)", "A: B: C:",
    # option texts
    "open a drawer", "OPEN A DRAWER", "The person opens the cupboard and then proceeds to open a drawer", "wash the cup carefully", "first they take the plate and then they wash the cup carefully in the sink",
    "they put down knife before they cut onion on the board", "\"open a drawer\"", "take the plate", "take  the plate",
    # thoughts, JSON, markup
    "<think>maybe A</think> C", '{"answer": "C"}', '{"answer":"C. open a drawer"}', "```C```", "$C$", "\\boxed{C}", "# C", "- C", "C;D", "C/D", "_C_", "C_", "C1", "1C", "3.5 C", "C 3.5", "1,000 B", "v1.2.3. C",
    # nothing and marks
    "", " ", ".", "...", "!?", "(", "()", "( )", ",", "'", "\n\n", "\t", "-",
    # other languages and Unicode
    "答案是C", "选 B", "选B", "정답은 D", "答えは E です", "Die Antwort ist C.", "La réponse est B", "Ответ: С", "Ответ: C", "Ｃ", "（C）", "C。", "Á", "A\u0301", "ÀB", "B\u200b", "\u00a0C\u00a0", "\u2003D", "É C", "İ open a drawer, I think so, it is", "C\u00b2", "C\u2460",
    "\x1cC\x1f", "C\u0085", "A\u30fb", "C·", "ß B", "ﬁ C",
    # long answers
    "The person in the video is standing at the counter and seems to reach for something", "In the video the person picks up something and I would say that the answer is B. wash the cup carefully",
    "Looking at the frames one by one, the hand goes to the handle, pulls it, and so the answer should be option C) open a drawer.", "the person is cooking and the pan is hot and the oil is sizzling loudly",
    "................................... C. ...... D", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i. C", "a1.b2.c3 (D)", "don't know; perhaps 'D'", "D'", "'D", "X. C", "AB", "A.B", "A-B", "BAD", "DECADE",
]


class Dice:
    def choice(self, _):
        return "?"


def functions(path, *names):
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names or isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names]
    space = {"re": re, "np": np, "random": Dice(), "string": string, "List": list, "Optional": __import__("typing").Optional}
    exec(compile(ast.Module(body=wanted, type_ignores=[]), path, "exec"), space)
    return space


def main(tasks, videomme_old):
    letters = ["A", "B", "C", "D", "E"]
    ego = functions(f"{tasks}/egoschema/utils.py", "parse_multi_choice_response")["parse_multi_choice_response"]
    nextqa = functions(f"{tasks}/nextqa/utils.py", "parse_multi_choice_response")["parse_multi_choice_response"]
    long_video = functions(f"{tasks}/longvideobench/utils.py", "parse_multi_choice_response")["parse_multi_choice_response"]
    mvbench = functions(f"{tasks}/mvbench/utils.py", "mcq_acc")["mcq_acc"]
    ranked = functions(f"{tasks}/_task_utils/mcq_extract.py", "extract_mcq_answer", "_DEFAULT_CHOICES", "_ANSWER_PHRASES", "_FORMAT_PRIORITY")["extract_mcq_answer"]
    first = functions(videomme_old, "extract_characters_regex")["extract_characters_regex"]
    perception = functions(f"{tasks}/perceptiontest/val/utils.py", "perceptiontest_val_process_results_mc")["perceptiontest_val_process_results_mc"]
    texts = dict(zip(letters, OPTIONS))
    lettered = {letter: f"{letter}. {text}" for letter, text in texts.items()}

    def mv(answer):
        return next((letter for letter in letters if mvbench(letter, answer)), "")

    def pt(answer):
        doc = {"video_name": "", "question": "", "question_id": "", "answer_id": "0"}
        index = perception(doc, [answer])["accuracy"]["pred_id"]
        return "" if index < 0 else letters[index]

    rows = []
    for answer in ANSWERS:
        given = answer.strip()  # what the harness does before it scores
        rows.append({
            "answer": answer,
            "egoschema": ego(given, letters, lettered)[0],
            "mvbench": mv(given),
            "videomme": ranked(given, ["A", "B", "C", "D"]),
            "videomme-0.3": first(given),
            "longvideobench": long_video(given, letters, texts),
            "nextqa": nextqa(given, letters, texts),
            "perceptiontest": pt(given),
        })
    print(json.dumps({"options": OPTIONS, "rows": rows}, indent=1, ensure_ascii=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
