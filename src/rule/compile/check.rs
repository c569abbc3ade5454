//! Checks: what must hold where.

use super::PLACEHOLDERS;
use super::fix::{Fix, Remedy};
use super::when::Conditions;
use crate::condition::predicate::Predicates;
use crate::condition::{Compiler, NameFilter, Place, Trust, Where};
use crate::load::{LoadError, Spanned, nearest};
use crate::rule::schema::{self, Absent, ConnectionCheck};
use crate::vocabulary::Severity;

/// A compiled check.
#[derive(Debug, Clone)]
pub struct Check {
    /// Where.
    pub place: CheckPlace,
    /// Only these members.
    pub key: Option<Box<NameFilter>>,
    /// Only nodes that meet these.
    pub only: Option<Box<Predicates>>,
    /// Only nodes around which these hold.
    pub around: Vec<Where>,
    /// Whether the place is counted from the file's root.
    pub whole_file: bool,
    /// What absence means.
    pub absent: Absent,
    /// What must hold.
    pub expect: Predicates,
    /// Further conditions.
    pub when: Option<Box<Conditions>>,
    /// How bad it is.
    pub severity: Severity,
    /// What to say.
    pub message: String,
    remedy: Remedy,
}

impl Check {
    /// How to mend it.
    pub fn fix(&self) -> Option<&Fix> {
        self.remedy.fix(&self.expect.expect)
    }
}

/// Where a check looks.
#[derive(Debug, Clone)]
pub enum CheckPlace {
    /// Nodes of the settings.
    Nodes(Place),
    /// Values of the tool's connections.
    Connection(Box<ConnectionCheck>),
    /// A check written in Rust.
    Builtin(Builtin),
}

/// The checks that are written in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// The tool can't read the file.
    Unreadable,
    /// A member stands twice; only the last one counts.
    DuplicateKey,
    /// Another file of the same group is in force.
    NotInForce,
    /// The first place that points the tool at Z.ai.
    PointsAtZai,
    /// A step of the tool's set-up that is not there.
    SetUp,
    /// Connections of the tool that disagree about who pays.
    BillingDisagrees,
    /// A metered connection with the key that another tool uses for the plan.
    SameKeyDisagrees,
    /// An ignore that hides nothing. This one and those below look at ignores, after everything else.
    IgnoreUnused,
    /// An ignore whose last day is over.
    IgnoreExpired,
    /// An ignore without a reason.
    IgnoreWithoutReason,
    /// An ignore of a rule that there isn't.
    IgnoreUnknownRule,
    /// A comment for us that can't be read.
    IgnoreMalformed,
    /// An entry of the baseline that no finding needs any more.
    BaselineUnused,
}

const BUILTINS: [(&str, Builtin); 13] = [
    ("set-up", Builtin::SetUp),
    ("billing-disagrees", Builtin::BillingDisagrees),
    ("same-key-disagrees", Builtin::SameKeyDisagrees),
    ("unreadable", Builtin::Unreadable),
    ("duplicate-key", Builtin::DuplicateKey),
    ("not-in-force", Builtin::NotInForce),
    ("points-at-zai", Builtin::PointsAtZai),
    ("ignore-unused", Builtin::IgnoreUnused),
    ("ignore-expired", Builtin::IgnoreExpired),
    ("ignore-without-reason", Builtin::IgnoreWithoutReason),
    ("ignore-unknown-rule", Builtin::IgnoreUnknownRule),
    ("ignore-malformed", Builtin::IgnoreMalformed),
    ("baseline-unused", Builtin::BaselineUnused),
];

impl Compiler<'_> {
    pub(super) fn check(
        &self,
        check: schema::CheckEntry,
        severity: Severity,
    ) -> Result<Check, LoadError> {
        let place = match (check.at, check.each, check.connection, check.builtin) {
            (Some(at), None, None, None) => CheckPlace::Nodes(Place::At(self.at(&at)?)),
            (None, Some(each), None, None) => CheckPlace::Nodes(Place::Each(self.query(each)?)),
            (None, None, Some(one), None) => CheckPlace::Connection(one),
            (None, None, None, Some(name)) => {
                let known = BUILTINS.map(|(name, _)| name);
                let word = self.word(&name, &known, "builtin check")?;
                let found = BUILTINS.iter().find(|(name, _)| *name == word);
                CheckPlace::Builtin(found.map_or(Builtin::Unreadable, |(_, builtin)| *builtin))
            }
            _ => {
                return Err(self.source.error(
                    check.message.span(),
                    "a check needs exactly one of `at`, `each`, `connection` and `builtin`",
                    None,
                ));
            }
        };
        if check.whole_file && check.absent == Absent::Violation {
            let message =
                "`absent` is judged on the merged settings, so it does not go with `whole-file`";
            return Err(self.source.error(check.message.span(), message, None));
        }
        if check.absent == Absent::Violation && !matches!(place, CheckPlace::Nodes(Place::At(_))) {
            let message = "`absent` goes with `at`: a query never selects a node that isn't there";
            return Err(self.source.error(check.message.span(), message, None));
        }
        if check.absent == Absent::Violation
            && let Some(near) = check.around.first()
        {
            let message = "`absent` is judged on the merged settings, so it does not go with `where`; put the condition into `when.node`";
            return Err(self.source.error(near.at.span(), message, None));
        }
        if self.trust == Trust::User {
            self.message(&check.message)?;
        }
        Ok(Check {
            place,
            key: check.key.map(|key| self.key(*key)).transpose()?,
            only: check
                .only
                .map(|only| self.predicates(*only).map(Box::new))
                .transpose()?,
            around: self.around(check.around)?,
            whole_file: check.whole_file,
            absent: check.absent,
            when: self.conditions(check.when)?,
            severity: check.severity.unwrap_or(severity),
            message: check.message.into_inner(),
            remedy: self.remedy(check.fix, &check.expect)?,
            expect: self.predicates(check.expect)?,
        })
    }

    pub(super) fn message(&self, message: &Spanned<String>) -> Result<(), LoadError> {
        let mut rest = message.get_ref().as_str();
        while let Some(start) = rest.find('{') {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let name = &rest[start + 1..start + length];
            if !PLACEHOLDERS.contains(&name) {
                let help =
                    nearest(name, PLACEHOLDERS).map(|near| format!("did you mean `{{{near}}}`?"));
                let known = PLACEHOLDERS.map(|known| format!("{{{known}}}")).join(", ");
                let text = format!("unknown placeholder {{{name}}}, expected one of {known}");
                return Err(self.source.error(message.span(), text, help));
            }
            rest = &rest[start + length + 1..];
        }
        Ok(())
    }
}
