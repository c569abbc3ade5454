//! JUnit XML: a suite for each file that was looked at, a failed case for each finding that fails the run.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Report, visible};
use crate::finding::Finding;

/// The cases of one file.
#[derive(Default)]
struct Suite<'f> {
    findings: Vec<&'f Finding>,
    /// Why the file could not be read.
    errors: Vec<String>,
}

/// The findings as JUnit XML. A file without any has one case, which passes. A finding that doesn't fail the run (a
/// warning without `--strict`, a note) is a case that passes and says what was found in its output.
///
/// # Errors
/// When the document can't be written, which memory never refuses.
pub fn junit(report: &Report<'_>) -> io::Result<String> {
    let mut suites: BTreeMap<String, Suite<'_>> = BTreeMap::new();
    for target in report.plan.targets.iter().filter(|one| one.concerns()) {
        for file in &target.files {
            suites.entry(report.slashed(file)).or_default();
        }
    }
    for finding in &report.plan.findings {
        let suite = suites.entry(report.slashed(&finding.file)).or_default();
        suite.findings.push(finding);
    }
    for problem in report.problems() {
        let suite = suites.entry(report.slashed(problem.path())).or_default();
        suite.errors.push(report.line(&problem.to_string()));
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = suites.values().fold([0; 3], |sum, suite| {
        let counts = suite.counts(report);
        [0, 1, 2].map(|index| sum[index] + counts[index])
    });
    writer
        .create_element("testsuites")
        .with_attribute(("name", "glm-setup"))
        .with_attributes(attributes(&numbers(all)))
        .write_inner_content(|writer| {
            for (path, suite) in &suites {
                suite.write(path, report, writer)?;
            }
            Ok(())
        })?;
    let mut text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(visible::plain(&text).into_owned())
}

impl Suite<'_> {
    /// Cases, failures, errors.
    fn counts(&self, report: &Report<'_>) -> [usize; 3] {
        let fails = |finding: &&&Finding| finding.severity >= report.fails;
        let failures = self.findings.iter().filter(fails).count();
        let cases = (self.findings.len() + self.errors.len()).max(1);
        [cases, failures, self.errors.len()]
    }

    fn write(
        &self,
        path: &str,
        report: &Report<'_>,
        writer: &mut Writer<Vec<u8>>,
    ) -> io::Result<()> {
        let path = &allowed(path);
        writer
            .create_element("testsuite")
            .with_attribute(("name", path.as_str()))
            .with_attributes(attributes(&numbers(self.counts(report))))
            .write_inner_content(|writer| {
                for finding in &self.findings {
                    case(path, finding, report, writer)?;
                }
                for error in &self.errors {
                    writer
                        .create_element("testcase")
                        .with_attributes([("name", "read"), ("classname", path), ("file", path)])
                        .write_inner_content(|writer| {
                            let message = allowed(error);
                            let element = writer.create_element("error");
                            element
                                .with_attributes([("message", message.as_str()), ("type", "read")])
                                .write_empty()?;
                            Ok(())
                        })?;
                }
                if self.findings.is_empty() && self.errors.is_empty() {
                    let element = writer.create_element("testcase");
                    element
                        .with_attributes([("name", "lint"), ("classname", path), ("file", path)])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    }
}

fn case(
    path: &str,
    finding: &Finding,
    report: &Report<'_>,
    writer: &mut Writer<Vec<u8>>,
) -> io::Result<()> {
    let message = allowed(&report.message(finding));
    let severity = finding.severity.to_string();
    let (line, column) = finding.position;
    // The pointer tells two findings of a rule apart, and stays when lines move.
    let name = allowed(&report.line(format!("{} {}", finding.rule, finding.pointer).trim_end()));
    let mut body = format!("{path}:{line}:{column}: {severity}: {message}");
    let fix = allowed(&report.line(&report.advice.of(&finding.fix)));
    if !fix.is_empty() {
        body.push_str(&format!("\n{fix}"));
    }
    body.push_str(&format!("\nmore: glm-setup explain {}", finding.rule));
    let line = line.to_string();
    writer
        .create_element("testcase")
        .with_attributes([("name", name.as_str()), ("classname", path)])
        .with_attributes([("file", path), ("line", line.as_str())])
        .write_inner_content(|writer| {
            if finding.severity >= report.fails {
                writer
                    .create_element("failure")
                    .with_attributes([("message", message.as_str()), ("type", severity.as_str())])
                    .write_text_content(BytesText::new(&body))?;
            } else {
                writer
                    .create_element("system-out")
                    .write_text_content(BytesText::new(&body))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn numbers([tests, failures, errors]: [usize; 3]) -> [(&'static str, String); 3] {
    [
        ("tests", tests.to_string()),
        ("failures", failures.to_string()),
        ("errors", errors.to_string()),
    ]
}

fn attributes<'a>(
    numbers: &'a [(&'static str, String)],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    numbers.iter().map(|(name, value)| (*name, value.as_str()))
}

/// A text without the two characters that XML has no way to write; others of the kind were replaced before.
fn allowed(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
