//! How often each rule was found not to hold.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::finding::{Finding, FixState, Safety, Severity};

/// One rule's count.
struct RuleCount<'f> {
    rule: &'f str,
    severity: Severity,
    count: usize,
    fixable: usize,
}

/// The most frequent rule first.
fn counts<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<RuleCount<'f>> {
    let mut by_rule: BTreeMap<&str, RuleCount<'f>> = BTreeMap::new();
    for finding in findings {
        let count = by_rule.entry(&finding.rule).or_insert(RuleCount {
            rule: &finding.rule,
            severity: finding.severity,
            count: 0,
            fixable: 0,
        });
        count.severity = count.severity.max(finding.severity);
        count.count += 1;
        count.fixable += usize::from(matches!(finding.fix, FixState::Planned(Safety::Safe)));
    }
    let mut counts: Vec<RuleCount<'_>> = by_rule.into_values().collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

/// One line for each rule: how often, the worst severity, the rule, how many have a safe fix.
pub(super) fn text<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
    let counts = counts(findings);
    let width = counts.iter().map(|count| count.rule.len()).max();
    let mut text = String::new();
    for count in &counts {
        let severity = count.severity.to_string();
        let line = format!(
            "{:5}  {severity:7}  {:width$}",
            count.count,
            count.rule,
            width = width.unwrap_or_default(),
        );
        let fixable = match count.fixable {
            0 => String::new(),
            fixable => format!("  {fixable} fixable"),
        };
        text.push_str(format!("{line}{fixable}").trim_end());
        text.push('\n');
    }
    text
}

/// The same for programs.
pub(super) fn json<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Value {
    counts(findings)
        .iter()
        .map(|count| {
            json!({
                "rule": count.rule,
                "severity": count.severity,
                "count": count.count,
                "fixable": count.fixable,
            })
        })
        .collect()
}
