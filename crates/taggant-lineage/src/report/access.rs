//! Who saw how many people's data, compared with the others.

use serde::Serialize;
use taggant_ledger::answers::ActorSum;

/// All who saw anything, outliers first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Access {
    /// Half of those who saw anything saw fewer people.
    pub median_people: f64,
    /// The median distance from the median (MAD).
    pub deviation: f64,
    /// Outliers first, then by people.
    pub actors: Vec<ActorLine>,
}

/// Somebody who asked, by themselves or through others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActorLine {
    /// What was seen.
    #[serde(flatten)]
    pub sum: ActorSum,
    /// People, as a multiple of the median.
    pub times_median: f64,
    /// The modified z-score: 0.6745 × distance from the median, in deviations (Iglewicz and
    /// Hoaglin, 1993).
    pub score: f64,
    /// Whether the score is over 3.5, the bound given there.
    pub outlier: bool,
}

const BOUND: f64 = 3.5;

/// Compares principals with each other. Fewer than four have no peers: none is an outlier then.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a ratio to be looked at")]
pub fn access(sums: Vec<ActorSum>) -> Access {
    let people: Vec<f64> = sums.iter().filter(|s| s.people > 0).map(|s| s.people as f64).collect();
    let median_people = median(people.clone());
    let deviation = median(people.iter().map(|n| (n - median_people).abs()).collect());
    // Where most saw the same number, one person more must not look endless.
    let unit = deviation.max(0.05 * median_people).max(1.0);
    let mut actors: Vec<ActorLine> = sums
        .into_iter()
        .map(|sum| {
            let seen = sum.people as f64;
            let score = 0.6745 * (seen - median_people) / unit;
            let outlier = people.len() >= 4 && score > BOUND;
            ActorLine { times_median: seen / median_people.max(1.0), score, outlier, sum }
        })
        .collect();
    actors.sort_by(|a, b| {
        let order = b.outlier.cmp(&a.outlier).then(b.sum.people.cmp(&a.sum.people));
        order.then_with(|| a.sum.principal.cmp(&b.sum.principal))
    });
    Access { median_people, deviation, actors }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        count if count % 2 == 1 => numbers[middle],
        _ => f64::midpoint(numbers[middle - 1], numbers[middle]),
    }
}
