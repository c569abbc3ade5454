//! Words that mean rules.

use super::Rule;

/// Whether a word of `--select` or `--ignore` means a rule: its id, its category, its tool, or an id with `*`.
pub fn selects(pattern: &str, rule: &Rule) -> bool {
    pattern == rule.id
        || pattern == rule.category.to_string()
        || pattern == rule.tool
        || pattern.contains('*')
            && glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(&rule.id))
}
