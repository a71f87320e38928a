#!/usr/bin/env python3
"""Checks the demonstration data without the program: an independent reading of the same files.

Replays every file, counts again by the written rules and compares with the published values. The made-up
items of the ledger are in no file; they are read from a backup (`huitian demo --load-only`, `huitian backup`)
and counted from its entries. Without one, figures over items count only what `items.csv` names.

    python3 demo/check.py                     all plans, the usual days
    python3 demo/check.py 2019-12-31          the figures of another day
    python3 demo/check.py --known-at 2019-08-14 2019-08-14
    python3 demo/check.py --journal backup.hb the items of the ledger, too, from a backup of a loaded database

Exit code 1 on a broken reference, a broken rule or a published value that is not met.
Only the Python standard library (3.11 or later) is needed.
"""

import csv
import datetime as dt
import gzip
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
DAYS = ["2019-08-14", "2020-01-06", "2020-10-05", "2021-07-21"]
TRAILING = ["effective", "recorded_on", "grade", "source_title", "source_url", "reason"]
COLUMNS = {
    "projects": "code name_zh name_en kind sector campaign lead_unit areas address budget_yuan membership revision other",
    "aliases": "project alias",
    "supporting_units": "project unit role active",
    "lead_units": "project unit",
    "parts": "project part name_zh name_en",
    "milestones": "project part step aspect date cause",
    "progress": "project part percent",
    "outputs": "project kind stage basis quantity",
    "indicators": "code name_zh name_en unit_zh unit_en direction sector",
    "baselines": "indicator on value instrument scale wave",
    "targets": "indicator on value instrument scale",
    "observations": "indicator key on value instrument scale approximate wave",
    "accepted": "indicator on key because",
    "list_entries": "year issue project entry aim",
    "remarks": "project text",
    "documents": "project title url",
    "items": "code kind level name_zh name_en issuer lead_unit areas quantities",
}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
CAUSES = set("approval environmental_assessment land_clearance utilities design_change funds contractor "
             "weather_or_epidemic other not_stated".split())
MEMBERSHIP = {"", "member", "removed", "merged", "split", "moved"}
GRADES = {"published", "reported", "illustrative"}
# Pairs of steps that must follow each other within one aspect and part.
ORDERED = [("start", "completion"), ("completion", "acceptance"), ("start", "in_use"), ("start", "opening")]
STAGES = ["planned", "approved", "built"]
ITEM_KINDS = {"visit", "good_deed"}
# States of items that are done, and of those that are taken back.
DONE = set("cleared filed solved marked recorded minuted submitted issued signed met".split())
BACK = {"withdrawn", "skipped", "excused"}
FIRST = dict(directive="registered", tracked_task="registered", finding="registered", decision="registered",
             inspection="planned", meeting="planned", whistle="called", dispatch="called", report_in="recorded",
             visit="recorded", good_deed="recorded", need="open", resource="open", report="draft", slip="issued")
FIRST["return"] = "open"
# Figures over items with the number of records that stand behind each on 2019-08-14.
ITEM_RECORDS = dict(visits=6, directives=78, tracked_tasks=107, inspections=46, special_reports=17,
                    weekly_reports=48, research_reports=5, reporting_departments=274, report_ins=274,
                    whistles_answered=22, deed_departments=22, vegetable_outlets=1, vegetable_communities=1,
                    paired_primary_schools=1, paired_kindergartens=1, performances=1)

# What pages published beyond the figures themselves, with the rows that honestly differ.
SECTORS_117 = dict(education=32, health=6, culture_sports=7, elderly_care=8, transport=28, municipal=19,
                   greening=10, social=7)
SECTORS_76 = dict(education=18, health=4, culture_sports=2, elderly_care=2, transport=22, municipal=15,
                  greening=9, social=4)
NOT_STARTED_2021 = {
    "安立路快速化改造": "no project approval before 2023",
    "中东路（西段）": "site not cleared before 2022-08-26",
    "清华长庚医院二期（妇儿中心）": "ceremony 2019-12-30, real start 2021-09",
}

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def day(text):
    return dt.date.fromisoformat(text)


def span(text):
    """First and last day of 2019-10-13, 2019-10, 2019-Q4 or 2019."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return day(text), day(text)
    if m := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, month, months = int(m[1]), int(m[2]) * 3 - 2, 3
    elif m := re.fullmatch(r"(\d{4})-(\d\d)", text):
        year, month, months = int(m[1]), int(m[2]), 1
    elif re.fullmatch(r"\d{4}", text):
        year, month, months = int(text), 1, 12
    else:
        raise ValueError(f"'{text}' is no date")
    after = dt.date(year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
    return dt.date(year, month, 1), after - dt.timedelta(days=1)


def read(path, columns, trailing=True):
    wanted = columns.split() + (TRAILING if trailing else [])
    with open(path, encoding="utf-8", newline="") as file:
        if b"\r" in Path(path).read_bytes():
            fault(path.name, "has carriage returns; lines end with LF")
        rows = list(csv.DictReader(file))
        if rows and [c for c in rows[0] if c is not None] != wanted:
            fault(path.name, f"columns are {list(rows[0])}, wanted {wanted}")
        for number, row in enumerate(rows, 2):
            row["at"] = f"{path.parent.name}/{path.name}:{number}"
            if None in row or None in row.values():
                fault(row["at"], "wrong number of cells")
        return rows


def quantities(row):
    """What a row of items.csv brought, by kind of output."""
    pairs = (text.split("=") for text in row["quantities"].split(";") if text)
    return {kind: Decimal(quantity) for kind, quantity in pairs}


def check_source(row, at):
    grade, url = row.get("grade", "published"), row.get("source_url", "")
    if grade not in GRADES:
        fault(at, f"grade '{grade}'")
    if grade == "published" and not re.match(r"https?://\S+\Z", url):
        fault(at, "published, but without an address")
    if grade == "illustrative" and url:
        fault(at, "illustrative, but with an address")
    if not row.get("source_title"):
        fault(at, "no source title")


def read_journal(path):
    """The entries about items, by plan, from a backup: lines of JSON, packed."""
    entries = defaultdict(list)
    zone = dt.timezone(dt.timedelta(hours=8))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line.get("line") == "entry" and line["kind"] == "item":
                moment = dt.datetime.fromtimestamp(line["recorded_at"] // 1_000_000, zone)
                line["event"], line["source"] = json.loads(line["event"]), json.loads(line["source"])
                line["known"] = moment.date()
                entries[line["scope"]].append(line)
    return entries


def facts_of(entry):
    """The facts of an item's entry as pairs of name and value."""
    ((event, body),) = entry["event"].items()
    if event not in ("registered", "recorded"):
        fault(f"entry {entry['seq']}", f"the demonstration holds no '{event}' of items")
        return
    for fact in body["facts"]:
        yield from fact["item"].items()


class Plan:
    def __init__(self, folder, units, areas, journal=None):
        self.folder, self.units, self.areas = folder, units, areas
        self.journal = None if journal is None else journal[folder.name]
        with open(folder / "plan.toml", "rb") as file:
            self.toml = tomllib.load(file)
        self.rows = {name: read(folder / f"{name}.csv", columns) for name, columns in COLUMNS.items()}
        toml = self.toml
        self.sectors = [s["code"] for s in toml["sectors"]]
        self.kinds = {k["code"] for k in toml["output_kinds"]}
        self.steps = {t["code"]: [s["step"] for s in t["steps"]] for t in toml["templates"]}
        self.registered, self.kind_of, self.grade_of, self.name_of = {}, {}, {}, {}
        for row in self.rows["projects"]:
            code = row["code"]
            if code not in self.registered:
                self.registered[code] = row["recorded_on"]
                self.kind_of[code], self.grade_of[code], self.name_of[code] = row["kind"], row["grade"], row["name_zh"]
        self.references()
        self.published_items()
        if self.journal is not None:
            self.separation()
        self.replay()

    # ---- items of the ledger ----

    def published_items(self):
        """Rows of items.csv; the journal must say the same."""
        rows, seen = self.rows["items"], set()
        registered = {e["subject"]: dict(facts_of(e)) for e in self.journal or [] if "registered" in e["event"]}
        for row in rows:
            at, code = row["at"], row["code"]
            if code in seen or not CODE.match(code):
                fault(at, f"code '{code}' is twice or no code")
            seen.add(code)
            if row["kind"] not in ITEM_KINDS or row["level"] not in ("city", "district"):
                fault(at, f"kind '{row['kind']}', level '{row['level']}'")
            if row["grade"] != "published" or not (row["name_zh"] and row["name_en"]):
                fault(at, "only what pages name stands here, with its name in both languages")
            for area in row["areas"].split(";"):
                if area not in self.areas:
                    fault(at, f"area '{area}' is unknown")
            for kind in quantities(row):
                if kind not in self.kinds:
                    fault(at, f"quantity of unknown kind '{kind}'")
            if self.journal is not None and registered.get(code, {}).get("kind") != {"kind": row["kind"]}:
                fault(at, "is not in the journal")
        for entry in self.journal or []:
            graded = entry["source"].get("grade", "reported")
            if graded != ("published" if entry["subject"] in seen else "illustrative"):
                fault(f"entry {entry['seq']}", f"{entry['subject']} is {graded}")

    def separation(self):
        """Whoever gave evidence or reported a task done neither verified nor cleared it."""
        hands, kinds = defaultdict(set), {}
        for entry in self.journal:
            code, who = entry["subject"], entry["actor"]
            for name, value in facts_of(entry):
                if name == "kind":
                    kinds[code] = value["kind"]
                elif name == "evidence" or (name == "move" and value["step"] == "report_done"):
                    hands[code].add(who)
                elif name == "move" and value["step"] in ("verify", "clear") and who in hands[code]:
                    fault(f"entry {entry['seq']}", f"{who} judges own work on {code}")
                if name == "link" and list(value["to"]) == ["item"] and value["to"]["item"] not in kinds:
                    fault(f"entry {entry['seq']}", f"{code} is linked to nothing")

    def items_at(self, as_of, known):
        """Every item of the day: kind, state, level, series, lead unit, quantities."""
        items = {}
        if self.journal is None:
            for row in self.rows["items"]:
                if row["effective"] <= str(as_of) and row["recorded_on"] <= str(known):
                    items[row["code"]] = dict(kind=row["kind"], state="recorded", level=row["level"],
                                              lead=row["lead_unit"], quantities=quantities(row))
            return items.values()
        visible = [e for e in self.journal if e["effective"] <= str(as_of) and e["known"] <= known]
        for entry in sorted(visible, key=lambda e: (e["effective"], e["seq"])):
            item = items.setdefault(entry["subject"], {"quantities": {}})
            for name, value in facts_of(entry):
                match name:
                    case "kind":
                        item["kind"] = value["kind"]
                        item.setdefault("state", FIRST[value["kind"]])
                    case "begin" | "move":
                        item["state"] = value["state"]
                    case "level" | "series":
                        item[name] = value[name]
                    case "lead_unit":
                        item["lead"] = value["unit"]
                    case "quantity":
                        item["quantities"][value["kind"]] = Decimal(value["quantity"])
                    case "answer" | "arrival":
                        item["answered"] = True
        return [item for item in items.values() if "kind" in item]

    # ---- references and single values ----

    def references(self):
        toml, known = self.toml, set(self.registered)
        campaigns = {c["code"] for c in toml.get("campaigns", [])}
        indicators = {r["code"] for r in self.rows["indicators"]}
        lists = {(item["year"], item["issue"]) for item in toml.get("lists", [])}
        revisions = {r["number"] for r in toml["revisions"]}
        figures = {f["id"] for f in toml["figures"]}
        parts = {}
        for row in self.rows["parts"]:
            parts.setdefault((row["project"], row["part"]), row["recorded_on"])
        if toml["area"] not in self.areas:
            fault("plan.toml", f"area '{toml['area']}' is unknown")
        for name, rows in self.rows.items():
            for row in rows:
                at = row["at"]
                check_source(row, at)
                for column in ("effective", "recorded_on", "on"):
                    if row.get(column):
                        try:
                            day(row[column])
                        except ValueError:
                            fault(at, f"{column} '{row[column]}' is no day")
                if not row["recorded_on"]:
                    fault(at, "no recorded_on")
                if row["recorded_on"] < toml["recorded_on"]:
                    fault(at, "recorded before the plan")
                if "project" in row:
                    if row["project"] not in known:
                        fault(at, f"project '{row['project']}' is unknown")
                    elif row["recorded_on"] < self.registered[row["project"]]:
                        fault(at, "recorded before its project is on the books")
                for column, among in (("unit", self.units), ("indicator", indicators), ("sector", self.sectors),
                                      ("campaign", campaigns), ("lead_unit", self.units), ("other", known)):
                    if row.get(column) and row[column] not in among:
                        fault(at, f"{column} '{row[column]}' is unknown")
                for column in ("code", "part", "step", "role", "key", "instrument", "scale"):
                    if row.get(column) and not CODE.match(row[column]):
                        fault(at, f"{column} '{row[column]}' is no code")
                if row.get("part") and parts.get((row["project"], row["part"]), "9999") > row["recorded_on"]:
                    fault(at, f"part '{row['part']}' is unknown, or not yet")
        seen = set()
        for row in self.rows["projects"]:
            at, first = row["at"], row["code"] not in seen
            seen.add(row["code"])
            if first and not (row["name_zh"] and row["name_en"] and row["sector"] and row["kind"] in self.steps):
                fault(at, "a project begins with name, kind and sector")
            if first and (row["grade"] == "illustrative") != row["name_zh"].startswith("示例"):
                fault(at, "an illustrative project, and no other, is called 示例")
            if row["membership"] not in MEMBERSHIP:
                fault(at, f"membership '{row['membership']}'")
            if row["revision"] and int(row["revision"]) not in revisions:
                fault(at, f"revision {row['revision']} is unknown")
            for area in filter(None, row["areas"].split(";")):
                if area not in self.areas:
                    fault(at, f"area '{area}' is unknown")
                elif min(self.areas[area]) > row["recorded_on"]:
                    fault(at, f"area '{area}' is not yet on the books")
            if row["lead_unit"] and row["grade"] == "published":
                fault(at, "lead units are published nowhere; they stand in lead_units.csv")
        for row in self.rows["outputs"]:
            if row["kind"] not in self.kinds or row["stage"] not in STAGES or row["basis"] not in ("net", "gross"):
                fault(row["at"], "unknown kind, stage or basis")
            if Decimal(row["quantity"]) < 0:
                fault(row["at"], "negative")
        for row in self.rows["progress"]:
            if not 0 <= Decimal(row["percent"]) <= 100:
                fault(row["at"], "percent lies between 0 and 100")
        for row in self.rows["list_entries"]:
            if (int(row["year"]), int(row["issue"])) not in lists or row["entry"] not in ("carried_over", "new"):
                fault(row["at"], "unknown list or entry")
            if row["aim"] not in ("", "complete", "continue", "prepare"):
                fault(row["at"], f"aim '{row['aim']}'")
        keys = {(r["indicator"], r["on"], r["key"]) for r in self.rows["observations"]}
        for row in self.rows["accepted"]:
            if (row["indicator"], row["on"], row["key"]) not in keys:
                fault(row["at"], "accepts an observation that does not exist")
        cited = {wave["code"] for wave in toml.get("cited_waves", [])}
        for wave in toml.get("cited_waves", []):
            check_source(wave, f"plan.toml cited wave {wave['code']}")
        for row in self.rows["observations"] + self.rows["baselines"]:
            if row["on"] > row["recorded_on"]:
                fault(row["at"], "observed after it was recorded")
            if row["wave"] and row["wave"] not in cited:
                fault(row["at"], f"wave '{row['wave']}' is not cited")
        for group in toml.get("output_groups", []):
            check_source(group, f"plan.toml group {group['code']}")
            for member in group["members"]:
                if member not in known:
                    fault(f"plan.toml group {group['code']}", f"project '{member}' is unknown")
            if group["kind"] not in self.kinds:
                fault(f"plan.toml group {group['code']}", f"kind '{group['kind']}' is unknown")
        for item in toml["revisions"] + toml.get("lists", []):
            check_source(item, f"plan.toml {item['en']}")
        for item in toml.get("published", []):
            if item["figure"] not in figures:
                fault("plan.toml published", f"figure '{item['figure']}' is unknown")
        for kind, steps in self.steps.items():
            if len(set(steps)) != len(steps):
                fault("plan.toml", f"template {kind} has a step twice")
        if toml["code"] != self.folder.name:
            fault("plan.toml", "the code is not the folder's name")

    # ---- the journal, in the order of recording ----

    def replay(self):
        """Plays milestones as they were recorded; keeps facts with their effective day."""
        self.dates = []  # (project, part, step, aspect, effective, order, date span or None, recorded_on)
        now = defaultdict(dict)
        promises = {}
        for order, row in sorted(enumerate(self.rows["milestones"]), key=lambda item: (item[1]["recorded_on"], item[0])):
            at, code, aspect, step = row["at"], row["project"], row["aspect"], row["step"]
            if code not in self.registered:
                continue
            if step not in self.steps[self.kind_of[code]]:
                fault(at, f"step '{step}' is not of the kind {self.kind_of[code]}")
            if aspect not in ("promised", "planned", "forecast", "actual"):
                fault(at, f"aspect '{aspect}'")
            if row["cause"] and (row["cause"] not in CAUSES or not row["reason"]):
                fault(at, "a cause is one of the list and has a reason")
            recorded = day(row["recorded_on"])
            try:
                dates = span(row["date"]) if row["date"] else None
            except ValueError as error:
                fault(at, error)
                continue
            if aspect == "actual" and dates:
                if dates[0] > recorded:
                    fault(at, "happened after it was recorded")
                effective = min(dates[1], max(recorded, dates[0]))
                if row["effective"]:
                    fault(at, "an actual date is its own effective day")
            else:
                effective = day(row["effective"] or row["recorded_on"])
            key = (code, row["part"], step)
            if aspect == "promised":
                if key in promises and promises[key] != row["date"] and not row["reason"]:
                    fault(at, "moves a promise without a reason")
                promises[key] = row["date"]
            track = now[code, row["part"], aspect]
            track[step] = dates
            for earlier, later in ORDERED:
                if track.get(earlier) and track.get(later) and track[earlier][0] > track[later][1]:
                    fault(at, f"{later} lies before {earlier}")
            self.dates.append((code, row["part"], step, aspect, effective, order, dates, recorded))
        self.by_project = defaultdict(list)
        for item in sorted(self.dates, key=lambda item: (item[4], item[7], item[5])):
            self.by_project[item[0]].append(item)

    def visible(self, rows, as_of, known):
        """Rows that hold on the day, earlier ones first."""
        held = [r for r in rows if (r["effective"] or r["recorded_on"]) <= str(as_of) and r["recorded_on"] <= str(known)]
        return sorted(held, key=lambda r: (r["effective"] or r["recorded_on"], r["recorded_on"]))

    def at(self, as_of, known=dt.date.max):
        return View(self, as_of, known)


class View:
    """The plan on a day, as known on a day."""

    def __init__(self, plan, as_of, known):
        self.plan, self.as_of, self.known = plan, as_of, known
        self.ledger = None
        state = defaultdict(dict)
        for row in plan.visible(plan.rows["projects"], as_of, known):
            state[row["code"]].update({k: v for k, v in row.items() if v})
        self.members = sorted(code for code, held in state.items() if held.get("membership") == "member")
        self.state = state
        self.tracks = defaultdict(dict)
        for code, items in plan.by_project.items():
            for _, part, step, aspect, effective, _, dates, recorded in items:
                if effective <= as_of and recorded <= known:
                    self.tracks[code][part, step, aspect] = dates
        self.parts = defaultdict(list)
        for row in plan.visible(plan.rows["parts"], as_of, known):
            if row["part"] not in self.parts[row["project"]]:
                self.parts[row["project"]].append(row["part"])
        self.outputs = defaultdict(dict)
        for row in plan.visible(plan.rows["outputs"], as_of, known):
            if row["basis"] == "net":
                self.outputs[row["project"]][row["kind"], row["stage"]] = Decimal(row["quantity"])
        self.groups = [g for g in plan.toml.get("output_groups", [])
                       if g["effective"] <= str(as_of) and g["recorded_on"] <= str(known)]
        revisions = [r for r in plan.toml["revisions"]
                     if r["effective"] <= str(as_of) and r["recorded_on"] <= str(known)]
        self.revision = max(revisions, key=lambda r: r["number"], default=None)

    def full(self, code, step):
        """The step is done in the whole or in every part."""
        whole = self.tracks[code].get(("", step, "actual"))
        if whole:
            return whole
        dates = [self.tracks[code].get((part, step, "actual")) for part in self.parts[code]]
        return max(dates, key=lambda d: d[1]) if dates and all(dates) else None

    def completed(self, code):
        return self.full(code, "completion") is not None

    def in_use(self, code):
        return self.full(code, "in_use") is not None

    def started(self, code):
        any_start = any(d for (_, step, aspect), d in self.tracks[code].items()
                        if step == "start" and aspect == "actual" and d)
        return any_start or self.completed(code)

    def expected(self, code, step):
        whole = [self.tracks[code].get(("", step, aspect)) for aspect in ("actual", "forecast", "promised", "planned")]
        return self.full(code, step) or next(filter(None, whole), None)

    def stands(self, code, standing, horizon):
        start = self.expected(code, "start")
        match standing:
            case "any":
                return True
            case "started":
                return self.started(code)
            case "completed":
                return self.completed(code)
            case "in_use":
                return self.in_use(code)
            case "under_way":
                return self.started(code) and not self.completed(code) and not self.in_use(code)
            case "to_start":
                return not self.started(code) and start is not None and start[1] <= horizon
            case "later":
                return not self.started(code) and start is not None and start[1] > horizon
            case "due":
                dates = filter(None, (self.expected(code, step) for step in ("completion", "in_use")))
                return any(d[1] <= horizon and d[1].year == horizon.year for d in dates)
        raise ValueError(standing)

    def has_output(self, code, kind):
        return any(k == kind for k, _ in self.outputs[code]) or any(
            g["kind"] == kind and code in g["members"] for g in self.groups)

    def select(self, query):
        horizon = query.get("horizon", "year_end")
        horizon = day(horizon["on"]) if isinstance(horizon, dict) else dt.date(self.as_of.year, 12, 31)
        return [code for code in self.members
                if query.get("sector", self.state[code]["sector"]) == self.state[code]["sector"]
                and ("output" not in query or self.has_output(code, query["output"]))
                and self.stands(code, query.get("standing", "any"), horizon)]

    def figure(self, query):
        """The value of a figure; None where no records are kept yet."""
        match query["query"]:
            case "projects":
                return Decimal(len(self.select(query)))
            case "sectors":
                return Decimal(len({self.state[code]["sector"] for code in self.members}))
            case "output":
                chosen, total, grouped = set(self.select(query)), Decimal(0), set()
                for group in self.groups:
                    if group["kind"] == query["kind"] and chosen.issuperset(group["members"]):
                        grouped.update(group["members"])
                        total += Decimal(group["quantity"])
                for code in chosen - grouped:
                    stages = [s for k, s in self.outputs[code] if k == query["kind"]]
                    if stages:
                        total += self.outputs[code][query["kind"], max(stages, key=STAGES.index)]
                return total
            case "baseline":
                return self.observation(self.plan.rows["baselines"], query["indicator"])
            case "indicator":
                return self.observation(self.plan.rows["observations"], query["indicator"])
            case "items":
                return self.items(query)[0]
            case "register":
                return None
        raise ValueError(query)

    def items(self, query):
        """The value of a figure over items, and how many records stand behind it."""
        if self.ledger is None:
            self.ledger = list(self.plan.items_at(self.as_of, self.known))
        chosen = [item for item in self.ledger
                  if item["kind"] in query["kind"] and item["state"] not in BACK
                  and query.get("level") in (None, item.get("level"))
                  and query.get("series") in (None, item.get("series"))
                  and (not query.get("done") or item["state"] in DONE)
                  and (not query.get("answered") or item.get("answered"))
                  and item["state"] not in query.get("except", [])]
        match query.get("count", "items"):
            case "items":
                return Decimal(len(chosen)), len(chosen)
            case "lead_units":
                return Decimal(len({item["lead"] for item in chosen if item.get("lead")})), len(chosen)
            case {"quantity": kind}:
                brought = [item["quantities"][kind] for item in chosen if kind in item["quantities"]]
                return sum(brought, Decimal(0)), len(brought)
        raise ValueError(query)

    def observation(self, rows, indicator):
        rows = [r for r in rows if r["indicator"] == indicator
                and r["on"] <= str(self.as_of) and r["recorded_on"] <= str(self.known)]
        accepted = {r["on"]: r["key"] for r in self.plan.rows["accepted"] if r["indicator"] == indicator
                    and r["on"] <= str(self.as_of) and r["recorded_on"] <= str(self.known)}
        for on in sorted({r["on"] for r in rows}, reverse=True):
            of_day = [r for r in rows if r["on"] == on]
            if on in accepted:
                of_day = [r for r in of_day if r["key"] == accepted[on]]
            if len({(Decimal(r["value"]), r["instrument"], r["scale"]) for r in of_day}) == 1:
                return Decimal(of_day[0]["value"])
        return None

    def closes(self):
        """Sums that must close on every day; yields what fails."""
        if self.revision and "declared" in self.revision and self.revision["declared"] != len(self.members):
            yield f"{len(self.members)} members, {self.revision['declared']} declared"
        for code in self.members:
            if self.state[code]["sector"] not in self.plan.sectors:
                yield f"{code} is of no sector of the plan"
            if not self.started(code) and not self.expected(code, "start"):
                yield f"{code} is not started and has no start date"
            starts = [d for (_, step, aspect), d in self.tracks[code].items()
                      if step == "start" and aspect == "actual" and d]
            done = self.full(code, "completion")
            if starts and done and min(starts)[0] > done[1]:
                yield f"{code} is completed before it started"
        taken = set()
        for group in self.groups:
            for member in group["members"]:
                if member not in self.members:
                    yield f"group {group['code']}: {member} is not of the plan"
                if (group["kind"], member) in taken:
                    yield f"group {group['code']}: {member} is in two groups of {group['kind']}"
                taken.add((group["kind"], member))


def directory():
    units = {}
    rows = read(HERE / "units.csv", "code name_zh name_en level parent area", trailing=False)
    areas = defaultdict(list)
    for row in read(HERE / "areas.csv", "code name_zh name_en level parent population aliases"):
        areas[row["code"]].append(row["recorded_on"])
        check_area(row, areas)
    for row in rows:
        if row["level"] not in ("city", "district", "subdistrict", "community", "other"):
            fault(row["at"], f"level '{row['level']}'")
        if row["parent"] and row["parent"] not in units:
            fault(row["at"], f"parent '{row['parent']}' is not above it in the file")
        if row["area"] and row["area"] not in areas:
            fault(row["at"], f"area '{row['area']}' is unknown")
        if row["code"] in units or not CODE.match(row["code"]):
            fault(row["at"], f"code '{row['code']}' is twice or no code")
        units[row["code"]] = row
    return units, areas


def check_area(row, areas):
    # A later row may say of an area only what people call it.
    named = row["name_zh"] or not row["aliases"] or len(areas[row["code"]]) == 1
    if named and row["level"] not in ("city", "district", "subdistrict", "community"):
        fault(row["at"], f"level '{row['level']}'")
    if row["parent"] and row["parent"] not in areas:
        fault(row["at"], f"parent '{row['parent']}' is not above it in the file")


def print_figures(plan, as_of, known):
    view = plan.at(as_of, known)
    published = defaultdict(dict)
    for item in plan.toml.get("published", []):
        published[item["figure"]][item["on"]] = Decimal(item["value"])
    print(f"\n{plan.toml['code']} as of {as_of}: {len(view.members)} projects")
    for figure in plan.toml["figures"]:
        value = view.figure(figure["query"])
        known_values = {on: v for on, v in published[figure["id"]].items() if on <= str(as_of)}
        on = max(known_values, default=None)
        mark = "not yet recorded" if value is None else ""
        if value is not None and on == str(as_of):
            mark = "ok" if value == known_values[on] else "DIFFERS"
            if figure["query"]["query"] == "items":
                records = view.items(figure["query"])[1]
                if plan.journal is None and (mark == "DIFFERS" or records != ITEM_RECORDS[figure["id"]]):
                    mark = "with --journal"
                elif records != ITEM_RECORDS[figure["id"]]:
                    fault(f"{plan.toml['code']} {as_of} {figure['id']}",
                          f"{records} records, expected {ITEM_RECORDS[figure['id']]}")
                else:
                    mark += f", {records} records"
            if mark.startswith("DIFFERS") and not explained(plan, view, figure["id"], value, known_values[on]):
                fault(f"{plan.toml['code']} {as_of} {figure['id']}", f"{value}, published {known_values[on]}")
            elif mark.startswith("DIFFERS"):
                mark = "differs, explained below"
        shown = "" if on is None else f"{known_values[on]} ({on})"
        print(f"  {figure['id']:26} {'-' if value is None else value:>10}  {shown:24} {mark}")
    for complaint in view.closes():
        fault(f"{plan.toml['code']} {as_of}", complaint)


def explained(plan, view, figure, value, published):
    """The one difference that is kept on purpose: rows that other pages say had not started."""
    if plan.toml["code"] != "huitian-2018" or figure != "projects_started":
        return False
    missing = {plan.name_of[code] for code in view.members if not view.started(code)}
    return missing == set(NOT_STARTED_2021) and value + len(missing) == published


def compare(what, found, wanted):
    print(f"  {what:58} {found!s:>6} {wanted!s:>6} {'ok' if found == wanted else 'DIFFERS'}")
    if found != wanted:
        fault(what, f"{found}, published {wanted}")


def round_one(plan):
    """Published totals of the first round beyond the figures."""
    print("\nhuitian-2018: further published totals                            found  published")
    entries = defaultdict(list)
    for row in plan.rows["list_entries"]:
        entries[int(row["year"]), int(row["issue"])].append(row)
    sector = {r["code"]: r["sector"] for r in plan.rows["projects"] if r["sector"]}
    for item in plan.toml["lists"]:
        rows = entries[item["year"], item["issue"]]
        if len({r["project"] for r in rows}) != len(rows):
            fault("list_entries.csv", f"a project is twice on list {item['year']}/{item['issue']}")
        for kind, declared in (("carried_over", item.get("carried_over")), ("new", item.get("new"))):
            if rows and declared is not None:
                compare(f"list {item['year']}/{item['issue']} {kind}", sum(r["entry"] == kind for r in rows), declared)
    counts = Counter(sector[r["project"]] for r in entries[2020, 2])
    for code, wanted in SECTORS_76.items():
        compare(f"list 2020/2 {code}", counts[code], wanted)
    members = plan.at(day("2021-07-21"))
    counts = Counter(members.state[code]["sector"] for code in members.members)
    for code, wanted in SECTORS_117.items():
        compare(f"of 117: {code}", counts[code], wanted)
    compare("in use on 2021-07-21", sum(map(members.in_use, members.members)), 53)
    compare("education completed on 2021-07-21",
            sum(members.completed(c) for c in members.members if members.state[c]["sector"] == "education"), 17)
    july = plan.at(day("2019-08-14"))
    end = dt.date(2019, 12, 31)
    compare("not due to start in 2019, on 2019-08-14", sum(july.stands(c, "later", end) for c in july.members), 6)
    august = plan.at(day("2021-08-31"))
    late = [c for c in august.members if august.in_use(c) and not members.in_use(c)
            and members.full(c, "completion") and members.full(c, "completion")[1].year == 2020]
    compare("finished in 2020, in use between 2021-07-22 and 2021-08-31", len(late), 7)
    print("  not started on 2021-07-21, against the published 'all 117 started':")
    for code in members.members:
        if not members.started(code):
            print(f"    {code} {plan.name_of[code]}: {NOT_STARTED_2021.get(plan.name_of[code], 'unexplained')}")


def main(arguments):
    known = dt.date.max
    if "--known-at" in arguments:
        at = arguments.index("--known-at")
        known = day(arguments[at + 1])
        del arguments[at:at + 2]
    journal = None
    if "--journal" in arguments:
        at = arguments.index("--journal")
        journal = read_journal(arguments[at + 1])
        del arguments[at:at + 2]
    units, areas = directory()
    plans = [Plan(path.parent, units, areas, journal) for path in sorted(HERE.glob("*/plan.toml"))]
    if faults:  # counting over broken references would only repeat them
        return report()
    for plan in plans:
        for as_of in arguments or DAYS:
            if as_of >= plan.toml["recorded_on"]:
                print_figures(plan, day(as_of), known)
        # The sums must close on every day on which anything changes.
        days = {item[4] for item in plan.dates} | {day(r["effective"]) for r in plan.rows["projects"]}
        days = sorted(d for d in days if str(d) >= plan.toml["recorded_on"])
        for as_of in days:
            for complaint in plan.at(as_of).closes():
                fault(f"{plan.toml['code']} {as_of}", complaint)
        if plan.toml["code"] == "huitian-2018":
            round_one(plan)
        grades = Counter(plan.grade_of.values())
        print(f"\n{plan.toml['code']}: {len(plan.registered)} projects on the books ({grades['published']} published, "
              f"{grades['reported']} reported, {grades['illustrative']} illustrative), "
              f"{sum(map(len, plan.rows.values()))} rows; sums close on all {len(days)} days of change"
              if not faults else f"\n{plan.toml['code']}: faults below")
    return report()


def report():
    for line in faults:
        print(f"FAULT {line}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
