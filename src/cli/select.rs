//! `--select`, `--ignore` and `--unsafe-fixes`: words that mean no rule are mistakes.

use super::args::RuleSelection;
use super::failure::{Failure, UsageError};
use crate::load::nearest;
use crate::rule::Catalogue;
use crate::rule::selects;

/// Refuses a word that means no rule.
pub(super) fn check(catalogue: &Catalogue, selection: &RuleSelection) -> Result<(), Failure> {
    words(catalogue, selection.select.iter().chain(&selection.ignore))
}

/// The same for the words of one option.
pub(super) fn words<'w>(
    catalogue: &Catalogue,
    words: impl Iterator<Item = &'w String>,
) -> Result<(), Failure> {
    let mut words = words.peekable();
    if words.peek().is_none() {
        return Ok(());
    }
    let all = catalogue.all_rules()?;
    let rules = || all.iter().flat_map(|(_, rules)| rules.iter());
    for word in words {
        if !rules().any(|rule| selects(word, rule)) {
            let near = nearest(word, rules().map(|rule| rule.id.as_str()));
            return Err(UsageError::NoSuchRule {
                word: word.clone(),
                near: near.map(str::to_owned),
            }
            .into());
        }
    }
    Ok(())
}
