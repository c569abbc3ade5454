//! `status --config`: the settings in force, and where each comes from.

use std::fmt::{Display, Write as _};

use serde_json::{Value, json};

use super::json::VERSION;
use super::visible;
use crate::config::{Config, EffectiveSetting, EffectiveSettings, SettingOrigin};
use crate::paths::Environment;
use crate::redact::Redactor;

/// One line of the list.
struct Row {
    name: String,
    value: Value,
    /// For people; what the value means where nobody set it.
    shown: String,
    origin: SettingOrigin,
}

/// For people. `newest` is the facts pack that counts where none is named.
pub fn text(settings: &EffectiveSettings, newest: &str, environment: &Environment) -> String {
    let rows = rows(settings, newest);
    let mut text = String::new();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let values = rows.iter().map(|row| row.shown.chars().count()).max();
    for row in &rows {
        let origin = match &row.origin {
            SettingOrigin::Default => "default".to_owned(),
            SettingOrigin::Variable(name) | SettingOrigin::Flag(name) => (*name).to_owned(),
            SettingOrigin::File { path, line } => format!("{}:{line}", environment.display(path)),
        };
        let _ = writeln!(
            text,
            "{:width$}  {:values$}  {origin}",
            row.name,
            row.shown,
            values = values.unwrap_or(0)
        );
    }
    visible::plain(&Redactor::new().text(&text)).into_owned()
}

/// For programs.
pub fn json(settings: &EffectiveSettings, newest: &str, files: &[&Config]) -> Value {
    let redactor = Redactor::new();
    let rows = rows(settings, newest);
    let files = files.iter();
    json!({
        "version": VERSION,
        "files": files.map(|config| config.path.display().to_string()).collect::<Vec<_>>(),
        "settings": rows.iter().map(|row| row_json(row, &redactor)).collect::<Vec<_>>(),
    })
}

fn row_json(row: &Row, redactor: &Redactor) -> Value {
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
    let baseline = EffectiveSetting {
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

fn row<T: serde::Serialize>(name: &str, setting: &EffectiveSetting<T>, shown: String) -> Row {
    Row {
        name: name.to_owned(),
        value: serde_json::to_value(&setting.value).unwrap_or_default(),
        shown,
        origin: setting.origin.clone(),
    }
}

fn one<T: Display>(name: &str, setting: &EffectiveSetting<Option<T>>, unset: &str) -> Row {
    let text = setting.value.as_ref().map(T::to_string);
    Row {
        name: name.to_owned(),
        shown: text.clone().unwrap_or_else(|| format!("({unset})")),
        value: text.into(),
        origin: setting.origin.clone(),
    }
}

fn list(name: &str, setting: &EffectiveSetting<Vec<String>>, empty: &str) -> Row {
    let shown = match setting.value.is_empty() {
        true => format!("({empty})"),
        false => setting.value.join(", "),
    };
    row(name, setting, shown)
}
