//! Which key a connection sends, as far as files and variables tell. The key itself is never kept.

use serde_json::Value;

use super::{Origin, Setting, SettingKind};
use crate::tool::Descriptor;

/// What kind of key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// The text itself.
    Literal,
    /// The value of a variable.
    Variable,
    /// The contents of a file.
    File,
    /// What a command prints.
    Command,
    /// A text that is meant as a reference, and that this tool sends as it stands.
    Unexpanded,
    /// The token of a login.
    Login,
}

/// The key that a setting stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentKey {
    /// What kind of key.
    pub kind: KeyKind,
    /// The name of the variable, or the file's path.
    pub name: Option<String>,
}

impl Setting {
    /// What a key's setting stands for in a tool.
    pub fn sent_key(&self, tool: &Descriptor) -> SentKey {
        let of = |kind, name: Option<&str>| SentKey {
            kind,
            name: name.map(str::to_owned),
        };
        let text = match (&self.origin, &self.value) {
            (Origin::Variable(name), _) => return of(KeyKind::Variable, Some(name)),
            (_, Value::String(text)) => text.trim(),
            // An object is a reference of the tool's own, as openclaw's `{ source = "env", id = … }`.
            (_, value) => {
                let id = value.get("id").and_then(Value::as_str);
                return match value.get("source").and_then(Value::as_str) {
                    Some("file") => of(KeyKind::File, id),
                    Some("exec") => of(KeyKind::Command, None),
                    _ => of(KeyKind::Variable, id),
                };
            }
        };
        match self.kind {
            SettingKind::VariableName => return of(KeyKind::Variable, Some(text)),
            SettingKind::Command => return of(KeyKind::Command, None),
            SettingKind::Login => return of(KeyKind::Login, None),
            SettingKind::Literal | SettingKind::Word => {}
        }
        if let Some(name) = variable_of(text, tool) {
            return of(KeyKind::Variable, Some(name));
        }
        if let Some(credential) = &tool.credential {
            let file = credential.reference_file.as_deref();
            if let Some(path) = file.and_then(|template| filled(template, "{path}", text)) {
                return of(KeyKind::File, Some(path));
            }
        }
        match referred(text) {
            Some(name) => of(KeyKind::Unexpanded, name),
            None => of(KeyKind::Literal, None),
        }
    }
}

/// The variable that a text refers to, as this tool writes references.
pub(super) fn variable_of<'t>(text: &'t str, tool: &Descriptor) -> Option<&'t str> {
    let credential = tool.credential.as_ref()?;
    let own = [&credential.reference, &credential.reference_windows];
    let own = own
        .into_iter()
        .flatten()
        .filter(|template| !template.contains(' '));
    let mut known = own.chain(&credential.understands);
    known.find_map(|template| filled(template, "{name}", text).filter(|name| is_name(name)))
}

/// What stands in a text at a template's placeholder.
fn filled<'t>(template: &str, placeholder: &str, text: &'t str) -> Option<&'t str> {
    let (before, after) = template.split_once(placeholder)?;
    let filled = text.strip_prefix(before)?.strip_suffix(after)?;
    (!filled.is_empty()).then_some(filled)
}

/// Whether a text can be a variable's name.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// The variable that a text refers to in some tool's way of writing one, or as its bare name; `Some(None)` for a reference to
/// something else, such as a command.
fn referred(text: &str) -> Option<Option<&str>> {
    const TEMPLATES: [&str; 12] = [
        "${{ secrets.{name} }}",
        "${env:{name}}",
        "${{name}}",
        "{env:{name}}",
        "{{{name}}}",
        "$env:{name}",
        "${name}",
        "env:{name}",
        "env.{name}",
        "os.environ/{name}",
        "process.env.{name}",
        "%{name}%",
    ];
    let templates = TEMPLATES.iter();
    let names = templates.filter_map(|template| filled(template, "{name}", text));
    let mut names = names.map(str::trim).filter(|name| is_name(name));
    let shell = || {
        let inside = text.strip_prefix("${")?.strip_suffix('}')?;
        let (name, _) = inside.split_once(":-")?;
        is_name(name).then_some(name)
    };
    let bare = is_bare_name(text).then_some(text);
    if let Some(name) = names.next().or_else(shell).or(bare) {
        return Some(Some(name));
    }
    let command = text.starts_with("$(") && text.ends_with(')');
    let file = text.starts_with("{file:") && text.ends_with('}');
    (command || file).then_some(None)
}

/// Whether a text is a variable's name such as `ZAI_API_KEY`: capitals, digits and `_`, with a word for a key in it.
fn is_bare_name(text: &str) -> bool {
    let shaped = text.contains('_')
        && text
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit());
    shaped
        && ["KEY", "TOKEN", "SECRET"]
            .iter()
            .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::referred;

    #[test]
    fn references_of_every_kind_are_told_from_keys() {
        for text in [
            "env:ZAI_API_KEY",
            "GLM_API_KEY",
            "ZAI_TOKEN_2",
            "${ZAI_API_KEY}",
            "${ZAI_API_KEY:-none}",
            "$ZAI_API_KEY",
            "{env:ZAI_API_KEY}",
            "{file:~/key}",
            "${env:ZAI_API_KEY}",
            "%ZAI_API_KEY%",
            "$env:ZAI_API_KEY",
            "$(pass zai)",
            "os.environ/ZAI_API_KEY",
        ] {
            assert!(referred(text).is_some(), "{text}");
        }
        for text in [
            "00000000000000000000000000000000.0000000000000000",
            "sk-ant-0000",
            "your-api-key",
            "ABCDEF0123456789",
            "A_B",
        ] {
            assert!(referred(text).is_none(), "{text}");
        }
    }
}
