//! Hot issues: one matter of one place that many people raise in one period.
//!
//! Messages become fingerprints, near ones are found by an exact index, clusters by average linkage.
//! A cluster is cut where nobody wrote for long. Heat counts distinct people, not messages, and adds the
//! damped number of supporters (likes), so that neither one tireless writer nor one popular letter
//! outweighs a community. A hot issue is a proposal: a person confirms it.

use std::collections::HashSet;

use jiff::civil::DateTime;

use crate::category::MessageText;
use crate::fingerprint::{COLUMNS, FingerprintParameters, Frequencies};
use crate::linkage::{Edge, LinkageRule, average_linkage};
use crate::neighbours::{NeighbourIndex, UnitVector};
use crate::place_phrase::{common_place, places_clash};

/// One message of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice<'a> {
    /// Who wrote; empty = unknown, and then a person of their own.
    pub user: &'a str,
    pub text: MessageText<'a>,
    pub time: Option<DateTime>,
    /// Others who supported the message.
    pub supporters: u32,
}

/// Thresholds. Each may be changed by 15 % without the result collapsing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HotIssueParameters {
    pub fingerprint: FingerprintParameters,
    /// Pairs below this cosine count as unrelated.
    pub least_similarity: f32,
    /// When two groups of messages are one issue.
    pub linkage: LinkageRule,
    /// Days without any message after which the matter, raised again, is a new issue.
    pub quiet_days: i64,
    /// Heat from which an issue is hot.
    pub least_heat: f64,
    /// Weight of the square root of the number of supporters.
    pub supporter_weight: f64,
    /// Days that count as recent for the trend, back from the issue's last message.
    pub trend_days: i64,
}

impl Default for HotIssueParameters {
    fn default() -> Self {
        Self {
            fingerprint: FingerprintParameters::default(),
            least_similarity: 0.1,
            linkage: LinkageRule { least_cosine: 0.35, least_mean: 0.08 },
            quiet_days: 120,
            least_heat: 4.0,
            supporter_weight: 0.5,
            trend_days: 14,
        }
    }
}

/// One hot issue.
#[derive(Debug, Clone, PartialEq)]
pub struct HotIssue {
    /// Distinct people + weight · √supporters.
    pub heat: f64,
    /// Distinct people who wrote.
    pub people: usize,
    pub supporters: u64,
    /// The title of the member closest to all others (its beginning when it has no title).
    pub title: String,
    /// The place most members name; empty for a matter without one place.
    pub place: String,
    pub first: Option<DateTime>,
    pub last: Option<DateTime>,
    /// The first report: position among the voices.
    pub first_report: usize,
    /// Distinct people in the last `trend_days` before the last message, and in as many days before.
    pub recent_people: usize,
    pub earlier_people: usize,
    /// Positions among the voices, by time.
    pub members: Vec<usize>,
}

/// The hot issues among `voices`, hottest first.
pub fn hot_issues(voices: &[Voice<'_>], parameters: HotIssueParameters) -> Vec<HotIssue> {
    let mut frequencies = Frequencies::new(parameters.fingerprint);
    for voice in voices {
        frequencies.add(voice.text);
    }
    let vectors: Vec<UnitVector> =
        voices.iter().map(|voice| frequencies.fingerprint(voice.text)).collect();
    let mut index = NeighbourIndex::new(COLUMNS, parameters.least_similarity);
    let mut edges = Vec::new();
    for (number, vector) in vectors.iter().enumerate() {
        index.add(vector, |near| {
            edges.push(Edge { a: near.number, b: number as u32, similarity: near.cosine });
        });
    }
    let clusters = average_linkage(voices.len(), &edges, parameters.linkage, |a, b| {
        !places_clash(a, b, |member| voices[member as usize].text.title)
    });
    let alone = singles(voices.len(), &clusters);
    let mut issues: Vec<HotIssue> = clusters
        .into_iter()
        .chain(alone)
        .flat_map(|cluster| periods(voices, cluster, parameters.quiet_days))
        .filter(|members| heat(voices, members, parameters.supporter_weight) >= parameters.least_heat)
        .map(|members| describe(voices, &vectors, members, parameters))
        .collect();
    issues.sort_by(|a, b| {
        b.heat.total_cmp(&a.heat).then(b.last.cmp(&a.last)).then(a.first_report.cmp(&b.first_report))
    });
    issues
}

/// Messages in no cluster: one letter with many supporters may be an issue too.
fn singles(voices: usize, clusters: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut inside = vec![false; voices];
    for member in clusters.iter().flatten() {
        inside[*member as usize] = true;
    }
    (0..voices as u32).filter(|v| !inside[*v as usize]).map(|v| vec![v]).collect()
}

/// Cuts a cluster where nobody wrote for more than `quiet` days. Messages without a time go with the
/// earliest part.
fn periods(voices: &[Voice<'_>], cluster: Vec<u32>, quiet: i64) -> Vec<Vec<usize>> {
    let mut members: Vec<usize> = cluster.into_iter().map(|member| member as usize).collect();
    members.sort_by_key(|member| (voices[*member].time, *member));
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut last: Option<i64> = None;
    for member in members {
        let day = voices[member].time.map(day_number);
        let apart = matches!((last, day), (Some(last), Some(day)) if day - last > quiet);
        match parts.last_mut() {
            Some(part) if !apart => part.push(member),
            _ => parts.push(vec![member]),
        }
        last = day.or(last);
    }
    parts
}

fn heat(voices: &[Voice<'_>], members: &[usize], weight: f64) -> f64 {
    people(voices, members.iter().copied()) as f64 + weight * (supporters(voices, members) as f64).sqrt()
}

fn supporters(voices: &[Voice<'_>], members: &[usize]) -> u64 {
    // The same letter sent twice by one person has the same supporters: count the better liked once.
    let mut best: std::collections::HashMap<&str, u64> = std::collections::HashMap::new();
    let mut nameless = 0;
    for member in members {
        let voice = &voices[*member];
        if voice.user.is_empty() {
            nameless += u64::from(voice.supporters);
        } else {
            let most = best.entry(voice.user).or_insert(0);
            *most = (*most).max(u64::from(voice.supporters));
        }
    }
    nameless + best.values().sum::<u64>()
}

fn people(voices: &[Voice<'_>], members: impl Iterator<Item = usize>) -> usize {
    let mut named = HashSet::new();
    let mut nameless = 0;
    for member in members {
        match voices[member].user {
            "" => nameless += 1,
            user => {
                named.insert(user);
            }
        }
    }
    named.len() + nameless
}

fn describe(
    voices: &[Voice<'_>],
    vectors: &[UnitVector],
    members: Vec<usize>,
    parameters: HotIssueParameters,
) -> HotIssue {
    let first = members.iter().filter_map(|m| voices[*m].time).min();
    let last = members.iter().filter_map(|m| voices[*m].time).max();
    let days_ago = |member: &usize| -> Option<i64> {
        Some(day_number(last?) - day_number(voices[*member].time?))
    };
    let span = parameters.trend_days.max(1);
    let within = |from: i64, to: i64| {
        people(
            voices,
            members.iter().copied().filter(|m| days_ago(m).is_some_and(|d| (from..to).contains(&d))),
        )
    };
    let titles: Vec<&str> = members.iter().map(|m| headline(voices[*m].text)).collect();
    HotIssue {
        heat: heat(voices, &members, parameters.supporter_weight),
        people: people(voices, members.iter().copied()),
        supporters: supporters(voices, &members),
        title: headline(voices[central(vectors, &members)].text).to_owned(),
        place: common_place(&titles),
        first,
        last,
        first_report: members[0],
        recent_people: within(0, span),
        earlier_people: within(span, 2 * span),
        members,
    }
}

/// The member nearest to the middle of all.
fn central(vectors: &[UnitVector], members: &[usize]) -> usize {
    let mut middle: std::collections::HashMap<u32, f32> = std::collections::HashMap::new();
    for member in members {
        for (column, weight) in vectors[*member].entries() {
            *middle.entry(*column).or_insert(0.0) += weight;
        }
    }
    let nearness = |member: usize| -> f32 {
        vectors[member].entries().iter().map(|(c, w)| middle.get(c).copied().unwrap_or(0.0) * w).sum()
    };
    let mut best = members[0];
    let mut most = f32::MIN;
    for member in members {
        let near = nearness(*member);
        if near > most + 1e-6 {
            (best, most) = (*member, near);
        }
    }
    best
}

/// The title, or the beginning of the body where there is none.
fn headline(text: MessageText<'_>) -> &str {
    let title = text.title.trim();
    if !title.is_empty() {
        return title;
    }
    let body = text.body.trim();
    let end = body.char_indices().find(|(at, c)| *at > 0 && "。！？!?\n；".contains(*c)).map_or(body.len(), |(at, _)| at);
    let cut = body.char_indices().nth(40).map_or(body.len(), |(at, _)| at);
    &body[..end.min(cut)]
}

fn day_number(time: DateTime) -> i64 {
    let date = time.date();
    // Days from civil date (Hinnant, "chrono-compatible low-level date algorithms").
    let (y, m, d) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
}
