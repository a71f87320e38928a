//! What the ledger itself is told: codes, dates, money, facts.

use domain::code::Code;
use domain::journal::{Event, Hash};
use domain::money::Fen;
use domain::planned_date::{PlannedDate, parse_day};
use domain::source::Source;
use exchange::decimal::Decimal;
use exchange::oc4ids::Settings;
use fuzz::{Target, Wrapping, campaign, magnitude};

use crate::{same, told};

#[test]
fn codes_dates_and_money() {
    campaign(&Target {
        name: "values",
        seeds: ["HT-EDU-001", "2019-10-13", "2019-Q4", "2019-10", "2019", "-1,234.50", "0.000001", "1.2e3"]
            .map(|text| text.into())
            .to_vec(),
        tokens: &[
            "-",
            "Q",
            ".",
            ",",
            "，",
            "年",
            "_",
            "e",
            "+",
            " ",
            "92233720368547758.07",
            "-92233720368547758.08",
            "00",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let (code, planned, money) =
                (text.parse::<Code>(), text.parse::<PlannedDate>(), Fen::parse_yuan(&text));
            if let Ok(code) = &code {
                same("code", &Ok(code.clone()), &code.to_string().parse())?;
            }
            if let Ok(date) = &planned {
                same("planned date", &planned, &date.to_string().parse())?;
                if date.first() > date.last() {
                    return Err(format!("{date} ends before it begins"));
                }
            }
            if let Some(fen) = money {
                same("money", &money, &Fen::parse_yuan(&fen.to_string()))?;
            }
            if let Some(hash) = Hash::parse(&text) {
                same("hash", &Some(hash), &Hash::parse(&hash.to_string()))?;
            }
            let decimal = Decimal::parse(&text);
            let places: Vec<bool> =
                (0..20).map(|places| decimal.and_then(|number| number.scaled(places)).is_some()).collect();
            let known = (code.is_ok(), planned.map(PlannedDate::precision).ok(), money.is_some());
            Ok(format!("{known:?} {} {places:?}", parse_day(&text).is_some()))
        },
    });
}

#[test]
fn events() {
    campaign(&Target {
        name: "events",
        seeds: [
            "{\"registered\":{\"facts\":[{\"project\":{\"name\":{\"zh\":\"学校\",\"en\":\"School\"}}},\
             {\"project\":{\"membership\":{\"state\":\"member\",\"revision\":null,\"other\":null}}}]}}",
            "{\"corrected\":{\"entry\":6,\"facts\":[{\"project\":{\"progress\":{\"part\":null,\"percent\":\"8.5\"}}}]}}",
            "{\"grade\":\"reported\",\"title\":\"月报\",\"url\":\"https://example.org/\",\"unit\":\"jw\"}",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "{", "[", "\"", ":", "null", "\\ud800", "\"project\"", "\"plan\"", "\"unit\"", "\"area\"", "\"indicator\"", "\"milestone\"",
            "\"percent\":\"1e999\"", "79228162514264337593543950336", "\"promised\"", "\"2019-Q4\"", "\"recorded\"",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let event = serde_json::from_slice::<Event>(bytes);
            if let Ok(event) = &event {
                let text = serde_json::to_string(event).map_err(|error| error.to_string())?;
                same("event", event, &serde_json::from_str(&text).map_err(|error| format!("{text}: {error}"))?)?;
            }
            let source = serde_json::from_slice::<Source>(bytes);
            if let Ok(source) = &source {
                let text = serde_json::to_string(source).map_err(|error| error.to_string())?;
                same("source", source, &serde_json::from_str(&text).map_err(|error| format!("{text}: {error}"))?)?;
            }
            let event = told(&event.map_err(|error| error.to_string()), |event| magnitude(event.facts().len()).to_owned());
            Ok(format!("{event} {}", source.is_ok()))
        },
    });
}

#[test]
fn publication_settings() {
    campaign(&Target {
        name: "oc4ids",
        seeds: vec![b"prefix = \"oc4ids-xyz123\"\n[sectors]\nhousing = [\"socialHousing\"]\n".to_vec()],
        tokens: &["[", "[[", "=", "\"", "sectors", "roles", "prefix", "[sectors.housing]", "{", "inf"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = Settings::with(&String::from_utf8_lossy(bytes));
            Ok(told(&answer, |settings| magnitude(settings.sectors.len()).to_owned()))
        },
    });
}
