//! Regular expressions in rules, matched in the cheapest way that serves.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use regex::bytes::{Regex, RegexBuilder};

use super::wildcard::Wildcards;

/// The largest compiled regular expression that a rule may have, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

/// Texts up to this many bytes are matched by `regex-lite`, which compiles ten times as fast; longer ones by `regex`,
/// which matches faster and is not slowed down by a hostile expression.
const SHORT: usize = 1024;

/// A regular expression that is compiled when it is first used.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    whole: bool,
    matcher: OnceCell<Rc<Matcher>>,
}

thread_local! {
    /// Expressions that were compiled before: rules share many of them.
    static COMPILED: RefCell<HashMap<String, Rc<Matcher>>> = RefCell::default();
}

/// What matches texts.
#[derive(Debug)]
enum Matcher {
    /// Names and `.*`, as in most patterns.
    Wildcards(Wildcards),
    /// An engine for short texts, and one for long ones; `None` for what is no regular expression.
    Engines {
        short: OnceCell<Option<regex_lite::Regex>>,
        long: OnceCell<Option<Regex>>,
    },
}

impl Pattern {
    /// A pattern that must match the whole text.
    pub fn whole(text: String) -> Self {
        Self::new(text, true)
    }

    /// A pattern that may match anywhere.
    pub fn anywhere(text: String) -> Self {
        Self::new(text, false)
    }

    fn new(text: String, whole: bool) -> Self {
        Self {
            text,
            whole,
            matcher: OnceCell::new(),
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
        let matcher = self.matcher.get_or_init(|| {
            let known = |cache: &RefCell<HashMap<_, _>>| {
                let mut cache = cache.borrow_mut();
                let compiled = cache.entry(self.anchored());
                Rc::clone(compiled.or_insert_with(|| Rc::new(self.matcher())))
            };
            COMPILED.with(known)
        });
        match &**matcher {
            Matcher::Wildcards(wildcards) => wildcards.match_whole(text),
            Matcher::Engines { long, .. } if text.len() > SHORT => {
                let engine = long.get_or_init(|| self.long().ok()).as_ref();
                engine.is_some_and(|engine| engine.is_match(text.as_bytes()))
            }
            Matcher::Engines { short, .. } => {
                let engine = short.get_or_init(|| self.short().ok()).as_ref();
                engine.is_some_and(|engine| engine.is_match(text))
            }
        }
    }

    fn matcher(&self) -> Matcher {
        let wildcards = self.whole.then(|| Wildcards::parse(&self.text)).flatten();
        let engines = || Matcher::Engines {
            short: OnceCell::new(),
            long: OnceCell::new(),
        };
        wildcards.map_or_else(engines, Matcher::Wildcards)
    }
}
