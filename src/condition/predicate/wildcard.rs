//! The simple patterns: names with `.*` and `.+`, in alternatives. Most patterns of rules are such, and an engine takes
//! longer to compile one than a short run has. The outcome is the same; a test compares.

/// The most alternatives that groups are multiplied into.
const MOST: usize = 64;

/// Alternatives, one of which a whole text must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wildcards(Vec<Alternative>);

/// Text, and after it gaps that more text follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Alternative {
    start: String,
    gaps: Vec<Gap>,
}

/// `.*` or `.+`, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gap {
    /// So many characters are in it at least.
    least: usize,
    text: String,
}

impl Wildcards {
    /// Reads a pattern; `None` when it is not a simple one.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let mut parser = Parser { rest: pattern };
        let alternatives = parser.alternatives()?;
        parser.rest.is_empty().then_some(Self(alternatives))
    }

    /// Whether a text matches as a whole. `.` is no line end, and the names hold none.
    pub(super) fn match_whole(&self, text: &str) -> bool {
        !text.contains('\n') && self.0.iter().any(|one| one.match_whole(text))
    }
}

impl Alternative {
    fn match_whole(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.start.as_str()) else {
            return false;
        };
        let Some((last, gaps)) = self.gaps.split_last() else {
            return rest.is_empty();
        };
        // The first place that fits leaves the most to what follows.
        let rest = gaps.iter().try_fold(rest, |rest, gap| {
            let rest = skip(rest, gap.least)?;
            rest.find(&gap.text).map(|at| &rest[at + gap.text.len()..])
        });
        rest.and_then(|rest| skip(rest, last.least))
            .is_some_and(|rest| rest.ends_with(&last.text))
    }

    fn push_text(&mut self, text: &str) {
        match self.gaps.last_mut() {
            Some(gap) => gap.text.push_str(text),
            None => self.start.push_str(text),
        }
    }

    fn push_gap(&mut self, least: usize) {
        match self.gaps.last_mut() {
            Some(gap) if gap.text.is_empty() => gap.least += least,
            _ => self.gaps.push(Gap {
                least,
                text: String::new(),
            }),
        }
    }

    /// This and what follows it.
    fn then(&self, next: &Self) -> Self {
        let mut whole = self.clone();
        whole.push_text(&next.start);
        for gap in &next.gaps {
            whole.push_gap(gap.least);
            whole.push_text(&gap.text);
        }
        whole
    }
}

/// What follows so many characters.
fn skip(text: &str, count: usize) -> Option<&str> {
    let mut characters = text.chars();
    (0..count).try_for_each(|_| characters.next().map(drop))?;
    Some(characters.as_str())
}

/// Whether a character stands for itself.
fn is_plain(c: &char) -> bool {
    c.is_ascii_alphanumeric() || " _-/:@,=".contains(*c)
}

struct Parser<'p> {
    rest: &'p str,
}

impl<'p> Parser<'p> {
    fn take(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn alternatives(&mut self) -> Option<Vec<Alternative>> {
        let mut all = self.sequence()?;
        while self.take("|") {
            all.extend(self.sequence()?);
        }
        (all.len() <= MOST).then_some(all)
    }

    /// What stands up to a `|`, a `)` or the end.
    fn sequence(&mut self) -> Option<Vec<Alternative>> {
        let mut all = vec![Alternative::default()];
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let plain = self.plain();
            if !plain.is_empty() {
                all.iter_mut().for_each(|one| one.push_text(plain));
                continue;
            }
            let next = self.item()?;
            if self.rest.starts_with(['*', '+', '?', '{']) {
                return None;
            }
            let product = all
                .iter()
                .flat_map(|one| next.iter().map(|next| one.then(next)));
            all = product.collect();
            if all.len() > MOST {
                return None;
            }
        }
        Some(all)
    }

    /// As many characters as stand for themselves; none that something about its number follows.
    fn plain(&mut self) -> &'p str {
        let end = self.rest.find(|c| !is_plain(&c)).unwrap_or(self.rest.len());
        let counted = self.rest[end..].starts_with(['*', '+', '?', '{']);
        let (plain, rest) = self.rest.split_at(end - usize::from(counted && end > 0));
        self.rest = rest;
        plain
    }

    /// A gap, a character or a group; of the latter two also none, where `?` follows.
    fn item(&mut self) -> Option<Vec<Alternative>> {
        let mut one = Alternative::default();
        if self.take(".*") {
            one.push_gap(0);
            return Some(vec![one]);
        }
        if self.take(".+") {
            one.push_gap(1);
            return Some(vec![one]);
        }
        let mut all = if self.take("(") {
            let inside = self.alternatives()?;
            self.take(")").then_some(inside)?
        } else {
            if self.take("[.]") || self.take("\\.") {
                one.push_text(".");
            } else {
                let end = self.rest.chars().next().filter(is_plain)?.len_utf8();
                one.push_text(&self.rest[..end]);
                self.rest = &self.rest[end..];
            }
            vec![one]
        };
        if self.take("?") {
            all.push(Alternative::default());
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIMPLE: &[&str] = &[
        "",
        "a",
        "a|b|",
        ".*",
        ".+",
        "a.*",
        ".*b",
        "a.+b",
        "a.*b.*a",
        ".*a.+a.*",
        ".+.+a",
        ".*.+b.*a?",
        "(a|b.*)(c|)",
        "(a|b)?c[.]a",
        r"a\.(b|c.+(a|b))",
        "https?://.*",
        "A_(B|C_.+|D)_E|F.+",
    ];

    #[test]
    fn others_are_left_to_an_engine() {
        for pattern in [
            "a*",
            "a+",
            "(ab)*",
            "[ab]",
            r"\d",
            "^a",
            "a$",
            "a{2}",
            "(?i)a",
            ".",
            "a.b",
            ".*?a",
            ".**",
            "(a",
            "a)",
            "ä",
            "a??",
            "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)",
        ] {
            assert_eq!(Wildcards::parse(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn addresses_and_names_match() {
        let matches =
            |pattern: &str, text: &str| Wildcards::parse(pattern).unwrap().match_whole(text);
        assert!(matches("https?://.*", "http://x"));
        assert!(!matches("https?://.*", "ahttp://x"));
        assert!(matches("A_(B|C_.+)_E", "A_C_ä_E"));
        assert!(!matches("A_(B|C_.+)_E", "A_C__E"));
    }

    proptest! {
        #[test]
        fn an_engine_says_the_same(
            pattern in prop::sample::select(SIMPLE),
            text in "[abcABCDEF_.:/htpsä]{0,12}|A_[BCD]_.{0,3}_E|https?://.{0,4}|[ab]{0,9}|[ab\n]{0,9}",
        ) {
            let engine = regex_lite::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            let ours = Wildcards::parse(pattern).unwrap().match_whole(&text);
            prop_assert_eq!(ours, engine.is_match(&text), "{} on {:?}", pattern, text);
        }
    }
}
