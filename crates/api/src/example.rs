//! Examples that stand in the description and on its page. The tests send each of them.

use serde_json::{Value, json};

/// A value for a part of an address.
pub fn place(operation: &str, name: &str) -> &'static str {
    match (operation, name) {
        (_, "plan") => "huitian-2018",
        (_, "project") => "HT-TRA-009",
        ("acceptObservation", "indicator") => "communities",
        ("acceptObservation", "key") => "bjd-2019",
        (_, "indicator") => "retail_outlets",
        (_, "index") => "example-living",
        (_, "facility") => "FAC-EDU-005",
        (_, "unit") => "changping-education",
        (_, "area") => "tiantongyuan-north",
        (_, "person") => "auditor",
        (_, "figure") => "projects_total",
        (_, "number") => "2",
        (_, "year") => "2020",
        (_, "issue") => "1",
        ("recordItemMove", "item") => "HT-INS-049",
        ("recordItemFacts", "item") => "HT-TSK-104",
        (_, "item") => "HT-DIR-005",
        (_, "file") => "ledger.csv",
        (_, "wave") => "felt-2019-2",
        (_, "table") => "results.csv",
        (_, "report") => "REP-weekly-2019-W10",
        (_, "entry") => "1",
        (_, "key") => "drc-2019",
        (_, "problem") => "refused",
        _ => "1",
    }
}

/// Parameters that show what an operation can do.
pub fn query(operation: &str) -> &'static str {
    match operation {
        "listProjects" => "?sector=transport&sort=-slip&as_of=2019-08-14&limit=10",
        "getProject" | "listMilestones" | "listProgress" | "getIndicator" => "?as_of=2021-12-31",
        "listTimetable" | "listTimetableSteps" => "?as_of=2019-08-14",
        "listFigures" | "getFigure" | "getStatement" | "listIndicators" => "?as_of=2019-08-14",
        "listIndices" | "getIndex" | "listIndexValues" => "?as_of=2021-12-31",
        "listFacilities" => "?as_of=2019-12-31&limit=10",
        "getReach" => "?longitude=116.3362&latitude=40.0702&as_of=2021-12-31",
        "tryLink" => {
            "?from_longitude=116.3362&from_latitude=40.0702&to_longitude=116.3402&to_latitude=40.0742&as_of=2021-12-31"
        }
        "listMissingLinks" => "?as_of=2021-12-31",
        "findSites" => "?kind=kindergarten&model=max_cover&sites=3&metres=500&as_of=2021-12-31",
        "getCoverageChange" => "?since=2018-08-14&as_of=2021-12-31",
        "listEstimates" => "?question=felt&group_by=area&limit=10",
        "listWaveChanges" => "?from=felt-2019-1&limit=10",
        "getEvaluation" => "?as_of=2025-12-31",
        "listEvaluations" => "?as_of=2022-12-31&limit=10",
        "listCoverage" | "listGaps" => "?as_of=2021-12-31&limit=10",
        "listLedger" => "?standing=open&light=red&sort=-received&as_of=2019-08-14&limit=10",
        "exportLedger" => "?standing=open&as_of=2019-08-14",
        "countLights" => "?standing=open&as_of=2019-08-14",
        "listReports" => "?series=weekly&as_of=2019-08-14&limit=5",
        "getItem" | "getItemTrace" => "?as_of=2019-08-14",
        "listEntries" => "?plan=huitian-2018&kind=project&code=HT-TRA-009",
        "getPlan" => "?as_of=2019-08-14&known_at=2019-08-14",
        _ => "",
    }
}

/// A body that is good for the demonstration plan.
pub fn body(operation: &str) -> Option<Value> {
    let source = json!({
        "title": "Minutes of the joint meeting", "url": "https://example.org/minutes", "unit": "bj-task-force",
    });
    Some(match operation {
        "registerPlan" => json!({
            "code": "example-2027",
            "facts": [
                { "name": { "zh": "示例行动计划", "en": "Example action plan" } },
                { "period": { "from": "2027-01-01", "to": "2029-12-31" } },
                { "sector": { "sector": "education", "order": 1, "name": { "zh": "教育", "en": "Education" } } },
            ],
        }),
        "recordPlanFacts" => json!({
            "facts": [{ "revision": {
                "number": 9, "title": { "zh": "示例修订", "en": "Example revision" }, "declared": 118,
            } }],
            "source": source,
        }),
        "registerProject" => json!({
            "code": "HT-EXAMPLE-1",
            "facts": [
                { "name": { "zh": "示例幼儿园", "en": "Example kindergarten" } },
                { "kind": { "kind": "building" } },
                { "sector": { "sector": "education" } },
                { "lead_unit": { "unit": "changping-education" } },
                { "place": { "areas": ["tiantongyuan-north"], "address": "" } },
                { "membership": { "state": "member", "revision": 1 } },
                { "milestone": { "aspect": "promised", "step": "completion", "date": "2027-Q4" } },
            ],
            "source": source,
        }),
        "recordProjectFacts" => json!({
            "facts": [
                { "alias": { "alias": "Example name" } },
                { "milestone": { "aspect": "forecast", "step": "completion", "date": "2027-06", "cause": "land_clearance" } },
            ],
            "reason": "Reported by the lead unit",
        }),
        "recordMilestone" => json!({
            "aspect": "forecast", "step": "start", "date": "2027-03", "cause": "approval", "source": source,
        }),
        "recordProgress" => json!({ "percent": 96.5, "on": "2025-06-30" }),
        "recordOutput" => json!({
            "kind": "parking_spaces", "stage": "planned", "basis": "gross", "quantity": 250,
        }),
        "registerIndicator" => json!({
            "code": "example_indicator",
            "facts": [
                { "name": { "zh": "示例指标", "en": "Example indicator" } },
                { "unit": { "zh": "个", "en": "places" } },
                { "direction": { "direction": "up" } },
            ],
        }),
        "recordIndicatorFacts" => json!({
            "facts": [{ "target": {
                "on": "2027-12-31", "value": 1500,
                "instrument": { "instrument": "outlet_count", "scale": "outlets" },
            } }],
        }),
        "recordObservation" => json!({
            "key": "example-2025", "on": "2025-06-30", "value": 1402,
            "instrument": { "instrument": "outlet_count", "scale": "outlets" },
            "source": source,
        }),
        "acceptObservation" => json!({
            "on": "2019-08-15", "because": "It is the only one that names its method.",
        }),
        "registerIndex" | "recordIndexFacts" => {
            let version = json!({ "version": {
                "version": "2026", "period": "year", "aggregation": "arithmetic", "least_coverage": 60,
                "dimensions": [{
                    "name": { "zh": "便利性", "en": "Convenience" }, "weight": 1,
                    "parts": [{
                        "indicator": "retail_coverage",
                        "instrument": { "instrument": "community_count", "scale": "percent" },
                        "better": "higher", "scaling": { "range": { "low": 0, "high": 100 } },
                        "weight": 1, "source": "Minutes of the joint meeting",
                    }],
                }],
            } });
            if operation == "recordIndexFacts" {
                return Some(json!({ "facts": [version], "source": source }));
            }
            json!({
                "code": "example-index",
                "facts": [{ "name": { "zh": "示例指数", "en": "Example index" } }, version],
                "source": source,
            })
        }
        "registerFacility" => json!({
            "code": "EXAMPLE-KINDERGARTEN-1",
            "facts": [
                { "name": { "zh": "示例幼儿园", "en": "Example kindergarten" } },
                { "kind": { "kind": "kindergarten" } },
                { "site": { "longitude": 116.3362, "latitude": 40.0702 } },
                { "capacity": { "amount": 270 } },
                { "opens": { "on": "2027-09-01" } },
            ],
            "source": source,
        }),
        "recordFacilityFacts" => json!({
            "facts": [{ "capacity": { "amount": 240 } }, { "closes": { "on": "2027-07-01" } }],
            "reason": "The building is handed back",
        }),
        "registerItem" => json!({
            "code": "EXAMPLE-TASK-1",
            "facts": [
                { "kind": { "kind": "tracked_task" } },
                { "name": { "zh": "示例任务", "en": "Example task" } },
                { "text": { "text": "清理占道堆物" } },
                { "received": { "on": "2026-11-20" } },
                { "due": { "on": "2026-12-18" } },
                { "lead_unit": { "unit": "changping-education" } },
                { "place": { "areas": ["tiantongyuan-north"], "address": "" } },
            ],
            "source": source,
        }),
        "recordItemFacts" => json!({
            "facts": [
                { "progress": { "text": "材料已备齐", "percent": 60 } },
                { "forecast": { "on": "2026-12-10" } },
            ],
            "effective": "2026-11-20",
        }),
        "recordItemMove" => json!({
            "step": "order", "on": "2026-11-24", "source": source,
        }),
        "registerUnit" => json!({
            "code": "example-unit",
            "facts": [{ "name": { "zh": "示例单位", "en": "Example unit" } }, { "level": { "level": "district" } }],
        }),
        "recordUnitFacts" => json!({ "facts": [{ "name": { "zh": "示例单位名称", "en": "Example name" } }] }),
        "registerArea" => json!({
            "code": "example-community",
            "facts": [
                { "name": { "zh": "示例社区", "en": "Example community" } },
                { "level": { "level": "community" } },
                { "parent": { "parent": "tiantongyuan-north" } },
            ],
        }),
        "recordAreaFacts" => json!({ "facts": [{ "population": { "people": 52000 } }] }),
        "registerPerson" => json!({
            "code": "example-person",
            "facts": [
                { "name": { "name": "Example Person" } },
                { "unit": { "unit": "changping-education" } },
                { "role": { "role": "department", "scope": "unit:changping-education", "held": true } },
            ],
        }),
        "recordPersonFacts" => json!({ "facts": [{ "email": { "email": "example@example.org" } }] }),
        "correctEntry" => json!({
            "facts": [
                { "area": { "name": { "zh": "北京市", "en": "Beijing Municipality" } } },
                { "area": { "level": { "level": "city" } } },
            ],
            "reason": "The English name was not the full one",
        }),
        _ => return None,
    })
}
