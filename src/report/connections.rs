//! A tool's connections for people and programs: what `explain TOOL` prints.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::document::line_column;
use crate::facts::FactSet;
use crate::paths::Environment;
use crate::redact::Redactor;
use crate::tool::{
    CappedBy, Configuration, Connection, Descriptor, KeyKind, NextRequest, Origin, RequestsAtOnce,
    SentKey, Setting, Workspace, connections, next_request, requests_at_once,
};

/// The version of the JSON form.
const SCHEMA: u32 = 1;

/// The connections of one configuration, with the place of every value.
#[derive(Debug)]
pub struct Explained {
    /// Its files, as a person would write them.
    pub files: Vec<String>,
    connections: Vec<Shown>,
    next: Option<NextRequest>,
    at_once: Option<RequestsAtOnce>,
    caps: Vec<ShownOrigin>,
}

/// One connection.
#[derive(Debug)]
struct Shown {
    connection: Connection,
    url: Option<String>,
    billing: Option<String>,
    region: Option<String>,
    address: Option<ShownOrigin>,
    key: Option<(SentKey, ShownOrigin)>,
    models: Vec<(String, String, ShownOrigin)>,
}

/// Where a value comes from.
#[derive(Debug)]
enum ShownOrigin {
    File {
        file: String,
        line: usize,
        column: usize,
        pointer: String,
    },
    Variable(String),
    Default,
}

impl ShownOrigin {
    fn new(origin: &Origin, workspace: &Workspace, environment: &Environment) -> Self {
        let (layer, pointer) = match origin {
            Origin::File { layer, pointer } => (&workspace.layers[*layer], pointer),
            Origin::Variable(name) => return Self::Variable(name.clone()),
            Origin::Default => return Self::Default,
        };
        let span = layer.document.span(pointer).unwrap_or_default();
        let (line, column) = line_column(layer.document.text(), span.start);
        Self::File {
            file: environment.display(&layer.config.path),
            line,
            column,
            pointer: pointer.to_string(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::File {
                file,
                line,
                column,
                pointer,
            } => json!({ "file": file, "line": line, "column": column, "pointer": pointer }),
            Self::Variable(name) => json!({ "variable": name }),
            Self::Default => json!({ "default": true }),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::File { file, line, .. } => format!("{file}:{line}"),
            Self::Variable(name) => format!("the variable {name}"),
            Self::Default => "the tool's default".to_owned(),
        }
    }
}

impl Explained {
    /// The connections of a configuration, as the tool sees them in this environment.
    pub fn new(
        workspace: &Workspace,
        configuration: &Configuration,
        facts: &FactSet<'_>,
        environment: &Environment,
    ) -> Self {
        let layers = configuration.layers.iter();
        let layers = layers.map(|index| &workspace.layers[*index].config);
        let files = layers
            .filter(|file| file.exists && file.in_force)
            .map(|file| environment.display(&file.path))
            .collect();
        let found = connections(workspace, configuration, facts, &environment.vars);
        let source = |setting: &Setting| ShownOrigin::new(&setting.origin, workspace, environment);
        let next = next_request(&found, &configuration.tool, facts);
        let at_once = requests_at_once(workspace, configuration, facts);
        let show = |connection: Connection| {
            let key = connection.key_in_force();
            let models = connection.model.iter().filter(|model| model.in_force);
            Shown {
                url: connection.url(facts),
                billing: connection.billing(facts).map(|one| one.to_string()),
                region: connection.region(facts).map(|one| one.to_string()),
                address: connection.address_in_force().map(source),
                key: key.map(|key| (key.sent_key(&configuration.tool), source(key))),
                models: models
                    .filter_map(|model| {
                        let tier = model.tier.clone().unwrap_or_default();
                        Some((tier, model.text()?.to_owned(), source(model)))
                    })
                    .collect(),
                connection,
            }
        };
        let caps = at_once.iter().flat_map(|sum| &sum.from);
        Self {
            files,
            connections: found.into_iter().map(show).collect(),
            caps: caps
                .map(|cap| ShownOrigin::new(&cap.origin, workspace, environment))
                .collect(),
            next,
            at_once,
        }
    }
}

/// What `explain TOOL --format json` prints.
pub fn json(tool: &Descriptor, facts: &str, explained: &[Explained], redactor: &Redactor) -> Value {
    let configuration = |one: &Explained| {
        let connections = one.connections.iter();
        json!({
            "files": one.files,
            "connections": connections.map(|one| connection(one, redactor)).collect::<Vec<_>>(),
            "next-request": one.next.as_ref().map(|next| request(next, redactor)),
            "requests-at-once": one.at_once.as_ref().map(|sum| at_once(sum, &one.caps)),
        })
    };
    json!({
        "schema": SCHEMA,
        "tool": tool.id,
        "facts": facts,
        "configurations": explained.iter().map(configuration).collect::<Vec<_>>(),
    })
}

fn connection(shown: &Shown, redactor: &Redactor) -> Value {
    let key = match &shown.key {
        Some((key, source)) => {
            let mut value = sent_key(key, redactor);
            value["origin"] = source.json();
            value
        }
        None => json!({ "kind": "none" }),
    };
    let model = |(tier, model, source): &(String, String, ShownOrigin)| json!({ "tier": tier, "value": redactor.text(model), "origin": source.json() });
    let address = shown.address.as_ref().map(|source| {
        let url = shown.url.as_deref().unwrap_or_default();
        json!({ "value": redactor.text(url), "origin": source.json() })
    });
    json!({
        "name": redactor.text(&shown.connection.name),
        "in-use": shown.connection.in_use,
        "protocol": shown.connection.protocol.to_string(),
        "billing": shown.billing,
        "region": shown.region,
        "address": address,
        "key": key,
        "models": shown.models.iter().map(model).collect::<Vec<_>>(),
    })
}

fn request(next: &NextRequest, redactor: &Redactor) -> Value {
    let key = match &next.key {
        Some(key) => sent_key(key, redactor),
        None => json!({ "kind": "none" }),
    };
    json!({
        "url": redactor.text(&next.url),
        "protocol": next.protocol.to_string(),
        "model": next.model.as_deref().map(|model| redactor.text(model)),
        "key": key,
    })
}

fn sent_key(key: &SentKey, redactor: &Redactor) -> Value {
    let name = key.name.as_deref().map(|name| redactor.text(name));
    json!({ "kind": key.kind, "name": name })
}

fn at_once(sum: &RequestsAtOnce, sources: &[ShownOrigin]) -> Value {
    let part = |(cap, source): (&CappedBy, &ShownOrigin)| {
        json!({
            "counts": cap.counts,
            "value": cap.value,
            "unbounded": cap.unbounded,
            "setting": cap.setting,
            "origin": source.json(),
        })
    };
    let parts = sum.from.iter().zip(sources);
    json!({
        "value": sum.value,
        "unbounded": sum.unbounded,
        "from": parts.map(part).collect::<Vec<_>>(),
    })
}

/// What `explain TOOL` prints.
pub fn text(tool: &Descriptor, explained: &[Explained], redactor: &Redactor) -> String {
    if explained.is_empty() {
        return format!("{}: no configuration file was found\n", tool.name);
    }
    let mut text = String::new();
    for one in explained {
        if !text.is_empty() {
            text.push('\n');
        }
        write_one(&mut text, tool, one, redactor);
    }
    text
}

fn write_one(text: &mut String, tool: &Descriptor, one: &Explained, redactor: &Redactor) {
    let _ = match &one.next {
        Some(next) => {
            let model = next
                .model
                .as_deref()
                .unwrap_or("a model that no setting names");
            let url = redactor.text(&next.url);
            writeln!(
                text,
                "{} asks {url} for {}",
                tool.name,
                redactor.text(model)
            )
        }
        None => writeln!(
            text,
            "{}: no connection that glm-setup knows is in use",
            tool.name
        ),
    };
    for file in &one.files {
        let _ = writeln!(text, "  {file}");
    }
    for shown in &one.connections {
        let name = match shown.connection.name.as_str() {
            "" => "connection",
            name => name,
        };
        let used = match shown.connection.in_use {
            true => "in use",
            false => "not in use",
        };
        let _ = writeln!(text, "\n{} ({used})", redactor.text(name));
        let url = shown.url.as_deref().unwrap_or("none");
        let mut row = |what: &str, value: &str, source: &str| {
            let value = redactor.text(value);
            let _ = writeln!(text, "  {what:<10} {value}{source}");
        };
        let from = |source: &ShownOrigin| format!("  ({})", source.text());
        row(
            "address",
            url,
            &shown.address.as_ref().map(from).unwrap_or_default(),
        );
        row("protocol", &shown.connection.protocol.to_string(), "");
        if let Some(billing) = &shown.billing {
            row("billing", billing, "");
        }
        match &shown.key {
            Some((key, source)) => row("key", &key_words(key), &from(source)),
            None => row("key", "none", ""),
        }
        for (tier, model, source) in &shown.models {
            row(tier, model, &from(source));
        }
    }
    let Some(sum) = &one.at_once else { return };
    let least = if sum.unbounded { "at least " } else { "" };
    let _ = writeln!(text, "\nrequests at once: {least}{}", sum.value);
    let _ = writeln!(text, "  1 conversation");
    for (cap, source) in sum.from.iter().zip(&one.caps) {
        let setting = match &cap.setting {
            Some(setting) => format!("{setting}, {}", source.text()),
            None => source.text(),
        };
        let _ = writeln!(text, "  {} {} ({setting})", cap.value, cap.counts);
    }
}

/// Which key is sent, in words.
fn key_words(key: &SentKey) -> String {
    let name = key.name.as_deref().unwrap_or_default();
    match key.kind {
        KeyKind::Literal => "written in the file".to_owned(),
        KeyKind::Variable => format!("the value of {name}"),
        KeyKind::File => format!("the contents of {name}"),
        KeyKind::Command => "what a command prints".to_owned(),
        KeyKind::Login => "the token of its login".to_owned(),
        KeyKind::Unexpanded => "a reference that this tool sends as it stands".to_owned(),
    }
}
