//! How good answers are: scores per category, over all, and on the surest share.

/// What was asked, what was answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    pub wanted: u16,
    pub best: u16,
    pub second: u16,
    /// Difference of the two best scores.
    pub margin: f32,
}

impl Answer {
    pub fn from_scores(wanted: u16, scores: &[f32]) -> Self {
        let mut order: Vec<u16> = (0..).take(scores.len().min(usize::from(u16::MAX))).collect();
        order.sort_by(|a, b| scores[usize::from(*b)].total_cmp(&scores[usize::from(*a)]));
        let best = order.first().copied().unwrap_or(0);
        let second = order.get(1).copied().unwrap_or(best);
        let score = |class: u16| scores.get(usize::from(class)).copied().unwrap_or(0.0);
        Self { wanted, best, second, margin: score(best) - score(second) }
    }
}

/// Precision, recall and their harmonic mean for one category.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryScore {
    pub label: String,
    /// Messages that truly have it.
    pub messages: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// Answers with their measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    pub labels: Vec<String>,
    pub answers: Vec<Answer>,
}

impl Evaluation {
    pub fn new(labels: Vec<String>, answers: Vec<Answer>) -> Self {
        Self { labels, answers }
    }

    /// Rows: wanted; columns: answered.
    pub fn confusion(&self) -> Vec<Vec<usize>> {
        let classes = self.labels.len();
        let mut table = vec![vec![0; classes]; classes];
        for answer in &self.answers {
            if let Some(cell) = table
                .get_mut(usize::from(answer.wanted))
                .and_then(|row| row.get_mut(usize::from(answer.best)))
            {
                *cell += 1;
            }
        }
        table
    }

    pub fn categories(&self) -> Vec<CategoryScore> {
        let table = self.confusion();
        self.labels
            .iter()
            .enumerate()
            .map(|(class, label)| {
                let hits = table[class][class];
                let messages: usize = table[class].iter().sum();
                let answered: usize = table.iter().map(|row| row[class]).sum();
                CategoryScore {
                    label: label.clone(),
                    messages,
                    precision: share(hits, answered),
                    recall: share(hits, messages),
                    f1: share(2 * hits, messages + answered),
                }
            })
            .collect()
    }

    /// Mean of the categories' F1, over the categories that occur.
    pub fn macro_f1(&self) -> f64 {
        let asked: Vec<f64> =
            self.categories().into_iter().filter(|c| c.messages > 0).map(|c| c.f1).collect();
        if asked.is_empty() { 0.0 } else { asked.iter().sum::<f64>() / asked.len() as f64 }
    }

    pub fn accuracy(&self) -> f64 {
        share(self.answers.iter().filter(|a| a.best == a.wanted).count(), self.answers.len())
    }

    /// Share of messages whose category is one of the two offered.
    pub fn top_two(&self) -> f64 {
        let hits = self.answers.iter().filter(|a| a.best == a.wanted || a.second == a.wanted).count();
        share(hits, self.answers.len())
    }

    /// Accuracy on the surest `part` (0 to 1) of the messages.
    pub fn accuracy_on_surest(&self, part: f64) -> f64 {
        let mut answers = self.answers.clone();
        answers.sort_by(|a, b| b.margin.total_cmp(&a.margin));
        answers.truncate((answers.len() as f64 * part.clamp(0.0, 1.0)).floor() as usize);
        share(answers.iter().filter(|a| a.best == a.wanted).count(), answers.len())
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
