//! From a `[[connection]]` as it is written to what can be looked up.

use super::schema::{ConnectionEntry, InUse, ProtocolPlace, ProtocolWord, Selection, SettingPlace};
use crate::condition::predicate::Predicates;
use crate::condition::query::Query;
use crate::condition::{Compiler, RelativePlace, Trust, Where};
use crate::load::{LoadError, Source, Spanned};

/// A connection's entry, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct CompiledConnection {
    pub(super) each: Option<Query>,
    pub(super) around: Vec<Where>,
    pub(super) name: Option<RelativePlace>,
    pub(super) address: Vec<CompiledPlace>,
    pub(super) protocol: Option<RelativePlace>,
    pub(super) key: Vec<CompiledPlace>,
    pub(super) model: Vec<CompiledPlace>,
    pub(super) in_use: Option<CompiledUse>,
    pub(super) one_million: Option<CompiledUse>,
}

/// Where one value stands, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct CompiledPlace {
    pub(super) written: SettingPlace,
    pub(super) at: Option<RelativePlace>,
    pub(super) each: Option<Nodes>,
    pub(super) only: Option<Predicates>,
    pub(super) around: Vec<Where>,
    pub(super) then: Option<RelativePlace>,
    pub(super) same: Option<RelativePlace>,
}

/// A query from the settings, or from the connection's node.
#[derive(Debug, Clone)]
pub(super) enum Nodes {
    Settings(Query),
    Node(Query),
}

/// When a connection is in use, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct CompiledUse {
    pub(super) all: Vec<CompiledSelection>,
    pub(super) any: Vec<CompiledSelection>,
    pub(super) model_of: Vec<String>,
}

/// A condition on what a tool is set to use, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct CompiledSelection {
    pub(super) at: RelativePlace,
    pub(super) file: Option<String>,
    pub(super) same: Option<RelativePlace>,
    pub(super) is_name: bool,
    pub(super) expect: Predicates,
}

impl CompiledConnection {
    pub(super) fn new(
        entry: &ConnectionEntry,
        source: &Source<'_>,
        trust: Trust,
    ) -> Result<Self, LoadError> {
        let compiler = Compiler { source, trust };
        let each = entry.each.clone().map(|each| compiler.query(each));
        let places = |written: &[SettingPlace]| {
            let places = written.iter().map(|place| compiler.setting_place(place));
            places.collect::<Result<Vec<_>, _>>()
        };
        let name = entry.name.as_ref().map(|name| compiler.relative(name));
        let ProtocolPlace { at, when, .. } = &entry.protocol;
        if let (None, Some(ProtocolWord { is, .. })) = (at, when.first()) {
            let message = "`when` needs `at`, the place of the protocol's setting";
            return Err(source.error_at_text(is, message));
        }
        Ok(Self {
            each: each.transpose()?,
            around: compiler.around(entry.around.clone())?,
            name: name.transpose()?,
            address: places(&entry.address)?,
            protocol: at.as_ref().map(|at| compiler.relative(at)).transpose()?,
            key: places(&entry.key)?,
            model: places(&entry.model)?,
            in_use: match &entry.in_use {
                Some(in_use) => Some(compiler.in_use(in_use)?),
                None => None,
            },
            one_million: match &entry.one_million {
                Some(when) => Some(compiler.in_use(when)?),
                None => None,
            },
        })
    }
}

impl Compiler<'_> {
    fn relative(&self, text: &Spanned<String>) -> Result<RelativePlace, LoadError> {
        RelativePlace::new(text.get_ref())
            .map_err(|message| self.source.error(text.span(), message, None))
    }

    fn in_use(&self, written: &InUse) -> Result<CompiledUse, LoadError> {
        Ok(CompiledUse {
            all: self.selections(&written.all)?,
            any: self.selections(&written.any)?,
            model_of: written.model_of.clone(),
        })
    }

    fn setting_place(&self, written: &SettingPlace) -> Result<CompiledPlace, LoadError> {
        let relative = |text: &Spanned<String>| self.relative(text);
        let each = written.each.as_ref().map(|each| {
            let from_node = each.get_ref().strip_prefix('@');
            match from_node {
                Some(rest) => {
                    let query = format!("${rest}");
                    if self.trust == Trust::User {
                        Query::check(&query)
                            .map_err(|message| self.source.error(each.span(), message, None))?;
                    }
                    Ok(Nodes::Node(Query::new(query)))
                }
                None => self.query(each.clone()).map(Nodes::Settings),
            }
        });
        let expect = written.only.as_deref().cloned();
        let ways = [
            written.at.is_some(),
            written.each.is_some(),
            written.variable.is_some(),
            written.default.is_some(),
        ];
        let alone = written.by_name && !ways.contains(&true);
        if !alone && ways.into_iter().filter(|way| *way).count() != 1 {
            let message =
                "a place needs exactly one of `at`, `each`, `variable`, `by-name` and `default`";
            let span = [&written.at, &written.each].into_iter().flatten().next();
            return Err(match span {
                Some(text) => self.source.error(text.span(), message, None),
                None => self.source.error_at_text("[[connection]]", message),
            });
        }
        Ok(CompiledPlace {
            at: written.at.as_ref().map(relative).transpose()?,
            each: each.transpose()?,
            only: expect.map(|expect| self.predicates(expect)).transpose()?,
            around: self.around(written.around.clone())?,
            then: written.then.as_ref().map(relative).transpose()?,
            same: written.same.as_ref().map(relative).transpose()?,
            written: written.clone(),
        })
    }

    pub(super) fn selections(
        &self,
        written: &[Selection],
    ) -> Result<Vec<CompiledSelection>, LoadError> {
        let compile = |selection: &Selection| {
            let same = selection.same.as_ref().map(|same| self.relative(same));
            Ok(CompiledSelection {
                at: self.relative(&selection.at)?,
                file: selection.file.clone(),
                same: same.transpose()?,
                is_name: selection.is_name,
                expect: self.predicates(selection.expect.clone())?,
            })
        };
        written.iter().map(compile).collect()
    }
}
