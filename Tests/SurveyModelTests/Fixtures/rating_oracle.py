#!/usr/bin/env python3
"""An independent scorer of the 2024 edition of 中小企业数字化水平评测指标, to judge RatingEngine by.

Written straight from the tables G.3-G.5 of the domain brief. It shares neither code nor data with the Swift module: it does not
read instrument-2024.json, it works in exact fractions of a point where the engine works in whole milli-points, and it derives the
points twice (printed points, and option share x weights) and stops when the two differ.

Makes the fixture beside it:   python3 rating_oracle.py --seed 2024 --count 300 > ratings.json
"""
import argparse
import json
import random
from fractions import Fraction as F

# (dimension %, first-order %, second-order %, kind, printed maximum, printed points by option from A)
BANDS = ["0", "1.5", "3", "4.5", "6"]
QUESTIONS = {
    1: (50, 40, 40, "M", "8", ["0", "2", "2", "2", "2"]),
    2: (50, 40, 30, "S", "6", BANDS),
    3: (50, 40, 30, "S", "6", BANDS),
    4: (50, 20, 100, "M", "10", ["0"] + 13 * ["0.7"] + ["0.9"]),
    5: (50, 20, 100, "S", "10", ["0", "2.5", "5", "7.5", "10"]),
    6: (50, 20, 50, "M", "5", ["0"] + 4 * ["1.25"]),
    7: (50, 20, 50, "M", "5", ["0"] + 4 * ["1.25"]),
    8: (30, 50, 50, "S", "7.5", ["0", "1.5", "3", "4.5", "6", "7.5"]),
    9: (30, 50, 50, "M", "7.5", ["0"] + 4 * ["1.875"]),
    10: (30, 50, 50, "M", "7.5", ["0"] + 5 * ["1.5"]),
    11: (30, 50, 50, "S", "7.5", ["0", "1.875", "3.75", "5.625", "7.5"]),
    12: (20, 35, 100, "S", "7", ["0", "3.5", "7"]),
    13: (20, 35, 100, "S", "7", ["0", "3.5", "7"]),
    14: (20, 30, 50, "S", "3", ["0", "1.5", "3"]),
    15: (20, 30, 50, "S", "3", ["0", "1.5", "3"]),
}
# The share of the question's maximum that each option stands for, in percent.
FIFTHS, QUARTERS, HALVES = [0, 20, 40, 60, 80, 100], [0, 25, 50, 75, 100], [0, 50, 100]
SHARES = {
    1: [0] + 4 * [25], 2: QUARTERS, 3: QUARTERS, 4: [0] + 13 * [7] + [9], 5: QUARTERS, 6: [0] + 4 * [25], 7: [0] + 4 * [25],
    8: FIFTHS, 9: [0] + 4 * [25], 10: [0] + 5 * [20], 11: QUARTERS, 12: HALVES, 13: HALVES, 14: HALVES, 15: HALVES,
}
STARRED = {1, 3, 6, 7, 8, 9, 10, 11, 12, 13}
LEVELS = {1: (20, 6, 3), 2: (40, 6, 3), 3: (60, 8, 5), 4: (80, 10, 6)}


def check_tables():
    for number, (dimension, first, second, kind, maximum, points) in QUESTIONS.items():
        most = F(dimension * first * second, 100 * 100)
        assert most == F(maximum), number
        for share, printed in zip(SHARES[number], points, strict=True):
            assert F(share, 100) * most == F(printed), (number, printed)
        reach = sum(map(F, points)) if kind == "M" else max(map(F, points))
        assert reach == most, number
    by_dimension = {}
    for row in QUESTIONS.values():
        by_dimension[row[0]] = by_dimension.get(row[0], 0) + F(row[4])
    assert by_dimension == {50: 50, 30: 30, 20: 20}
    assert len(STARRED) == 10


def points_of(number, letters):
    return sum((F(QUESTIONS[number][5][ord(letter) - ord("A")]) for letter in letters), F(0))


def judge(answers, scenes):
    score = sum((points_of(number, letters) for number, letters in answers.items()), F(0))
    level = 0
    for candidate, (least, needed, needed_starred) in LEVELS.items():
        there = {scene for scene, reached in scenes.items() if reached >= candidate}
        if score >= least and len(there) >= needed and len(there & STARRED) >= needed_starred:
            level = candidate
    unanswered = [f"q{n}" for n in range(1, 16) if n not in answers] + [f"scene{n}" for n in range(1, 17) if n not in scenes]
    milli = score * 1000
    assert milli.denominator == 1, score
    return {"scoreMilli": int(milli), "level": level, "unanswered": unanswered}


def choose(rng, number, strength):
    kind, options = QUESTIONS[number][3], len(QUESTIONS[number][5])
    if kind == "S":
        top = options - 1
        return ["ABCDEFGHIJKLMNO"[min(top, max(0, round(rng.gauss(strength * top, 0.9))))]]
    ticked = ["ABCDEFGHIJKLMNO"[i] for i in range(1, options) if rng.random() < strength]
    rng.shuffle(ticked)
    return ticked or ["A"]


def full(level):
    return {number: level for number in range(1, 17)}


def fixed_cases():
    """Corners that chance would not find."""
    best = {n: (["ABCDEFGHIJKLMNO"[i] for i in range(1, len(q[5]))] if q[3] == "M" else ["ABCDEF"[len(q[5]) - 1]])
            for n, q in QUESTIONS.items()}
    worst = {n: ["A"] for n in QUESTIONS}
    guidance = {n: (3 if n not in STARRED else 0) for n in range(1, 17)}
    yield {}, {}
    yield best, full(4)
    yield best, full(0)
    yield worst, full(4)
    yield best, guidance
    yield best, {}
    yield {}, full(4)
    for level, (_, needed, _) in LEVELS.items():
        for count in (needed - 1, needed, needed + 1):
            yield best, {n: (level if n <= count else level - 1) for n in range(1, 17)}
    # Scores around 20 and 40: from 基础 alone, with exact hits.
    yield {4: best[4], 5: ["E"]}, full(1)
    yield {4: best[4][:-1], 5: ["E"]}, full(1)
    yield {1: best[1], 2: ["E"], 3: ["E"], 4: best[4], 5: ["E"]}, full(2)
    yield {1: best[1], 2: ["E"], 3: ["D"], 4: best[4], 5: ["E"]}, full(2)
    for number in QUESTIONS:
        for letter in "ABCDEFGHIJKLMNO"[: len(QUESTIONS[number][5])]:
            yield {number: [letter]}, {number: 1}


def random_case(rng):
    strength = rng.random() ** 0.7
    missing = rng.choice([0, 0, 0, 0.05, 0.3])
    answers = {n: choose(rng, n, strength) for n in QUESTIONS if rng.random() >= missing}
    centre = 4 * min(1.0, max(0.0, strength + rng.gauss(0, 0.15)))
    scenes = {n: min(4, max(0, round(rng.gauss(centre, 0.7)))) for n in range(1, 17) if rng.random() >= missing}
    return answers, scenes


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=2024)
    options.add_argument("--count", type=int, default=300)
    chosen = options.parse_args()
    check_tables()
    rng = random.Random(chosen.seed)
    cases = list(fixed_cases())[: chosen.count]
    while len(cases) < chosen.count:
        cases.append(random_case(rng))
    lines = []
    for answers, scenes in cases:
        file = {"answers": {str(n): letters for n, letters in answers.items()}, "scenes": {str(n): v for n, v in scenes.items()}}
        lines.append(json.dumps({"file": file, **judge(answers, scenes)}, separators=(",", ":")))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
