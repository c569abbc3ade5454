//! `glm-setup rules`: the catalogue.

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use super::Exit;
use super::args::{OutputFormat, RulesCommand};
use super::context::CliContext;
use super::failure::Failure;
use super::scaffold;
use crate::rule::compile::{Check, RuleOrigin};
use crate::rule::schema::Purpose;
use crate::rule::{Catalogue, Rule, case};

pub(super) fn run(context: &CliContext, args: &RulesCommand) -> Result<Exit, Failure> {
    match args {
        RulesCommand::List { format } => list(context, *format),
        RulesCommand::Show { id } => {
            context.print(&context.catalogue.rule_texts(id)?.join("\n"));
            Ok(Exit::Clean)
        }
        RulesCommand::New { id, tool, dir } => {
            scaffold::new(context, id, tool.as_deref(), dir.as_deref())
        }
        RulesCommand::Schema => Ok(scaffold::schema(context)),
        RulesCommand::Test { subjects } => test(context, subjects),
    }
}

fn list(context: &CliContext, format: OutputFormat) -> Result<Exit, Failure> {
    let all = context.catalogue.all_rules()?;
    if format == OutputFormat::Json {
        let rules: Vec<serde_json::Value> = all
            .iter()
            .flat_map(|(_, rules)| rules.iter())
            .map(|rule| {
                serde_json::json!({
                    "id": rule.id,
                    "tool": rule.tool,
                    "purpose": rule.purpose,
                    "category": rule.category,
                    "severity": rule.severity,
                    "title": rule.file.title,
                    "fix": best_fix(rule),
                    "verified": last_verified(rule),
                    "origin": origin(rule),
                })
            })
            .collect();
        context.print(&format!(
            "{:#}\n",
            serde_json::json!({ "version": 1, "rules": rules })
        ));
        return Ok(Exit::Clean);
    }
    let mut text = String::new();
    let width = all
        .iter()
        .flat_map(|(_, rules)| rules.iter())
        .map(|rule| rule.id.len())
        .max()
        .unwrap_or_default();
    for (tool, rules) in &all {
        let _ = writeln!(text, "{tool}");
        for rule in rules.iter() {
            let severity = if rule.purpose == Purpose::Setup {
                "setup".to_owned()
            } else {
                rule.severity.to_string()
            };
            let fix = best_fix(rule).map_or_else(|| "-".to_owned(), |safety| safety.to_string());
            let _ = writeln!(
                text,
                "  {:width$}  {severity:7}  {fix:12}  {}",
                rule.id, rule.file.title
            );
        }
    }
    context.print(&text);
    Ok(Exit::Clean)
}

fn best_fix(rule: &Rule) -> Option<crate::finding::Safety> {
    rule.checks
        .iter()
        .filter_map(Check::fix)
        .map(|fix| fix.safety)
        .max()
}

fn last_verified(rule: &Rule) -> Option<&str> {
    rule.file
        .evidence
        .iter()
        .map(|evidence| evidence.verified.as_str())
        .max()
}

fn origin(rule: &Rule) -> String {
    match &rule.origin {
        RuleOrigin::BuiltIn => "built-in".to_owned(),
        RuleOrigin::File(path) => path.display().to_string(),
    }
}

fn test(context: &CliContext, subjects: &[String]) -> Result<Exit, Failure> {
    let mut rules = Vec::new();
    // A rule file that is not in the catalogue yet is tested as if its folder had been added.
    let mut extended = None;
    if subjects.is_empty() {
        rules.extend(
            context
                .catalogue
                .all_rules()?
                .iter()
                .flat_map(|(_, rules)| rules.iter().cloned()),
        );
    }
    for subject in subjects {
        let path = Path::new(subject);
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = crate::rule::catalogue::read(path)?;
            let folders = context.rule_folders();
            let (catalogue, rules) = Catalogue::with_file(&folders, path, text)?;
            let catalogue = Rc::new(catalogue);
            let with_catalogue = rules.into_iter().map(|rule| (rule, Rc::clone(&catalogue)));
            extended.get_or_insert_with(Vec::new).extend(with_catalogue);
        } else {
            rules.push(context.catalogue.rule(subject)?);
        }
    }
    let mut text = String::new();
    let (mut passed, mut failed) = (0, 0);
    let from_files = extended
        .iter()
        .flatten()
        .map(|(rule, catalogue)| (rule, catalogue.as_ref()));
    for (rule, catalogue) in rules
        .iter()
        .map(|rule| (rule, context.catalogue.as_ref()))
        .chain(from_files)
    {
        if rule.file.case.is_empty() && !rule.of_family {
            failed += 1;
            let _ = writeln!(text, "FAIL {}: the rule has no [[case]]", rule.id);
        }
        for one in &rule.file.case {
            match case::run(catalogue, rule, one) {
                Ok(()) => passed += 1,
                Err(difference) => {
                    failed += 1;
                    let _ = writeln!(
                        text,
                        "FAIL {}: {}\n  {}",
                        rule.id,
                        one.name,
                        difference.replace('\n', "\n  ")
                    );
                }
            }
        }
    }
    let _ = writeln!(text, "{passed} cases passed, {failed} failed");
    context.print(&text);
    Ok(if failed == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    })
}
