//! `glm-setup rules`: the catalogue.

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use super::Exit;
use super::args::{OutputFormat, RulesCommand};
use super::context::CliContext;
use super::failure::Failure;
use super::scaffold;
use crate::plan::case;
use crate::report::rule_list;
use crate::rule::Catalogue;

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
    context.print(&match format {
        OutputFormat::Json => format!("{:#}\n", rule_list::json(&all)),
        OutputFormat::Text => rule_list::text(&all),
    });
    Ok(Exit::Clean)
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
