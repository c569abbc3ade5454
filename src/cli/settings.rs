//! `glm-setup status --config`: the settings in force, and where each comes from.

use std::fmt::{Display, Write as _};

use serde_json::{Value, json};

use super::Exit;
use super::args::OutputFormat;
use super::context::CliContext;
use super::failure::Failure;
use super::layers;
use crate::config::{Config, EffectiveSettings, Setting, SettingOrigin};
use crate::report::redact::Redactor;
use crate::report::{json, visible};

/// One line of the list.
struct Row {
    name: String,
    value: Value,
    /// For people; what the value means where nobody set it.
    shown: String,
    origin: SettingOrigin,
}

/// Shows what `lint .` goes by in the working folder.
pub(super) fn show(context: &CliContext, format: OutputFormat) -> Result<Exit, Failure> {
    let here = std::slice::from_ref(&context.environment.cwd);
    let repositories = layers::repositories(context, here)?;
    let layers: Vec<&Config> = context.user.iter().chain(&repositories).collect();
    let settings = EffectiveSettings::new(&layers, &context.variables, &context.said);
    let catalogue = layers::with_settings(context, &layers, &settings)?.catalogue;
    let newest = catalogue.pack_ids().next_back().unwrap_or_default();
    let rows = rows(&settings, newest);
    let redactor = Redactor::new();
    if format == OutputFormat::Json {
        let value = json!({
            "version": json::VERSION,
            "files": layers.iter().map(|config| config.path.display().to_string()).collect::<Vec<_>>(),
            "settings": rows.iter().map(|row| json(row, &redactor)).collect::<Vec<_>>(),
        });
        context.print_json(&value);
        return Ok(Exit::Clean);
    }
    let mut text = String::new();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let values = rows.iter().map(|row| row.shown.chars().count()).max();
    for row in &rows {
        let origin = match &row.origin {
            SettingOrigin::Default => "default".to_owned(),
            SettingOrigin::Variable(name) | SettingOrigin::Flag(name) => (*name).to_owned(),
            SettingOrigin::File { path, line } => format!("{}:{line}", context.display(path)),
        };
        let _ = writeln!(
            text,
            "{:width$}  {:values$}  {origin}",
            row.name,
            row.shown,
            values = values.unwrap_or(0)
        );
    }
    context.print(&visible::plain(&redactor.text(&text)));
    Ok(Exit::Clean)
}

fn json(row: &Row, redactor: &Redactor) -> Value {
    let mut value = json!({
        "name": row.name,
        "value": redactor.value(&[], &row.value),
    });
    match &row.origin {
        SettingOrigin::Default => value["origin"] = "default".into(),
        SettingOrigin::Variable(name) => {
            value["origin"] = "variable".into();
            value["variable"] = (*name).into();
        }
        SettingOrigin::Flag(flag) => {
            value["origin"] = "flag".into();
            value["flag"] = (*flag).into();
        }
        SettingOrigin::File { path, line } => {
            value["origin"] = "file".into();
            value["file"] = path.display().to_string().into();
            value["line"] = (*line).into();
        }
    }
    value
}

fn rows(settings: &EffectiveSettings, newest: &str) -> Vec<Row> {
    let mut rows = vec![
        one("profile", &settings.profile, "what each tool points at"),
        one("region", &settings.region, "what each tool points at"),
        one("facts", &settings.facts, newest),
        list("tool", &settings.tool, "all"),
        list("select", &settings.select, "all"),
        list("skip", &settings.skip, "none"),
        row(
            "strict",
            &settings.strict,
            settings.strict.value.to_string(),
        ),
    ];
    let baseline = Setting {
        value: settings.baseline.value.as_ref().map(|path| path.display()),
        origin: settings.baseline.origin.clone(),
    };
    rows.push(one("baseline", &baseline, "none"));
    for folder in &settings.rules_dir {
        let shown = folder.value.display().to_string();
        rows.push(Row {
            name: "rules-dir".to_owned(),
            value: shown.clone().into(),
            shown,
            origin: folder.origin.clone(),
        });
    }
    for (rule, level) in &settings.rules {
        let name = format!("rules.{rule}.severity");
        rows.push(row(&name, level, level.value.to_string()));
    }
    for (tool, version) in &settings.tools {
        let name = format!("tools.{tool}.version");
        rows.push(row(&name, version, version.value.clone()));
    }
    for count in &settings.ignores {
        rows.push(row("ignore", count, count.value.to_string()));
    }
    rows
}

fn row<T: serde::Serialize>(name: &str, setting: &Setting<T>, shown: String) -> Row {
    Row {
        name: name.to_owned(),
        value: serde_json::to_value(&setting.value).unwrap_or_default(),
        shown,
        origin: setting.origin.clone(),
    }
}

fn one<T: Display>(name: &str, setting: &Setting<Option<T>>, unset: &str) -> Row {
    let text = setting.value.as_ref().map(T::to_string);
    Row {
        name: name.to_owned(),
        shown: text.clone().unwrap_or_else(|| format!("({unset})")),
        value: text.into(),
        origin: setting.origin.clone(),
    }
}

fn list(name: &str, setting: &Setting<Vec<String>>, empty: &str) -> Row {
    let shown = match setting.value.is_empty() {
        true => format!("({empty})"),
        false => setting.value.join(", "),
    };
    row(name, setting, shown)
}
