//! Hot issues: one matter of one place that many people raise in one period.
//!
//! Messages become fingerprints, near ones are found by an exact index, clusters by average linkage.
//! A cluster is cut where nobody wrote for long. Heat counts distinct people, not messages, and adds the
//! damped number of supporters (likes), so that neither one tireless writer nor one popular letter
//! outweighs a community. A hot issue is a proposal: a person confirms it.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;

use crate::category::MessageText;
use crate::fingerprint::{Aspect, COLUMNS, FingerprintParameters, Frequencies, Scratch};
use crate::linkage::{Edge, LinkageRule, average_linkage};
use crate::neighbours::{NeighbourIndex, Search, UnitVector, cosine};
use crate::parallel::map_parts;
use crate::place_phrase::{common_place, district, places_clash};

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
    /// When messages about one place are about one matter.
    pub matter: LinkageRule,
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
            least_similarity: 0.15,
            linkage: LinkageRule { least_cosine: 0.3, least_mean: 0.2 },
            matter: LinkageRule { least_cosine: 0.08, least_mean: 0.05 },
            quiet_days: 365,
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
    let mut tracker = HotIssueTracker::new(parameters);
    for voice in voices {
        tracker.learn(voice.text);
    }
    for block in voices.chunks(BLOCK) {
        tracker.add_all(block);
    }
    tracker.issues()
}

/// Messages taken in one after another, and the hot issues among them at any time.
///
/// Messages nearly equal to one already known stand behind it ("copies"); only the first of them takes part
/// in clustering, with their number as weight. So a flood of copies costs little.
#[derive(Debug)]
pub struct HotIssueTracker<'a> {
    parameters: HotIssueParameters,
    frequencies: Frequencies,
    index: NeighbourIndex,
    voices: Vec<Voice<'a>>,
    /// Per distinct message: the positions of its copies, itself first.
    copies: Vec<Vec<u32>>,
    vectors: Vec<UnitVector>,
    edges: Vec<Edge>,
    /// Those of the block that is being taken in.
    fresh: NeighbourIndex,
    search: Search,
    /// Per distinct message: the coded district its title names.
    districts: Vec<Option<u64>>,
    scratch: Scratch,
}

/// From this cosine a message is a copy.
const COPY: f32 = 0.8;

/// A message keeps so many of its strongest edges to earlier ones, so that no flood of similar messages
/// makes the number of edges grow with the square of theirs.
const STRONGEST: usize = 512;

/// Messages taken in together by [`hot_issues`].
const BLOCK: usize = 4096;

/// Keeps the strongest edges.
fn strongest(near: &mut Vec<Edge>) {
    if near.len() > STRONGEST {
        near.select_nth_unstable_by(STRONGEST, |x, y| {
            y.similarity.total_cmp(&x.similarity).then(x.a.cmp(&y.a))
        });
        near.truncate(STRONGEST);
    }
}

impl<'a> HotIssueTracker<'a> {
    pub fn new(parameters: HotIssueParameters) -> Self {
        Self {
            parameters,
            frequencies: Frequencies::new(parameters.fingerprint),
            index: NeighbourIndex::new(COLUMNS, parameters.least_similarity),
            voices: Vec::new(),
            copies: Vec::new(),
            vectors: Vec::new(),
            edges: Vec::new(),
            fresh: NeighbourIndex::new(COLUMNS, parameters.least_similarity),
            search: Search::default(),
            districts: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Takes note of the words of a message, so that frequent ones weigh little. To be called for past
    /// messages before the first [`Self::add`], and for each new one before adding it.
    pub fn learn(&mut self, text: MessageText<'_>) {
        self.frequencies.add(text, &mut self.scratch);
    }

    pub fn len(&self) -> usize {
        self.voices.len()
    }

    pub fn is_empty(&self) -> bool {
        self.voices.is_empty()
    }

    /// Takes note of the words of a new message and takes it in: [`Self::learn`] and [`Self::add`] at less
    /// cost.
    pub fn observe(&mut self, voice: Voice<'a>) {
        self.frequencies.add(voice.text, &mut self.scratch);
        let vector = self.frequencies.fingerprint_of_last(Aspect::Whole, &mut self.scratch);
        self.add_vector(voice, vector);
    }

    /// Takes a message in.
    pub fn add(&mut self, voice: Voice<'a>) {
        let vector = self.frequencies.fingerprint(voice.text, Aspect::Whole, &mut self.scratch);
        self.add_vector(voice, vector);
    }

    fn add_vector(&mut self, voice: Voice<'a>, vector: UnitVector) {
        let number = self.copies.len() as u32;
        let mut near = Vec::new();
        self.index.find(&vector, &mut self.search, |neighbour| {
            near.push(Edge { a: neighbour.number, b: number, similarity: neighbour.cosine });
        });
        if let Some(vector) = self.take_in(voice, vector, near) {
            self.index.add(&vector);
            self.vectors.push(vector);
        }
    }

    /// Takes messages in, on all cores. The result is that of [`Self::add`] one after another.
    pub fn add_all(&mut self, voices: &[Voice<'a>]) {
        let (frequencies, index) = (&self.frequencies, &self.index);
        let found = map_parts(voices, <(Scratch, Search)>::default, |(scratch, search), voice| {
            let vector = frequencies.fingerprint(voice.text, Aspect::Whole, scratch);
            let mut near = Vec::new();
            index.find(&vector, search, |neighbour| {
                near.push(Edge { a: neighbour.number, b: 0, similarity: neighbour.cosine });
            });
            strongest(&mut near);
            (vector, near)
        });
        // Those among the new ones themselves are found in an index of their own.
        let before = self.vectors.len();
        for (voice, (vector, mut near)) in voices.iter().zip(found) {
            let number = self.copies.len() as u32;
            for edge in &mut near {
                edge.b = number;
            }
            self.fresh.find(&vector, &mut self.search, |neighbour| {
                let earlier = before as u32 + neighbour.number;
                near.push(Edge { a: earlier, b: number, similarity: neighbour.cosine });
            });
            if let Some(vector) = self.take_in(*voice, vector, near) {
                self.fresh.add(&vector);
                self.vectors.push(vector);
            }
        }
        let added: Vec<&UnitVector> = self.vectors[before..].iter().collect();
        for vector in &added {
            self.index.add(vector);
        }
        self.fresh.clear(&added);
    }

    /// Notes a message and its neighbours; hands the vector back when it is no copy.
    fn take_in(&mut self, voice: Voice<'a>, vector: UnitVector, mut near: Vec<Edge>) -> Option<UnitVector> {
        let position = self.voices.len() as u32;
        self.voices.push(voice);
        let nearest = near.iter().max_by(|x, y| x.similarity.total_cmp(&y.similarity).then(y.a.cmp(&x.a)));
        if let Some(first) = nearest.filter(|edge| edge.similarity >= COPY) {
            self.copies[first.a as usize].push(position);
            return None;
        }
        strongest(&mut near);
        self.edges.extend(near);
        self.copies.push(vec![position]);
        self.districts.push(district(voice.text.title));
        Some(vector)
    }

    /// The hot issues among the messages taken in, hottest first.
    pub fn issues(&self) -> Vec<HotIssue> {
        let parameters = self.parameters;
        let weights: Vec<u32> = self.copies.iter().map(|copies| copies.len() as u32).collect();
        let clusters = average_linkage(&weights, &self.edges, parameters.linkage, |a, b| {
            !places_clash(&self.districts, a, b)
        });
        let alone = singles(weights.len(), &clusters);
        let clusters: Vec<Vec<u32>> = clusters.into_iter().chain(alone).collect();
        let parts = map_parts(&clusters, Scratch::default, |scratch, cluster| self.parts(cluster, scratch));
        let mut issues: Vec<HotIssue> = parts.into_iter().flatten().collect();
        issues.sort_by(|a, b| {
            b.heat.total_cmp(&a.heat).then(b.last.cmp(&a.last)).then(a.first_report.cmp(&b.first_report))
        });
        issues
    }

    /// The hot issues of one cluster: each of one matter and one period.
    fn parts(&self, cluster: &[u32], scratch: &mut Scratch) -> Vec<HotIssue> {
        let parameters = self.parameters;
        let all: Vec<usize> = cluster
            .iter()
            .flat_map(|number| self.copies[*number as usize].iter().map(|copy| *copy as usize))
            .collect();
        // No part can be hotter than the whole.
        if heat(&self.voices, &all, parameters.supporter_weight) < parameters.least_heat {
            return Vec::new();
        }
        let mut issues = Vec::new();
        for matter in
            matters(&self.frequencies, &self.voices, &self.copies, cluster, parameters.matter, scratch)
        {
            let members: Vec<(u32, u32)> = matter
                .iter()
                .flat_map(|number| self.copies[*number as usize].iter().map(|copy| (*copy, *number)))
                .collect();
            for members in periods(&self.voices, &members, parameters.quiet_days) {
                let positions: Vec<usize> = members.iter().map(|(position, _)| *position as usize).collect();
                if heat(&self.voices, &positions, parameters.supporter_weight) >= parameters.least_heat {
                    let central = central(&self.vectors, &members);
                    issues.push(describe(&self.voices, positions, central, parameters));
                }
            }
        }
        issues
    }
}

/// Parts a cluster of one place by matter.
fn matters(
    frequencies: &Frequencies,
    voices: &[Voice<'_>],
    copies: &[Vec<u32>],
    cluster: &[u32],
    rule: LinkageRule,
    scratch: &mut Scratch,
) -> Vec<Vec<u32>> {
    if cluster.len() < 3 {
        return vec![cluster.to_vec()];
    }
    let vectors: Vec<Vec<(u32, f32)>> = cluster
        .iter()
        .map(|number| {
            let text = voices[copies[*number as usize][0] as usize].text;
            frequencies.fingerprint(text, Aspect::Matter, scratch).by_column()
        })
        .collect();
    let mut edges = Vec::new();
    for (b, later) in vectors.iter().enumerate() {
        for (a, earlier) in vectors[..b].iter().enumerate() {
            let similarity = cosine(earlier, later);
            if similarity > 0.0 {
                edges.push(Edge { a: a as u32, b: b as u32, similarity });
            }
        }
    }
    let weights: Vec<u32> = cluster.iter().map(|number| copies[*number as usize].len() as u32).collect();
    let parts = average_linkage(&weights, &edges, rule, |_, _| true);
    let alone = singles(cluster.len(), &parts);
    parts
        .into_iter()
        .chain(alone)
        .map(|part| part.into_iter().map(|at| cluster[at as usize]).collect())
        .collect()
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
fn periods(voices: &[Voice<'_>], members: &[(u32, u32)], quiet: i64) -> Vec<Vec<(u32, u32)>> {
    let mut members = members.to_vec();
    members.sort_by_key(|(position, _)| (voices[*position as usize].time, *position));
    let mut parts: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut last: Option<i64> = None;
    for member in members {
        let day = voices[member.0 as usize].time.map(day_number);
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
    let mut best: HashMap<&str, u64> = HashMap::new();
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
    members: Vec<usize>,
    central: usize,
    parameters: HotIssueParameters,
) -> HotIssue {
    let first = members.iter().filter_map(|m| voices[*m].time).min();
    let last = members.iter().filter_map(|m| voices[*m].time).max();
    let days_ago =
        |member: &usize| -> Option<i64> { Some(day_number(last?) - day_number(voices[*member].time?)) };
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
        title: headline(voices[central].text).to_owned(),
        place: common_place(&titles),
        first,
        last,
        first_report: members[0],
        recent_people: within(0, span),
        earlier_people: within(span, span.saturating_mul(2)),
        members,
    }
}

/// The member nearest to the middle of all.
fn central(vectors: &[UnitVector], members: &[(u32, u32)]) -> usize {
    let mut middle: HashMap<u32, f32> = HashMap::new();
    for (_, number) in members {
        for (column, weight) in vectors[*number as usize].entries() {
            *middle.entry(*column).or_insert(0.0) += weight;
        }
    }
    let nearness = |number: u32| -> f32 {
        let entries = vectors[number as usize].entries();
        entries.iter().map(|(c, w)| middle.get(c).copied().unwrap_or(0.0) * w).sum()
    };
    let mut best = 0;
    let mut most = f32::MIN;
    for (position, number) in members {
        let near = nearness(*number);
        if near > most + 1e-6 {
            (best, most) = (*position as usize, near);
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
    let end = body
        .char_indices()
        .find(|(at, c)| *at > 0 && "。！？!?\n；".contains(*c))
        .map_or(body.len(), |(at, _)| at);
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
