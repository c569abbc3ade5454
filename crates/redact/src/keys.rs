//! Which names hold a secret, and which values under such a name are no secret after all.

/// How sure a name makes us that a secret stands under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// An everyday word (`key`, `token`, `access`): a secret as the name of a setting, but not in
    /// the middle of a sentence, and not for everything in an object below it.
    Weak,
    /// A compound (`apiKey`, `ANTHROPIC_AUTH_TOKEN`) or an unmistakable word (`password`).
    Strong,
}

/// Names longer than this are judged by their end.
pub(super) const LONGEST_NAME: usize = 160;

/// The last word of a name that speaks *about* a key or token: where it is, how it is called, how
/// long it lasts.
const ABOUT: &[&str] = &[
    "at",
    "cmd",
    "command",
    "count",
    "description",
    "dir",
    "enabled",
    "endpoint",
    "env",
    "exp",
    "expires",
    "expiry",
    "file",
    "format",
    "header",
    "headers",
    "helper",
    "hint",
    "id",
    "ids",
    "index",
    "in",
    "label",
    "length",
    "limit",
    "limits",
    "location",
    "match",
    "method",
    "mode",
    "name",
    "names",
    "path",
    "pattern",
    "placeholder",
    "policy",
    "prefix",
    "present",
    "provider",
    "ref",
    "regex",
    "required",
    "set",
    "size",
    "source",
    "status",
    "strategy",
    "title",
    "ttl",
    "type",
    "uri",
    "url",
    "usage",
    "valid",
    "var",
    "variable",
];

/// Written together or apart, these end a secret's name.
const ENDINGS: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "apikeys",
    "apitoken",
    "authkey",
    "authtoken",
    "bearertoken",
    "bottoken",
    "clientsecret",
    "encryptionkey",
    "idtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secretkey",
    "sessiontoken",
    "signingkey",
    "subscriptionkey",
    "webhooksecret",
];

/// Before `token`: a count, a price or a model's special word.
const COUNTED: &[&str] = &[
    "ban",
    "bos",
    "budget",
    "cancel",
    "cancellation",
    "cls",
    "completion",
    "context",
    "eos",
    "first",
    "input",
    "last",
    "mask",
    "max",
    "maximum",
    "min",
    "next",
    "num",
    "output",
    "pad",
    "per",
    "prompt",
    "sep",
    "special",
    "start",
    "end",
    "stop",
    "thinking",
    "total",
    "unk",
];

/// Before `key`: whose key it is.
const OWNERS: &[&str] = &[
    "access",
    "account",
    "admin",
    "anon",
    "anthropic",
    "api",
    "app",
    "auth",
    "bearer",
    "bigmodel",
    "claude",
    "client",
    "deepseek",
    "deploy",
    "encryption",
    "gemini",
    "glm",
    "google",
    "license",
    "master",
    "openai",
    "openrouter",
    "private",
    "provider",
    "secret",
    "service",
    "signing",
    "ssh",
    "subscription",
    "user",
    "zai",
    "zhipu",
];

/// Before `KEY` in an environment variable's name: not a secret all the same.
const HARMLESS_KEYS: &[&str] = &[
    "cache",
    "context",
    "foreign",
    "group",
    "hot",
    "lookup",
    "map",
    "object",
    "partition",
    "primary",
    "public",
    "registry",
    "route",
    "shift",
    "sort",
    "unique",
];

/// What stands under a secret's name inside a larger object without being one: SillyTavern's
/// `{"id", "value", "label"}`, OpenClaw's `{"source": "env", "id"}`.
const BESIDE: &[&str] = &[
    "active",
    "description",
    "enabled",
    "format",
    "id",
    "kind",
    "label",
    "name",
    "provider",
    "source",
    "title",
    "type",
];

/// The words that placeholders are made of; one of the first eight must be among them.
const PLACEHOLDER_WORDS: &[&str] = &[
    "your",
    "insert",
    "replace",
    "placeholder",
    "changeme",
    "dummy",
    "fake",
    "example", //
    "a",
    "ai",
    "anthropic",
    "api",
    "apikey",
    "auth",
    "change",
    "claude",
    "code",
    "coding",
    "glm",
    "goes",
    "here",
    "in",
    "is",
    "it",
    "key",
    "me",
    "my",
    "openai",
    "own",
    "plan",
    "put",
    "real",
    "secret",
    "the",
    "this",
    "to",
    "token",
    "value",
    "with",
    "z",
    "zai",
    "zhipu",
];

/// Whether a value of everyday letters may be a secret under this name.
pub(super) fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("pass") || name.contains("pwd") || name.contains("secret")
}

pub(super) fn beside(name: &str) -> bool {
    BESIDE.contains(&name)
}

/// How secret the value under `name` is; `None` when it isn't.
pub(super) fn strength(name: &str) -> Option<Strength> {
    let name = &name[name.ceil_char_boundary(name.len().saturating_sub(LONGEST_NAME))..];
    if !may_be_secret(name.as_bytes()) {
        return None;
    }
    let name = name.rsplit('.').find(|part| !part.trim().is_empty())?;
    let mut words = words(name);
    while words.len() > 1
        && words
            .last()
            .is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit()))
    {
        words.pop();
    }
    let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = words.len().checked_sub(2).map(|i| words[i].as_str());
    let strong = |yes: bool| yes.then_some(Strength::Strong);
    match (last, before) {
        (
            "key" | "token" | "secret" | "access" | "refresh" | "pass" | "cookie" | "bearer"
            | "credential",
            None,
        ) => {
            // npm spells it `_auth`; a plain `auth` names a method more often than a secret.
            return Some(Strength::Weak);
        }
        // A variable that holds header lines holds keys among them.
        ("headers", Some(_)) if name.bytes().all(|b| !b.is_ascii_lowercase()) => {
            return Some(Strength::Strong);
        }
        ("auth", None) => return strong(name.starts_with('_')),
        (
            "password" | "passwd" | "pwd" | "passphrase" | "passcode" | "authorization" | "jwt",
            _,
        ) => {
            return Some(Strength::Strong);
        }
        ("secret" | "cookie" | "pat" | "pass" | "credential", Some(_)) => {
            return Some(Strength::Strong);
        }
        ("token", Some(before)) => return strong(!COUNTED.contains(&before)),
        ("tokens" | "secrets", Some(before)) => {
            let whose = [
                "access", "api", "auth", "bearer", "bot", "client", "personal", "refresh", "secret",
            ];
            return strong(whose.contains(&before));
        }
        ("key", Some(before)) if OWNERS.contains(&before) => return Some(Strength::Strong),
        ("key", Some(before))
            if name.contains('_') && !name.bytes().any(|b| b.is_ascii_lowercase()) =>
        {
            return strong(!HARMLESS_KEYS.contains(&before));
        }
        _ => {}
    }
    let joined = words.concat();
    if ENDINGS.iter().any(|ending| {
        joined
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .ends_with(ending)
    }) {
        return Some(Strength::Strong);
    }
    // `api_key_zai` is a key; `api_key_env` and `apikeyhelper` are not.
    let (_, rest) = joined.split_once("apikey")?;
    strong(!ABOUT.contains(&last) && !ABOUT.contains(&rest))
}

/// A cheap look that lets most names go: the words above share few beginnings.
fn may_be_secret(name: &[u8]) -> bool {
    name.iter().enumerate().any(|(i, b)| {
        let has = |rest: &[u8]| {
            name.len() > i + rest.len() && name[i + 1..=i + rest.len()].eq_ignore_ascii_case(rest)
        };
        match b.to_ascii_lowercase() {
            b'k' => has(b"ey"),
            b't' => has(b"oken"),
            b's' => has(b"ecret"),
            b'p' => has(b"as") || has(b"at") || has(b"wd"),
            b'a' => has(b"uth") || has(b"ccess"),
            b'r' => has(b"efresh"),
            b'c' => has(b"ookie") || has(b"redential"),
            b'j' => has(b"wt"),
            b'b' => has(b"earer"),
            b'h' => has(b"eaders"),
            _ => false,
        }
    })
}

/// The words of a name in lower case: `zaiApiKey`, `ZAI_API_KEY` and `zai-api-key` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut chars = name.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            fresh = true;
        } else {
            let next_is_lower = chars.peek().is_some_and(|n| n.is_lowercase());
            let hump = c.is_uppercase() && (!previous.is_uppercase() || next_is_lower);
            match words.last_mut() {
                Some(word) if !fresh && !hump => word.extend(c.to_lowercase()),
                _ => words.push(c.to_lowercase().collect()),
            }
            fresh = false;
        }
        previous = c;
    }
    words
}

/// Whether the value under a secret's name may be shown: nothing, a reference to a secret that is
/// kept elsewhere, or a placeholder. Shapes inside it are looked for all the same.
pub(super) fn readable(value: &str) -> bool {
    let value = value.trim();
    let value = without_scheme(value).unwrap_or(value);
    value.is_empty()
        || matches!(
            value,
            "null" | "true" | "false" | "none" | "None" | "undefined" | "~"
        )
        || value
            .chars()
            .all(|c| matches!(c, 'x' | 'X' | '*' | '.' | '…' | '•' | '-' | '_'))
        || reference(value)
        || placeholder(value)
}

/// What follows `Bearer`, `Basic` and the like.
pub(super) fn without_scheme(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once([' ', '\t'])?;
    let known = ["bearer", "basic", "token", "bot", "digest", "apikey"];
    known
        .iter()
        .any(|k| scheme.eq_ignore_ascii_case(k))
        .then(|| rest.trim_start())
}

fn reference(value: &str) -> bool {
    let name = |s: &str| {
        let s = s.trim();
        s.len() <= 64
            && s.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let dotted = |s: &str| s.split('.').all(name);
    let between =
        |open: &str, close: &str| value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
    if let Some(inner) = between("{file:", "}") {
        return !inner.is_empty() && !inner.contains(['{', '}', '\n', '"']);
    }
    if let Some(command) = between("$(", ")") {
        // A command that prints the secret; its text could still hold one.
        return command
            .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .all(|word| word.len() < 16 || !word.bytes().any(|b| b.is_ascii_digit()));
    }
    between("{env:", "}").is_some_and(name)
        || between("${{", "}}").is_some_and(dotted)
        || between("{{", "}}").is_some_and(dotted)
        || between("${", "}").is_some_and(|v| v.split(':').all(dotted))
        || between("%", "%").is_some_and(name)
        || value.strip_prefix("process.env.").is_some_and(name)
        || value.strip_prefix("$env:").is_some_and(name)
        || value.strip_prefix('$').is_some_and(|v| {
            // `$ecret` may be a password: only what is written like a variable's name.
            name(v) && (!v.bytes().any(|b| b.is_ascii_lowercase()) || strength(v).is_some())
        })
}

fn placeholder(value: &str) -> bool {
    if value.len() > 64 {
        return false;
    }
    let bare = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
    if let Some(inner) = bare {
        return !inner.is_empty()
            && inner
                .chars()
                .all(|c| c.is_ascii_alphabetic() || " _-.".contains(c));
    }
    let value = value.trim_matches(['[', ']']);
    let mut real = false;
    value
        .chars()
        .all(|c| c.is_ascii_alphabetic() || " _-.".contains(c))
        && words(value).iter().all(|word| {
            let at = PLACEHOLDER_WORDS.iter().position(|known| known == word);
            real |= at.is_some_and(|at| at < 8);
            at.is_some()
        })
        && real
}
