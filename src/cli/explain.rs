//! `glm-setup explain`: a rule, an error code, or a tool.

mod tool;

use super::Exit;
use super::args::{Explain, OutputFormat};
use super::context::CliContext;
use super::failure::{Failure, UsageError};
use crate::report::{error_code, rule_page};

pub(super) fn run(context: &CliContext, args: &Explain) -> Result<Exit, Failure> {
    let pack = context.catalogue.pack(context.global.facts.as_deref())?;
    if let Ok(code) = args.subject.parse::<u32>() {
        let Some(error) = pack.error_code(code) else {
            let known: Vec<String> = pack
                .error
                .iter()
                .map(|error| error.code.to_string())
                .collect();
            return Err(UsageError::NoSuchErrorCode {
                pack: pack.id.clone(),
                code,
                known,
            }
            .into());
        };
        context.print(&match args.format {
            OutputFormat::Json => format!("{:#}\n", error_code::json(&pack, error)),
            OutputFormat::Text => error_code::text(&pack, error),
        });
        return Ok(Exit::Clean);
    }
    if let Ok(tool) = context.catalogue.tool(&args.subject) {
        return tool::run(context, &tool, &pack, args.format);
    }
    let rule = context.catalogue.rule(&args.subject)?;
    context.print(&match args.format {
        OutputFormat::Json => format!("{:#}\n", rule_page::json(&rule)),
        OutputFormat::Text => rule_page::markdown(&rule),
    });
    Ok(Exit::Clean)
}
