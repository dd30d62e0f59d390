//! The result of a run: figures by their names, and what could not be measured.

use std::collections::BTreeMap;

/// Figures by name, such as `instructions/ours-login`. The part before the first `/` is what is
/// counted.
#[derive(Debug, Default)]
pub(super) struct Measured {
    figures: BTreeMap<String, f64>,
    problems: Vec<String>,
}

impl Measured {
    /// Stores a figure; the last one of a name counts.
    pub(super) fn put(&mut self, name: impl Into<String>, figure: f64) {
        self.figures.insert(name.into(), figure);
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// All figures, in the order of their names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, f64)> {
        let all = self.figures.iter();
        all.map(|(name, figure)| (name.as_str(), *figure))
    }

    /// Records what could not be measured, and why.
    pub(super) fn problem(&mut self, what: &str, words: &str) {
        self.problems.push(format!("not measured: {what}: {words}"));
    }

    pub(super) fn problems(&self) -> impl Iterator<Item = &str> {
        self.problems.iter().map(String::as_str)
    }
}

/// The median; for an even number of values, the upper one of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Formats a figure: whole numbers with commas, others with as many digits as they need.
pub(super) fn shown(figure: f64) -> String {
    if figure.fract() != 0.0 && figure.abs() < 1.0 {
        return format!("{figure:.4}");
    }
    if figure.fract() != 0.0 && figure.abs() < 1000.0 {
        return format!("{figure:.2}");
    }
    let digits = format!("{figure:.0}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits.as_str()),
    };
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_numbers() {
        let check = |values: &[f64], expect: Option<f64>| {
            assert_eq!(median(values.to_vec()), expect, "{values:?}");
        };
        check(&[], None);
        check(&[2.0], Some(2.0));
        check(&[3.0, 1.0, 2.0], Some(2.0));
        check(&[4.0, 3.0, 1.0, 2.0], Some(3.0));
    }

    #[test]
    fn figures_are_read_by_people() {
        let check = |figure: f64, expect: &str| assert_eq!(shown(figure), expect);
        check(0.0, "0");
        check(3.0, "3");
        check(0.403, "0.4030");
        check(1.0213, "1.02");
        check(750.4, "750.40");
        check(7848.01, "7,848");
        check(28_208_277.0, "28,208,277");
        check(-1234.0, "-1,234");
    }
}
