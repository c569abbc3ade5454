//! SARIF 2.1.0: what code scanning services and editors read.

mod fix;
mod rules;

use std::collections::HashMap;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Map, Value, json};

use super::{Report, TextRegion, visible};
use crate::finding::{Finding, Severity};
use crate::ignore::IgnoredBy;
use crate::transaction::hash;

/// The schema that the output keeps to.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a path may hold in a URI without an escape.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The findings as one SARIF run. Only rules with findings are described. Paths below the working folder are relative
/// to `%SRCROOT%`, which whoever reads the log sets to the folder that was checked out.
pub fn sarif(report: &Report<'_>) -> Value {
    let rules = rules::RuleDescriptors::new(report);
    let mut known = HashMap::new();
    let results: Vec<Value> = report
        .plan
        .findings
        .iter()
        .map(|finding| result(finding, report, &rules, &mut known))
        .collect();
    let results = suppressed(results, report, &rules, &mut known);
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "glm-setup",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.descriptors,
            }},
            "invocations": [invocation(report)],
            "columnKind": "unicodeCodePoints",
            "newlineSequences": ["\r\n", "\n", "\r"],
            "results": results,
            "properties": { "facts": report.plan.facts },
        }],
    })
}

/// What went wrong beside the findings.
fn invocation(report: &Report<'_>) -> Value {
    let problems = report.problems().iter().map(|problem| {
        json!({
            "level": "error",
            "message": { "text": shown(report, &problem.to_string()) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(report, problem.path()) } }],
        })
    });
    let skipped =
        report.plan.skipped.iter().map(
            |skipped| json!({ "level": "note", "message": { "text": report.skipped(skipped) } }),
        );
    json!({
        "executionSuccessful": report.problems().is_empty(),
        "toolExecutionNotifications": problems.collect::<Vec<_>>(),
        "toolConfigurationNotifications": skipped.collect::<Vec<_>>(),
    })
}

/// The results with those that are ignored. Where one has `suppressions`, all must have them.
fn suppressed(
    mut results: Vec<Value>,
    report: &Report<'_>,
    rules: &rules::RuleDescriptors,
    known: &mut HashMap<String, usize>,
) -> Vec<Value> {
    let ignored = &report.plan.ignored;
    if !ignored.is_empty() {
        for one in &mut results {
            one["suppressions"] = json!([]);
        }
    }
    results.extend(ignored.iter().map(|one| {
        let by = &one.suppression;
        let mut value = result(&one.finding, report, rules, known);
        value["suppressions"] = json!([{
            "kind": if by.by == IgnoredBy::Comment { "inSource" } else { "external" },
            "status": "accepted",
            "justification": shown(report, &by.reason),
            "location": { "physicalLocation": {
                "artifactLocation": artifact(report, &by.file),
                "region": { "startLine": by.line },
            }},
        }]);
        value
    }));
    results
}

fn result(
    finding: &Finding,
    report: &Report<'_>,
    rules: &rules::RuleDescriptors,
    known: &mut HashMap<String, usize>,
) -> Value {
    let place = artifact(report, &finding.file);
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), place.clone());
    if let Some(region) = report.region(finding) {
        physical.insert("region".to_owned(), self::region(region));
    }
    let pointer = finding.pointer.to_string();
    let mut location = json!({ "physicalLocation": physical });
    if !pointer.is_empty() {
        location["logicalLocations"] =
            json!([{ "fullyQualifiedName": shown(report, &pointer), "kind": "member" }]);
    }
    // What stays when lines move; a number tells apart what is the same otherwise.
    let uri = place["uri"].as_str().unwrap_or_default();
    let print = hash(format!("{}\0{uri}\0{pointer}", finding.rule).as_bytes()).to_string();
    let count = known.entry(print.clone()).or_default();
    *count += 1;
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": shown(report, &finding.message) },
        "locations": [location],
        "partialFingerprints": { "rulePlace/v1": format!("{}:{count}", &print[..32]) },
        "properties": { "tool": finding.tool, "category": finding.category },
    });
    if let Some(index) = rules.index.get(&finding.rule) {
        result["ruleIndex"] = Value::from(*index);
    }
    if let Some(fix) = fix::fix(finding, report, &place) {
        result["fixes"] = json!([fix]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn region(region: TextRegion) -> Value {
    json!({
        "startLine": region.start.0,
        "startColumn": region.start.1,
        "endLine": region.end.0,
        "endColumn": region.end.1,
    })
}

/// A text without secrets and without anything that a terminal obeys.
fn shown(report: &Report<'_>, text: &str) -> String {
    visible::plain(&report.redactor.text(text)).into_owned()
}

/// Where a file is.
fn artifact(report: &Report<'_>, path: &Path) -> Value {
    let place = report.relative(path);
    let bytes = place.as_os_str().as_encoded_bytes();
    let slashed: Vec<u8>;
    let bytes = if cfg!(windows) {
        let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
        slashed = bytes.iter().map(slash).collect();
        &slashed
    } else {
        bytes
    };
    let uri = percent_encode(bytes, PATH).to_string();
    if place.is_absolute() {
        let slash = if uri.starts_with('/') { "" } else { "/" };
        json!({ "uri": format!("file://{slash}{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}
