//! `glm-setup rules new` and `rules schema`: what somebody needs who writes a rule.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::Exit;
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use crate::document::Format;
use crate::facts::Billing;
use crate::plan::case::main_entry;
use crate::rule::catalogue::ANY_TOOL;

/// The JSON Schema of rule files.
const SCHEMA: &str = include_str!("../../docs/schema/rule.schema.json");
/// What a new rule file holds; the words in capitals are replaced.
const FRAME: &str = include_str!("frame.txt");

const CHECK: &str = r#"at      = "$.example"                  # one place; `each` takes any RFC 9535 query
expect  = { type = "integer", max = 1 }"#;
const FIX: &str = r#"fix     = { op = "set", value = 1, safety = "safe" }"#;
/// The same for files without a syntax of their own.
const TEXT_CHECK: &str = r#"each    = "$.lines[*]"                 # any RFC 9535 query: existing places
expect  = { not-match = "example = 5" }"#;

/// Prints the schema.
pub(super) fn schema(context: &CliContext) -> Exit {
    context.print(SCHEMA);
    Exit::Clean
}

/// Writes the frame of a rule file. What is there is never overwritten.
pub(super) fn new(
    context: &CliContext,
    id: &str,
    tool: Option<&str>,
    dir: Option<&Path>,
) -> Result<Exit, Failure> {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !id.split('-').all(part) {
        return Err(UsageError::RuleId(id.to_owned()).into());
    }
    if context.catalogue.rule_ids().any(|known| known == id) {
        return Err(UsageError::RuleExists(id.to_owned()).into());
    }
    let tool = match tool {
        Some(tool) if tool != ANY_TOOL => context.catalogue.tool(tool)?.id.clone(),
        Some(_) => ANY_TOOL.to_owned(),
        None => tool_of(context, id),
    };
    let folder = match dir {
        Some(dir) => dir.to_owned(),
        None => context.environment.config_dir.join("rules"),
    };
    let failed = |source: std::io::Error, path: &Path| Failure::File {
        path: context.display(path),
        source,
    };
    fs::create_dir_all(&folder).map_err(|error| failed(error, &folder))?;
    let path = folder.join(format!("{id}.toml"));
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(UsageError::FileExists(context.display(&path)).into());
        }
        Err(error) => return Err(failed(error, &path)),
    };
    file.write_all(frame(context, id, &tool)?.as_bytes())
        .map_err(|error| failed(error, &path))?;
    context.print(&format!(
        "{} written; fill it in, then run `glm-setup rules test {}`\n",
        context.display(&path),
        path.display()
    ));
    if dir.is_some() {
        context
            .print("--rules-dir DIR, or `rules-dir` in a configuration file, makes it take part\n");
    }
    Ok(Exit::Clean)
}

/// The tool whose id the rule's id begins with; the longest of several.
fn tool_of(context: &CliContext, id: &str) -> String {
    let begins = |tool: &&str| {
        id.strip_prefix(*tool)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    let tools = context.catalogue.tools().iter();
    let tools = tools.map(|tool| tool.id.as_str()).filter(begins);
    tools
        .max_by_key(|tool| tool.len())
        .unwrap_or(ANY_TOOL)
        .to_owned()
}

/// The frame with an example in the tool's own format, whose cases pass as they stand.
fn frame(context: &CliContext, id: &str, tool: &str) -> Result<String, Failure> {
    // Cases of a rule for every tool play with Claude Code's settings.
    let stage = if tool == ANY_TOOL {
        "claude-code"
    } else {
        tool
    };
    let descriptor = context.catalogue.tool(stage)?;
    let entry = main_entry(&descriptor);
    let root = entry.root.as_ref().map(|root| root.get_ref().as_str());
    let inside = |value: u32| match entry.format {
        Format::Json | Format::Jsonc | Format::JsoncNoTrailingComma | Format::Json5 => {
            format!("{{ \"example\": {value} }}")
        }
        Format::Toml => format!("example = {value}"),
        Format::Yaml => format!("example: {value}"),
        Format::FrontMatter => format!("---\nexample: {value}\n---"),
        Format::Text => format!("example = {value}"),
    };
    if root.is_some() {
        return Err(UsageError::DeepSettings(stage.to_owned()).into());
    }
    // Texts are never edited, and neither are tools that `apply` refuses.
    let fixable = descriptor.refusal(Billing::CodingPlan).is_none();
    let (check, after) = match entry.format {
        Format::Text => (TEXT_CHECK.to_owned(), None),
        _ if fixable => (format!("{CHECK}\n{FIX}"), Some(inside(1))),
        _ => (CHECK.to_owned(), None),
    };
    let after = after.map_or_else(String::new, |after| format!("after  = '''{after}\n'''\n"));
    let values = [
        ("FRAME_ID", id.to_owned()),
        ("FRAME_TOOL", tool.to_owned()),
        ("FRAME_CHECK", check),
        ("FRAME_TODAY", crate::paths::today().to_string()),
        ("FRAME_BEFORE", format!("before = '''{}\n'''", inside(5))),
        ("FRAME_AFTER\n", after),
        ("FRAME_CLEAN", format!("before = '''{}\n'''", inside(1))),
    ];
    let mut text = FRAME.to_owned();
    for (name, value) in values {
        text = text.replace(name, &value);
    }
    Ok(text)
}
