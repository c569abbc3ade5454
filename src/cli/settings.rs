//! `glm-setup status --config`: the settings in force, and where each comes from.

use super::Exit;
use super::args::OutputFormat;
use super::context::CliContext;
use super::failure::Failure;
use super::layers;
use crate::config::{Config, EffectiveSettings};
use crate::report::settings;

/// Shows what `lint .` goes by in the working folder.
pub(super) fn show(context: &CliContext, format: OutputFormat) -> Result<Exit, Failure> {
    let here = std::slice::from_ref(&context.environment.cwd);
    let repositories = layers::repositories(context, here)?;
    let layers: Vec<&Config> = context.user.iter().chain(&repositories).collect();
    let settings = EffectiveSettings::new(&layers, &context.variables, &context.said);
    let catalogue = layers::with_settings(context, &layers, &settings)?.catalogue;
    let newest = catalogue.pack_ids().next_back().unwrap_or_default();
    match format {
        OutputFormat::Json => context.print_json(&settings::json(&settings, newest, &layers)),
        OutputFormat::Text => {
            context.print(&settings::text(&settings, newest, &context.environment));
        }
    }
    Ok(Exit::Clean)
}
