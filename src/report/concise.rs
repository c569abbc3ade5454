//! One line for each finding: `path:line:column: severity[rule] message`.

use anstyle::{AnsiColor, Style};

use super::{Report, statistics};
use crate::finding::Severity;

/// The findings, each on a line of its own.
pub fn concise(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.shown() {
        let style = match finding.severity {
            _ if !report.style.color => Style::new(),
            Severity::Error => AnsiColor::Red.on_default().bold(),
            Severity::Warning => AnsiColor::Yellow.on_default().bold(),
            Severity::Info => AnsiColor::Cyan.on_default().bold(),
        };
        let (line, column) = finding.position;
        text.push_str(&format!(
            "{}:{line}:{column}: {style}{}{style:#}[{}] {}\n",
            report.slashed(&finding.file),
            finding.severity,
            finding.rule,
            report.message(finding),
        ));
    }
    if report.style.statistics {
        text.push_str(&statistics::text(report.shown()));
    }
    text
}
