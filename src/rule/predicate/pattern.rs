//! Regular expressions in rules, matched in the cheapest way that serves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::wildcard::Wildcards;

/// The largest compiled regular expression that a rule may have, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

/// A regular expression that is compiled when it is first used.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    whole: bool,
    short: OnceLock<Rc<Short>>,
    long: OnceLock<Option<Regex>>,
}

/// Texts up to this many bytes are matched by `regex-lite`, which compiles ten times as fast; longer ones by `regex`,
/// which matches faster and is not slowed down by a hostile expression.
const SHORT: usize = 1024;

thread_local! {
    /// Expressions that were compiled before: rules share many of them.
    static COMPILED: RefCell<HashMap<String, Rc<Short>>> = RefCell::default();
}

/// What matches short texts.
#[derive(Debug)]
enum Short {
    /// Names and `.*`, as in most patterns.
    Wildcards(Wildcards),
    /// `None` for what is no regular expression.
    Regex(Option<regex_lite::Regex>),
}

impl Pattern {
    /// A pattern that must match the whole text.
    pub fn whole(text: String) -> Self {
        Self {
            text,
            whole: true,
            short: OnceLock::new(),
            long: OnceLock::new(),
        }
    }

    /// A pattern that may match anywhere.
    pub fn anywhere(text: String) -> Self {
        Self {
            text,
            whole: false,
            short: OnceLock::new(),
            long: OnceLock::new(),
        }
    }

    /// Whether the text is a regular expression within the size limit.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |text: String| {
            let last = text.lines().last().unwrap_or(&text).to_owned();
            format!(
                "not a regular expression: {}",
                last.trim_start_matches("error: ")
            )
        };
        self.long().map_err(|error| wrong(error.to_string()))?;
        self.short().map_err(|error| wrong(error.to_string()))?;
        Ok(())
    }

    /// The expression as it is compiled.
    fn anchored(&self) -> String {
        if self.whole {
            format!("^(?:{})$", self.text)
        } else {
            self.text.clone()
        }
    }

    fn short(&self) -> Result<regex_lite::Regex, regex_lite::Error> {
        regex_lite::RegexBuilder::new(&self.anchored())
            .size_limit(REGEX_LIMIT)
            .build()
    }

    fn long(&self) -> Result<Regex, regex::Error> {
        // Names, ids and URLs need no Unicode classes, and the other engine has none.
        RegexBuilder::new(&self.anchored())
            .unicode(false)
            .size_limit(REGEX_LIMIT)
            .build()
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        // Most patterns are lists of names, and compiling those would take most of a short run's time.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '|');
        if self.whole && self.text.chars().all(plain) {
            return self.text.split('|').any(|name| name == text);
        }
        if text.len() > SHORT {
            let regex = self.long.get_or_init(|| self.long().ok());
            return regex
                .as_ref()
                .is_some_and(|regex| regex.is_match(text.as_bytes()));
        }
        let short = self.short.get_or_init(|| {
            let known = |cache: &RefCell<HashMap<_, _>>| {
                let mut cache = cache.borrow_mut();
                let compiled = cache.entry(self.anchored());
                Rc::clone(compiled.or_insert_with(|| Rc::new(self.compiled())))
            };
            COMPILED.with(known)
        });
        match &**short {
            Short::Wildcards(wildcards) => wildcards.match_whole(text),
            Short::Regex(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
        }
    }

    fn compiled(&self) -> Short {
        let wildcards = self.whole.then(|| Wildcards::parse(&self.text)).flatten();
        wildcards.map_or_else(|| Short::Regex(self.short().ok()), Short::Wildcards)
    }
}
