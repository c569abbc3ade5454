//! Fixes: what is done about a finding.

use std::cell::OnceCell;

use crate::condition::query::singular;
use crate::condition::{Compiler, Expect, Operand, Trust};
use crate::document::Pointer;
use crate::load::{Deferred, LoadError, Source, Spanned};
use crate::rule::schema;
use crate::vocabulary::Safety;

/// A compiled fix.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What to do.
    pub op: FixOp,
    /// Where, if not at the finding.
    pub at: Option<FixPlace>,
    /// Whether it is applied unasked.
    pub safety: Safety,
    /// What it takes away.
    pub consequence: Option<String>,
}

/// A check's fix, which is compiled when it is first asked for: most checks hold.
#[derive(Debug, Clone)]
pub(super) struct Remedy {
    written: Deferred<Option<Box<schema::FixEntry>>>,
    compiled: OnceCell<Option<Fix>>,
}

impl Remedy {
    /// The fix of a check that expects `expect`; loading has checked it.
    pub(super) fn fix(&self, expect: &Expect) -> Option<&Fix> {
        let compiled = self.compiled.get_or_init(|| {
            let compiler = Compiler {
                source: &Source::new("rule", ""),
                trust: Trust::Embedded,
            };
            compiler.fix(self.written.as_deref()?, expect).ok()
        });
        compiled.as_ref()
    }
}

/// Another place than the finding's.
#[derive(Debug, Clone)]
pub enum FixPlace {
    /// Counted from where the tool's settings begin (`$…`).
    Settings(Pointer),
    /// Counted from the finding (`@…`).
    Finding(Pointer),
}

/// The closed list of fix operations.
#[derive(Debug, Clone)]
pub enum FixOp {
    /// Write a value; missing parents are created.
    Set {
        /// The value.
        value: Operand,
        /// A scalar parent becomes an object with itself under this name.
        wrap: Option<String>,
    },
    /// Bring a number between `min` and `max`.
    Clamp,
    /// Take the node away.
    Remove,
    /// Give the member another name.
    Rename(String),
    /// Put the value elsewhere; `into` keeps the member's name.
    Move {
        /// The new place, or the new parent.
        to: Pointer,
        /// Whether `to` is the parent.
        into: bool,
    },
    /// Add an element to a list.
    Append(Operand),
    /// Write the nearest address that meets the `endpoint` predicate.
    NearestEndpoint,
    /// Write the nearest id that meets the `model` predicate.
    NearestModel,
    /// Write what the step of the tool's set-up says.
    SetUp,
}

const OPERATIONS: [&str; 9] = [
    "builtin:set-up",
    "set",
    "clamp",
    "remove",
    "rename",
    "move",
    "append",
    "builtin:nearest-endpoint",
    "builtin:nearest-model",
];

impl Compiler<'_> {
    fn fix_place(&self, text: &Spanned<String>) -> Result<FixPlace, LoadError> {
        match text.get_ref().strip_prefix('@') {
            Some(rest) => singular(&format!("${rest}"))
                .map(FixPlace::Finding)
                .map_err(|message| self.source.error(text.span(), message, None)),
            None => self.at(text).map(FixPlace::Settings),
        }
    }

    pub(super) fn remedy(
        &self,
        written: Deferred<Option<Box<schema::FixEntry>>>,
        expect: &Expect,
    ) -> Result<Remedy, LoadError> {
        let compiled = OnceCell::new();
        if self.trust == Trust::User {
            let fix = written.as_deref().map(|fix| self.fix(fix, expect));
            let fix = fix.transpose()?;
            compiled.get_or_init(|| fix);
        }
        Ok(Remedy { written, compiled })
    }

    fn fix(&self, fix: &schema::FixEntry, expect: &Expect) -> Result<Fix, LoadError> {
        let needs = |what: &str| {
            Err(self.source.error(
                fix.op.span(),
                format!("the operation `{}` needs {what}", fix.op.get_ref()),
                None,
            ))
        };
        let op = match self.word(&fix.op, &OPERATIONS, "fix operation")? {
            "set" => match &fix.value {
                Some(value) => FixOp::Set {
                    value: value.clone(),
                    wrap: fix.wrap.clone(),
                },
                None => return needs("`value`"),
            },
            "append" => match &fix.value {
                Some(value) => FixOp::Append(value.clone()),
                None => return needs("`value`"),
            },
            "clamp" if expect.min.is_none() && expect.max.is_none() => {
                return needs("`min` or `max` in `expect`");
            }
            "clamp" => FixOp::Clamp,
            "remove" => FixOp::Remove,
            "rename" => match &fix.to {
                Some(to) => FixOp::Rename(to.get_ref().clone()),
                None => return needs("`to`, the new name"),
            },
            "move" => match &fix.to {
                Some(to) => match to.get_ref().strip_suffix(".*") {
                    Some(parent) => FixOp::Move {
                        to: singular(parent)
                            .map_err(|message| self.source.error(to.span(), message, None))?,
                        into: true,
                    },
                    None => FixOp::Move {
                        to: self.at(to)?,
                        into: false,
                    },
                },
                None => return needs("`to`, the new place as a singular query"),
            },
            "builtin:nearest-endpoint" if expect.endpoint.is_none() => {
                return needs("`endpoint` in `expect`");
            }
            "builtin:nearest-endpoint" => FixOp::NearestEndpoint,
            "builtin:set-up" => FixOp::SetUp,
            _ if expect.model.is_none() => return needs("`model` in `expect`"),
            _ => FixOp::NearestModel,
        };
        if fix.safety == Safety::Unsafe && fix.consequence.is_none() {
            return Err(self.source.error(
                fix.op.span(),
                "an unsafe fix needs `consequence`: what it takes away, in one sentence",
                None,
            ));
        }
        Ok(Fix {
            op,
            at: fix.at.as_ref().map(|at| self.fix_place(at)).transpose()?,
            safety: fix.safety,
            consequence: fix.consequence.clone(),
        })
    }
}
