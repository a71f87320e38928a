//! The effect on requests in words: what changed, how sure that is, and what it cannot say.

use domain::evaluation::Kept;
use domain::request::public::SMALL;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use survey::effect::{Effect, Limit};
use words::Lang;
use words::shown::{day, number};

use super::{LEAST_BEFORE, NoEffect, RequestPart};

/// Percent to the whole, with its sign.
pub fn signed(value: f64) -> String {
    let text = whole(value.abs());
    match value {
        _ if text == "0" => text,
        value if value > 0.0 => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

pub fn whole(value: f64) -> String {
    number(Decimal::from_f64(value).unwrap_or_default().round())
}

/// A probability, never quite nothing.
pub fn chance(p: f64) -> String {
    if p < 0.001 {
        "< 0.1%".into()
    } else {
        format!("{}%", number(Decimal::from_f64(p * 100.0).unwrap_or_default().round_dp(1)))
    }
}

/// Whether the interval leaves out nothing.
pub fn is_clear(effect: &Effect) -> bool {
    effect.ci_low > 0.0 || effect.ci_high < 0.0
}

pub fn verdict(lang: Lang, effect: &Effect) -> String {
    let (key, percent) = match effect {
        effect if !is_clear(effect) => ("evaluation-effect-unclear", signed(effect.effect)),
        effect if effect.effect < 0.0 => ("evaluation-effect-fewer", whole(-effect.effect)),
        effect => ("evaluation-effect-more", whole(effect.effect)),
    };
    words::with(lang, key, &[("percent", &percent)])
}

pub fn interval(lang: Lang, effect: &Effect) -> String {
    let (low, high) = (signed(effect.ci_low), signed(effect.ci_high));
    words::with(lang, "evaluation-range", &[("low", &low), ("high", &high)])
}

pub fn placebo(lang: Lang, effect: &Effect) -> String {
    let Some(before) = &effect.before else { return String::new() };
    let args = [("percent", signed(before.effect)), ("p", chance(before.p_value))];
    words::with(lang, "evaluation-placebo", &[(args[0].0, &args[0].1), (args[1].0, &args[1].1)])
}

fn limit(lang: Lang, limit: Limit) -> String {
    let t = |key: &str| words::text(lang, key).into_owned();
    let counted = |key: &str, count: usize| words::with(lang, key, &[("count", &count.to_string())]);
    match limit {
        Limit::NotRandom => t("evaluation-limit-not-random"),
        Limit::OneTreatedArea => t("evaluation-limit-one-treated-area"),
        Limit::FewComparisons(count) => counted("evaluation-limit-few-comparisons", count),
        Limit::ApartBefore => t("evaluation-limit-apart-before"),
        Limit::ShortBefore => t("evaluation-limit-short-before"),
        Limit::PartOfTheYear { seasons, of } => words::with(
            lang,
            "evaluation-limit-part-of-the-year",
            &[("seasons", &seasons.to_string()), ("of", &of.to_string())],
        ),
        Limit::Missing(count) => counted("evaluation-limit-missing", count),
    }
}

/// Whether a count is told: everybody but staff is told no small ones.
pub fn is_told(count: u64, staff: bool) -> bool {
    staff || count == 0 || count >= SMALL
}

/// What an effect cannot say, all of it; with small counts for staff.
pub fn limits(lang: Lang, part: &RequestPart, effect: &Effect, staff: bool) -> Vec<String> {
    let mut out: Vec<String> = effect.limits.iter().map(|held| limit(lang, *held)).collect();
    let unclear = part.chosen.unclear.len();
    if unclear > 0 {
        out.push(words::with(lang, "evaluation-limit-unclear", &[("count", &unclear.to_string())]));
    }
    let elsewhere = part.outcome.as_ref().map_or(0, |held| held.elsewhere);
    if elsewhere > 0 {
        let told = is_told(elsewhere, staff);
        let key = if told { "evaluation-limit-elsewhere" } else { "evaluation-limit-elsewhere-few" };
        let count = if told { elsewhere } else { SMALL };
        out.push(words::with(lang, key, &[("count", &count.to_string())]));
    }
    out.extend(
        ["evaluation-limit-voice", "evaluation-limit-now"].map(|key| words::text(lang, key).into_owned()),
    );
    out
}

/// Why there is no effect.
pub fn none(lang: Lang, why: &NoEffect) -> String {
    let key = format!("evaluation-none-{}", why.as_str().replace('_', "-"));
    let date = why.day().map_or_else(String::new, |on| day(lang, on));
    words::with(lang, &key, &[("date", &date), ("least", &LEAST_BEFORE.to_string())])
}

pub fn kept(lang: Lang, held: Kept) -> String {
    words::shown::word(lang, "kept", held.as_str())
}

/// How far a promise is behind; empty where it is not.
pub fn behind(lang: Lang, held: Kept) -> String {
    let key = if held.is_done() { "evaluation-days-behind" } else { "evaluation-days-over" };
    held.days().map_or_else(String::new, |days| words::with(lang, key, &[("days", &days.to_string())]))
}
