//! `--select`, `--ignore` and `--unsafe-fixes`: words that mean no rule are mistakes.

use super::args::Selection;
use super::context::Failure;
use crate::load::nearest;
use crate::plan::selects;
use crate::rule::Catalogue;

/// Refuses a word that means no rule.
pub(super) fn check(catalogue: &Catalogue, selection: &Selection) -> Result<(), Failure> {
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
            let near = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_else(|| ".".to_owned());
            return Err(Failure::usage(format!(
                "`{word}` means no rule{near} It takes a rule's id, a category or a tool; `glm-setup rules list` shows them"
            )));
        }
    }
    Ok(())
}
