#!/usr/bin/env python3
"""An independent calculator of the subsidies R0-R13 of Xiamen's draft plan, to judge SubsidyEngine by.

Written straight from section four (five) of the draft. It shares neither code nor data with the Swift module: it does not read
policy-xiamen-2024-draft.json, it works in exact fractions of a yuan where the engine works in whole fen, and it has the figures twice,
as numbers and in the draft's own words, and stops when the two differ.

Makes the fixture beside it:   python3 subsidy_oracle.py --seed 2024 --count 60 > subsidies.json
"""
import argparse
import json
import math
import random
import re
from fractions import Fraction as F

WAN = 10_000
# What the draft says, shortened to its figures.
TEXT = {
    "R3": "按企业支付费用的60%予以补贴，每家最高6万元",
    "R4": "每完成一家改造任务奖励5万元",
    "R5": "上年度设备投入100万-500万元的试点企业，按年度给予不超过设备投入的10%；500万元及以上的参照现行政策",
    "R6": "按照其上云费用的30%给予补贴，每家每年最高30万元",
    "R7": "年标识注册量超过2000万条，且连续三个月标识解析量均超过50万条，每家给予最高30万元",
    "R8": "达到二级、三级、四级的，最高40%，最高分别为25万元、35万元、40万元；首付金额的40%，最高10万元",
    "R9": "按数字化服务收入5%给予奖补，每家累计最高补助500万元；跨行业跨领域最高补助1000万元",
    "R10": "每家企业费用最高3万元",
    "R11": "给予最高100万元奖励；智能制造优秀场景给予最高50万元",
    "R13": "按照每人次（天，8学时）最高500元",
}
CAP = {2: 25 * WAN, 3: 35 * WAN, 4: 40 * WAN}
TITLES = {"integrationDemo": 100, "industrialInternetDemo": 100, "platformPioneerCase": 100, "smartFactory": 100, "smartScene": 50}
# The flags on which the two must agree; the others concern wording alone.
JUDGED = ["excess-instalment", "paid-differs", "level-disputed", "level-without-subsidy", "outside-plan", "below-threshold", "condition-not-met",
          "claim-contested", "limit-used-up", "paid-beyond-limit", "months-across-years", "several-titles", "partial-days", "overlap",
          "paid-elsewhere", "paid-beyond-highest", "amounts-added"]


def check_text():
    """The numbers in the draft's words are those used below."""
    def numbers(rule):
        return [int(number) for number in re.findall(r"\d+", TEXT[rule])]
    assert numbers("R3") == [60, 6] and numbers("R4") == [5] and numbers("R5") == [100, 500, 10, 500]
    assert numbers("R6") == [30, 30] and numbers("R7") == [2000, 50, 30]
    assert numbers("R8") == [40] + [CAP[level] // WAN for level in (2, 3, 4)] + [40, 10]
    assert numbers("R9") == [5, 500, 1000] and numbers("R10") == [3]
    assert numbers("R11") == [max(TITLES.values()), min(TITLES.values())] and numbers("R13") == [8, 500]


def yuan(value):
    """An amount of a claim, or the sum of a list of them, in yuan."""
    return F(sum(value) if isinstance(value, list) else value, 100)


def fen(amount):
    """Whole fen; what is less stays with the payer."""
    return math.floor(amount * 100)


def part(percent, amount):
    return F(math.floor(amount * 100 * percent / 100), 100)


def r0(claim):
    total = difference = excess = 0
    flags, items, any_paid = set(), [], False
    for item in claim["items"]:
        pilot, other = yuan(item["pilotFen"]), yuan(item["otherFen"])
        payable = pilot if pilot >= other else other
        answer = {"item": item["item"], "payableFen": fen(payable), "excessFen": 0}
        if pilot > 0 and other > 0:
            flags.add("overlap")
        if "otherPaidFen" in item:
            any_paid, paid = True, yuan(item["otherPaidFen"])
            answer["differenceFen"] = fen(pilot - paid) if pilot > paid else 0
            answer["excessFen"] = fen(paid - payable) if paid > payable else 0
            difference += answer["differenceFen"]
            if paid > 0:
                flags.add("paid-elsewhere")
            if paid > payable:
                flags.add("paid-beyond-highest")
        total, excess = total + answer["payableFen"], excess + answer["excessFen"]
        items.append(answer)
    figures = {"totalFen": total, "excessFen": excess}
    if any_paid:
        figures["differenceFen"] = difference
    return figures, flags, {"items": items}


def r3(claim):
    if claim.get("providerSelected") is False:
        return {"totalFen": 0}, {"condition-not-met"}, {}
    return {"totalFen": fen(min(part(60, yuan(claim["feePaidFen"])), F(6 * WAN)))}, set(), {}


def r4(claim):
    if claim.get("leaderSelected") is False:
        return {"totalFen": 0}, {"condition-not-met"}, {}
    contested = claim.get("contested", 0)
    figures, flags = {"totalFen": 5 * WAN * 100 * (claim["completed"] - contested)}, set()
    if contested:
        figures["blockedFen"] = 5 * WAN * 100 * contested
        flags.add("claim-contested")
    return figures, flags, {}


def r5(claim):
    spent = yuan(claim["equipmentInvestmentFen"])
    if spent < 100 * WAN:
        return {"totalFen": 0}, {"below-threshold"}, {}
    if spent >= 500 * WAN:
        return {"totalFen": 0}, {"outside-plan"}, {}
    return {"totalFen": fen(spent / 10)}, set(), {}


def r6(claim):
    if not (claim["firstUse"] and claim["registeredPlatform"]):
        return {"totalFen": 0}, {"condition-not-met"}, {}
    return {"totalFen": min(fen(part(30, yuan(claim["cloudFeeFen"]))), 30 * WAN * 100)}, set(), {}


def r7(claim):
    nothing = ({"totalFen": 0}, {"below-threshold"}, {})
    if claim["annualRegistrations"] <= 2000 * WAN:
        return nothing
    enough = {key for key, number in claim["monthlyResolutions"].items() if number > 50 * WAN}

    def after(key):
        year, month = int(key[:4]), int(key[5:])
        return f"{year + month // 12:04}-{month % 12 + 1:02}"
    runs = [[key, after(key), after(after(key))] for key in sorted(enough)]
    runs = [run for run in runs if enough.issuperset(run)]
    if not runs:
        return nothing
    within = [run for run in runs if run[0][:4] == run[2][:4]]
    return {"totalFen": 30 * WAN * 100}, set() if within else {"months-across-years"}, {"months": (within or runs)[0]}


def r8(claim):
    spent, down, level = yuan(claim["actualInvestmentFen"]), yuan(claim["downPaymentFen"]), claim["level"]
    levels = [level] if isinstance(level, int) else sorted(set(level)) if isinstance(level, list) else range(level["from"], level["to"] + 1)
    due = min(part(40, down), F(10 * WAN))
    flags, rows, held = set(), [], {}
    first = due
    if "firstPaidFen" in claim:
        first = yuan(claim["firstPaidFen"])
        held = {"overpaidFen": fen(first - due) if first > due else 0, "underpaidFen": fen(due - first) if due > first else 0}
        flags = set() if first == due else {"paid-differs"}
    for level in levels:
        total = min(part(40, spent), F(CAP[level])) if level in CAP else F(0)
        if level not in CAP:
            flags.add("level-without-subsidy")
        if first > total:
            flags.add("excess-instalment")
        rows.append({"level": level, "totalFen": fen(total), "restFen": fen(total - first) if total > first else 0,
                     "excessFen": fen(first - total) if first > total else 0})
    least = rows[0]
    figures = {"firstFen": fen(due), "totalFen": least["totalFen"], "restFen": least["restFen"], "excessFen": least["excessFen"], **held}
    if len(rows) == 1:
        return figures, flags, {}
    return figures, flags | {"level-disputed"}, {"perLevel": rows}


def r9(claim):
    limit, paid = F(1000 * WAN if claim["crossIndustry"] else 500 * WAN), yuan(claim["paidSoFarFen"])
    left = limit - paid if limit > paid else F(0)
    flags = {"paid-beyond-limit"} if paid > limit else {"limit-used-up"} if paid == limit else set()
    total = min(part(5, yuan(claim["digitalServiceIncomeFen"])), left)
    return {"totalFen": fen(total), "remainingFen": fen(left), "excessFen": fen(paid - limit) if paid > limit else 0}, flags, {}


def r10(claim):
    return {"totalFen": fen(min(yuan(claim["feeFen"]), F(3 * WAN)))}, set(), {}


def r11(claim):
    if claim.get("localEnterprise") is False:
        return {"totalFen": 0}, {"condition-not-met"}, {}
    sums = [TITLES[title] * WAN * 100 for title in claim["titles"]]
    return {"totalFen": max(sums, default=0), "stackedFen": sum(sums)}, {"several-titles"} if len(sums) > 1 else set(), {}


def r13(claim):
    days, flags = claim.get("personDays", 0), set()
    for attendance in claim.get("attendances", []):
        days += attendance["persons"] * (attendance["hours"] // 8)
        if attendance["persons"] and attendance["hours"] % 8:
            flags.add("partial-days")
    if claim.get("institutionRecognised") is False or claim.get("courseRegistered") is False:
        return {"totalFen": 0, "personDays": days}, flags | {"condition-not-met"}, {}
    return {"totalFen": 500 * 100 * days, "personDays": days}, flags, {}


RULES = {"R0": r0, "R3": r3, "R4": r4, "R5": r5, "R6": r6, "R7": r7, "R8": r8, "R9": r9, "R10": r10, "R11": r11, "R13": r13}


def judge(rule, claim):
    figures, flags, parts = RULES[rule](claim)
    amounts = [item for key, value in claim.items() if key.endswith("Fen") for item in [value]]
    amounts += [value for item in claim.get("items", []) for key, value in item.items() if key.endswith("Fen")]
    if any(isinstance(value, list) and len(value) > 1 for value in amounts):
        flags = flags | {"amounts-added"}
    return {"rule": rule, "claim": claim, "figures": figures, "flags": sorted(flags, key=JUDGED.index), **parts}


def around(*amounts):
    """A fen below, at and above each amount of yuan."""
    return [100 * amount + step for amount in amounts for step in (-1, 0, 1)]


def fixed_cases():
    """The vectors of the domain brief, and both sides of every limit."""
    for spent, down, level in [(800_000, 300_000, 3), (200_000, 150_000, 2), (625_000, 250_000, 2), (625_001, 250_000, 2),
                               (875_000, 100_000, 3), (1_000_000, 400_000, 4), (2_000_000, 600_000, 4), (200_000, 250_000, 2),
                               (500_000, 200_000, 1)]:
        yield "R8", {"actualInvestmentFen": spent * 100, "downPaymentFen": down * 100, "level": level}
    for level, full in [(2, 625_000), (3, 875_000), (4, 1_000_000)]:
        for amount in around(full):
            yield "R8", {"actualInvestmentFen": amount, "downPaymentFen": 0, "level": level}
    for amount in around(250_000):
        yield "R8", {"actualInvestmentFen": 10 ** 9, "downPaymentFen": amount, "level": 4}
        yield "R8", {"actualInvestmentFen": 0, "downPaymentFen": [amount - 100, 100], "level": 0}
    for paid in [0] + around(84_000, 100_000):
        yield "R8", {"actualInvestmentFen": 80_000_000, "downPaymentFen": 21_000_000, "level": 3, "firstPaidFen": paid}
        yield "R8", {"actualInvestmentFen": 21_000_000, "downPaymentFen": 25_000_000, "level": [2, 1], "firstPaidFen": paid}
    for fee in [0, 1, 2] + around(100_000):
        yield "R3", {"feePaidFen": fee}
    for count in (0, 1, 2, 64):
        yield "R4", {"completed": count}
        yield "R4", {"completed": count, "contested": count}
    for amount in [0] + around(1_000_000, 5_000_000):
        yield "R5", {"equipmentInvestmentFen": amount}
    for fee in [0, 1, 3, 4] + around(1_000_000):
        yield "R6", {"cloudFeeFen": fee, "firstUse": True, "registeredPlatform": True}
    yield "R6", {"cloudFeeFen": 100, "firstUse": False, "registeredPlatform": True}
    yield "R6", {"cloudFeeFen": 100, "firstUse": True, "registeredPlatform": False}
    good, few = 500_001, 500_000
    for registered in (19_999_999, 20_000_000, 20_000_001):
        yield "R7", {"annualRegistrations": registered, "monthlyResolutions": {"2024-01": good, "2024-02": good, "2024-03": good}}
    for months in ({"2024-01": good, "2024-02": few, "2024-03": good, "2024-04": good}, {"2024-01": good, "2024-03": good, "2024-04": good},
                   {"2024-11": good, "2024-12": good, "2025-01": good}, {"2024-12": good, "2025-01": good, "2025-02": good, "2025-03": good},
                   {"2024-12": good, "2023-12": good, "2024-01": good, "2024-02": good}, {"2024-02": good, "2024-01": good}, {}):
        yield "R7", {"annualRegistrations": 20_000_001, "monthlyResolutions": months}
    for income in around(100_000_000, 200_000_000):
        for cross in (False, True):
            yield "R9", {"digitalServiceIncomeFen": income, "paidSoFarFen": 0, "crossIndustry": cross}
    for paid in around(5_000_000, 10_000_000):
        for cross in (False, True):
            yield "R9", {"digitalServiceIncomeFen": 10 ** 11, "paidSoFarFen": paid, "crossIndustry": cross}
    for fee in [0] + around(30_000):
        yield "R10", {"feeFen": fee}
    for titles in ([], *([key] for key in TITLES), ["smartScene", "smartFactory"], list(TITLES)):
        yield "R11", {"titles": titles}
    yield "R11", {"titles": ["smartFactory"], "localEnterprise": False}
    for hours in (0, 7, 8, 9, 15, 16, 17):
        yield "R13", {"attendances": [{"persons": 3, "hours": hours}]}
    yield "R13", {"personDays": 40, "institutionRecognised": True, "courseRegistered": False}
    for pilot, other in ((0, 0), (1, 0), (0, 1), (5, 5), (6, 5), (5, 6)):
        for paid in (None, 0, 4, 5, 6, 7):
            item = {"item": "a", "pilotFen": pilot, "otherFen": other}
            yield "R0", {"items": [item if paid is None else {**item, "otherPaidFen": paid}]}


def random_amount(rng, full):
    """An amount in fen; now and then several."""
    amount = math.floor(full * 100 * 2 ** rng.uniform(-6, 1.5)) + rng.randrange(100)
    return [amount // 3, amount - amount // 3] if rng.random() < 0.15 else amount


def random_level(rng):
    low, high = sorted((rng.randrange(5), rng.randrange(5)))
    return rng.choice([low, high, high, sorted({low, high}), {"from": low, "to": high}])


def random_case(rng, rule):
    maybe = lambda key: {} if rng.random() < 0.6 else {key: rng.random() < 0.8}  # noqa: E731
    match rule:
        case "R0":
            items = []
            for number in range(rng.randrange(5)):
                item = {"item": f"line {number}", "pilotFen": random_amount(rng, 100_000), "otherFen": random_amount(rng, 100_000)}
                items.append(item if rng.random() < 0.5 else {**item, "otherPaidFen": random_amount(rng, 100_000)})
            return {"items": items}
        case "R3":
            return {"feePaidFen": random_amount(rng, 100_000), **maybe("providerSelected")}
        case "R4":
            completed = rng.randrange(80)
            return {"completed": completed, **maybe("leaderSelected"),
                    **({"contested": rng.randrange(completed + 1)} if rng.random() < 0.3 else {})}
        case "R5":
            return {"equipmentInvestmentFen": random_amount(rng, 3_000_000)}
        case "R6":
            return {"cloudFeeFen": random_amount(rng, 1_000_000), "firstUse": rng.random() < 0.8, "registeredPlatform": rng.random() < 0.8}
        case "R7":
            start = rng.randrange(24)
            months = {f"{2023 + m // 12}-{m % 12 + 1:02}": rng.choice([499_999, 500_000, 500_001, 700_000, 700_000])
                      for m in range(start, start + rng.randrange(2, 13)) if rng.random() < 0.9}
            return {"annualRegistrations": rng.choice([20_000_000, 20_000_001, 30_000_000]), "monthlyResolutions": months}
        case "R8":
            return {"actualInvestmentFen": random_amount(rng, 700_000), "downPaymentFen": random_amount(rng, 200_000),
                    "level": random_level(rng), **({"firstPaidFen": random_amount(rng, 60_000)} if rng.random() < 0.3 else {})}
        case "R9":
            return {"digitalServiceIncomeFen": random_amount(rng, 100_000_000), "paidSoFarFen": random_amount(rng, 4_000_000),
                    "crossIndustry": rng.random() < 0.5}
        case "R10":
            return {"feeFen": random_amount(rng, 30_000)}
        case "R11":
            return {"titles": rng.sample(list(TITLES), rng.randrange(4)), **maybe("localEnterprise")}
        case "R13":
            held = {**maybe("institutionRecognised"), **maybe("courseRegistered")}
            if rng.random() < 0.4:
                return {"personDays": rng.randrange(500), **held}
            return {"attendances": [{"persons": rng.randrange(60), "hours": rng.randrange(41)} for _ in range(rng.randrange(1, 4))], **held}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=2024)
    options.add_argument("--count", type=int, default=60, help="random cases for each rule")
    chosen = options.parse_args()
    check_text()
    rng = random.Random(chosen.seed)
    cases = list(fixed_cases()) + [(rule, random_case(rng, rule)) for rule in RULES for _ in range(chosen.count)]
    lines = [json.dumps(judge(rule, claim), separators=(",", ":")) for rule, claim in cases]
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
