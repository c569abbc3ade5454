//! Workflow commands of GitHub Actions, which become annotations:
//! `::error file=…,line=…,col=…,title=…::message`.

use super::{Report, statistics};
use crate::finding::Severity;

/// An annotation for each finding and for each file that could not be read.
pub fn github(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in &report.plan.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut place = property("file", &report.slashed(&finding.file));
        if let Some(region) = report.region(finding) {
            let (line, column) = region.start;
            place.push_str(&format!(",line={line},col={column}"));
            // Columns of a piece of several lines are refused.
            if region.end.0 == line && region.end.1 > column {
                place.push_str(&format!(",endColumn={}", region.end.1));
            }
        }
        let title = property("title", &format!("glm-setup ({})", finding.rule));
        let message = data(&report.message(finding));
        text.push_str(&format!("::{command} {place},{title}::{message}\n"));
    }
    for problem in report.problems() {
        let place = property("file", &report.slashed(problem.path()));
        let message = data(&report.line(&problem.to_string()));
        text.push_str(&format!("::error {place},title=glm-setup::{message}\n"));
    }
    if report.style.statistics {
        text.push_str(&statistics::text(&report.plan.findings));
    }
    text
}

/// A message: a line end would end the command, and `%` begins an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(name: &str, value: &str) -> String {
    let value = data(value).replace(':', "%3A").replace(',', "%2C");
    format!("{name}={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_command_or_the_property() {
        assert_eq!(data("50%\r\n::error::x, y"), "50%25%0D%0A::error::x, y");
        assert_eq!(property("file", "a,b:c%\n"), "file=a%2Cb%3Ac%25%0A");
    }
}
