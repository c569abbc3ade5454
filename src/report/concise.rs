//! One line for each finding: `path:line:column: severity[rule] message`.

use anstyle::{AnsiColor, Style};

use super::model::Report;
use crate::finding::{Finding, Severity};

/// The findings that `shows` lets through, each on a line of its own.
pub fn concise(report: &Report<'_>, color: bool, shows: impl Fn(&Finding) -> bool) -> String {
    let mut text = String::new();
    for finding in report.plan.findings.iter().filter(|one| shows(one)) {
        let style = match finding.severity {
            _ if !color => Style::new(),
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
    text
}
