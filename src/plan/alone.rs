//! The fix of one finding, without those of all others.

use super::rounds::order;
use crate::document::Document;
use crate::finding::{Finding, FixState};

/// The text of a finding's file after its own fix alone; `None` when no fix of it is planned, or when it doesn't go
/// alone. `document` is the file as it was read.
pub fn fixed_alone(finding: &Finding, document: &Document) -> Option<String> {
    if finding.edits.is_empty() || !matches!(finding.fix, FixState::Planned(_)) {
        return None;
    }
    let mut edits = finding.edits.clone();
    order(&mut edits, |edit| edit);
    document
        .edit(&edits)
        .ok()
        .filter(|after| after != document.text())
}
