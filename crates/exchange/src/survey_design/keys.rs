//! The keys of a design and the words people write for them.

/// What a key of the design means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Weights,
    Strata,
    Psu,
    Ssu,
    Fpc,
    SecondFpc,
    Questions,
    Groups,
    Totals,
    Missing,
    Confidence,
    Alpha,
    MinBase,
    Lonely,
    Interval,
    Deff,
    Freedom,
    /// Facts for people that change no number.
    Remark,
}

/// Per key: the name to suggest, its meaning, and all words for it.
const KEYS: [(Key, &str, &str, &[&str]); 18] = [
    (
        Key::Weights,
        "weights",
        "the weights",
        &[
            "weights",
            "weight",
            "w",
            "wt",
            "wgt",
            "wts",
            "pweight",
            "pweights",
            "sampling_weight",
            "sampling_weights",
            "sample_weight",
            "sample_weights",
            "samp_weight",
            "survey_weight",
            "design_weight",
            "design_weights",
            "base_weight",
            "final_weight",
            "权重",
        ],
    ),
    (
        Key::Strata,
        "strata",
        "the strata",
        &["strata", "stratum", "strat", "stratification", "strata_id", "stratum_id", "分层", "层"],
    ),
    (
        Key::Psu,
        "psu",
        "the primary sampling units",
        &[
            "psu",
            "psus",
            "cluster",
            "clusters",
            "cluster_id",
            "psu_id",
            "primary_sampling_unit",
            "primary_sampling_units",
            "primary_unit",
            "ids",
            "sampling_unit",
            "sampling_units",
            "群",
            "初级抽样单元",
        ],
    ),
    (
        Key::Ssu,
        "ssu",
        "the secondary sampling units",
        &["ssu", "ssus", "ssu_id", "secondary_sampling_unit", "secondary_sampling_units", "second_stage"],
    ),
    (
        Key::Fpc,
        "fpc",
        "the finite population",
        &[
            "fpc",
            "fpc1",
            "psu_fpc",
            "finite_population",
            "finite_population_correction",
            "population_size",
            "pop_size",
            "population_sizes",
            "stratum_population",
            "strata_population",
            "stratum_size",
            "psu_population",
            "n_psu",
            "total_psus",
            "sampling_fraction",
            "有限总体",
        ],
    ),
    (Key::SecondFpc, "fpc2", "the finite population of the second stage", &["fpc2", "ssu_fpc", "second_fpc"]),
    (
        Key::Questions,
        "questions",
        "the questions",
        &[
            "questions",
            "question",
            "items",
            "item",
            "variables",
            "variable",
            "outcomes",
            "outcome",
            "measures",
            "measure",
            "estimates",
            "estimate",
            "indicators",
            "indicator",
            "题目",
            "问题",
        ],
    ),
    (
        Key::Groups,
        "groups",
        "the groups",
        &[
            "groups",
            "group",
            "group_by",
            "groupby",
            "groupings",
            "grouping",
            "by",
            "domain",
            "domains",
            "breakdown",
            "breakdowns",
            "subgroups",
            "subpopulations",
            "subpop",
            "分组",
        ],
    ),
    (
        Key::Totals,
        "population_totals",
        "the population totals",
        &[
            "population_totals",
            "population_total",
            "population",
            "populations",
            "pop_totals",
            "totals",
            "margins",
            "margin",
            "poststrata",
            "post_strata",
            "poststratification",
            "post_stratification",
            "poststratify",
            "rake",
            "raking",
            "calibration",
            "control_totals",
            "controls",
            "targets",
            "总体",
        ],
    ),
    (
        Key::Missing,
        "missing",
        "the codes of missing answers",
        &[
            "missing",
            "missing_values",
            "missing_codes",
            "missing_code",
            "na",
            "na_values",
            "nas",
            "no_answer",
            "缺失",
        ],
    ),
    (
        Key::Confidence,
        "confidence",
        "the confidence",
        &["confidence", "confidence_level", "conf_level", "conf", "level", "ci", "ci_level", "置信水平"],
    ),
    (Key::Alpha, "alpha", "the confidence", &["alpha", "significance", "significance_level"]),
    (
        Key::MinBase,
        "min_base",
        "the smallest base",
        &[
            "min_base",
            "minimum_base",
            "smallest_base",
            "small_base",
            "min_n",
            "minimum_n",
            "min_count",
            "min_cell",
            "suppress_below",
            "suppression",
            "suppression_threshold",
            "min_size",
            "最小基数",
        ],
    ),
    (
        Key::Lonely,
        "lonely_psu",
        "the rule for lonely units",
        &[
            "lonely_psu",
            "lonely_psus",
            "lonely",
            "single_psu",
            "singleton",
            "singletons",
            "singleunit",
            "single_unit",
        ],
    ),
    (
        Key::Interval,
        "interval",
        "the interval of shares",
        &[
            "interval",
            "share_interval",
            "ci_method",
            "ci_type",
            "prop_ci",
            "proportion_ci",
            "interval_method",
        ],
    ),
    (
        Key::Deff,
        "deff",
        "the comparison of the design effect",
        &["deff", "deff_base", "deff_method", "design_effect"],
    ),
    (Key::Freedom, "df", "the degrees of freedom", &["df", "degrees_of_freedom", "freedom"]),
    (
        Key::Remark,
        "title",
        "a remark",
        &[
            "title",
            "name",
            "description",
            "note",
            "notes",
            "comment",
            "comments",
            "wave",
            "period",
            "year",
            "date",
            "version",
            "source",
            "author",
            "instrument",
            "language",
            "mode",
            "frame",
            "id",
            "respondent",
            "respondent_id",
            "response_id",
            "unit",
            "design",
            "method",
            "variance",
            "variance_method",
            "estimator",
            "format",
            "survey",
            "seed",
            "标题",
            "名称",
            "备注",
        ],
    ),
];

const SECTIONS: [&str; 14] = [
    "design",
    "sample",
    "sampling",
    "columns",
    "column",
    "survey",
    "settings",
    "options",
    "estimation",
    "output",
    "config",
    "sample_design",
    "survey_design",
    "fields",
];

const COLUMN: [&str; 11] =
    ["column", "columns", "name", "variable", "variables", "col", "var", "id", "code", "field", "margin"];

const ENDINGS: [&str; 12] = [
    "_column",
    "_columns",
    "_col",
    "_cols",
    "_var",
    "_vars",
    "_variable",
    "_variables",
    "_name",
    "_names",
    "_field",
    "_fields",
];

/// Lower case, underscores, without an ending that only says that it is a column.
fn plain(name: &str) -> String {
    let mut name = name.trim().to_lowercase().replace(['-', ' ', '.'], "_");
    for ending in ENDINGS {
        if let Some(stem) = name.strip_suffix(ending)
            && !stem.is_empty()
        {
            name = stem.to_owned();
            break;
        }
    }
    name
}

/// A table that only gathers keys, such as `[design]`.
pub(super) fn is_section(name: &str) -> bool {
    SECTIONS.contains(&name.trim().to_lowercase().replace(['-', ' '], "_").as_str())
}

/// A key that names a column inside a table.
pub(super) fn is_column(name: &str) -> bool {
    COLUMN.contains(&name.trim().to_lowercase().as_str())
}

impl Key {
    pub(super) fn of(name: &str) -> Option<Self> {
        let (whole, stem) = (name.trim().to_lowercase().replace(['-', ' ', '.'], "_"), plain(name));
        let find = |name: &str| KEYS.iter().find(|(.., words)| words.contains(&name)).map(|(key, ..)| *key);
        find(&whole).or_else(|| find(&stem))
    }

    pub(super) fn meaning(self) -> &'static str {
        KEYS.iter().find(|(key, ..)| *key == self).map_or("a key", |(_, _, meaning, _)| meaning)
    }

    /// The known key of which `name` may be a slip: one letter wrong, two in long words.
    pub(super) fn near(name: &str) -> Option<&'static str> {
        let name = plain(name);
        let length = name.chars().count();
        if length < 3 {
            return None;
        }
        let most = if length >= 7 { 2 } else { 1 };
        let words = KEYS.iter().filter(|(key, ..)| *key != Key::Remark);
        let name = name.as_str();
        words
            .flat_map(|(_, suggested, _, words)| {
                words.iter().filter_map(move |word| Some((*suggested, distance(name, word, most)?)))
            })
            .min_by_key(|(_, distance)| *distance)
            .map(|(suggested, _)| suggested)
    }
}

/// Edits from one word to another, where there are at most `most`; two letters swapped are one edit.
pub(super) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Each letter more is an edit: a name as long as a file is not compared letter by letter.
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    Some(rows[a.len()][b.len()]).filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_meaning() {
        let mut all: Vec<&str> = KEYS.iter().flat_map(|(.., words)| words.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn understands_what_people_write() {
        for (name, key) in [
            ("weights_column", Key::Weights),
            ("Weight-Col", Key::Weights),
            ("stratum_var", Key::Strata),
            ("cluster", Key::Psu),
            ("Group By", Key::Groups),
        ] {
            assert_eq!(Key::of(name), Some(key), "{name}");
        }
        assert_eq!(Key::of("colour"), None);
        assert_eq!(Key::near("wieghts"), Some("weights"));
        assert_eq!(Key::near("fcp"), Some("fpc"));
        assert_eq!(Key::near("colour"), None);
        assert_eq!(Key::near(&"weights".repeat(1 << 20)), None);
    }
}
