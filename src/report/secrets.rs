//! The secrets of a workspace: values that stand under a name of a key or token.

use crate::document::{Document, Format};
use crate::redact::{Redactor, secrets as secrets_of};
use crate::tool::Workspace;

/// A redactor that knows every secret value in the files that were read, so that none slips out where its name is
/// out of sight.
pub fn redactor_for(workspace: &Workspace) -> Redactor {
    let mut secrets = Vec::new();
    for layer in &workspace.layers {
        secrets_of(layer.document.value(), false, &mut secrets);
        // An edit may have taken a secret out of the document; the text before it is shown too.
        for (name, before) in layer.replaced() {
            secrets_of(before, Redactor::is_secret_key(name), &mut secrets);
        }
    }
    Redactor::new().with_secrets(secrets)
}

/// The same for texts of known formats; one that doesn't parse is redacted by names and shapes only.
pub fn redactor_for_texts<'t>(texts: impl IntoIterator<Item = (Format, &'t [u8])>) -> Redactor {
    let mut secrets = Vec::new();
    for (format, bytes) in texts {
        if let Ok(document) = Document::parse(bytes, format) {
            secrets_of(document.value(), false, &mut secrets);
        }
    }
    Redactor::new().with_secrets(secrets)
}
