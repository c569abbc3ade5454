//! How many requests a tool may have in flight, by its settings and its own defaults.

use super::Origin;
use super::compile::CompiledSelection;
use super::resolve::Scene;
use super::schema::{Cap, Selection};
use crate::condition::query::singular;
use crate::condition::{Compiler, Trust};
use crate::document::Pointer;
use crate::facts::FactSet;
use crate::load::Source;
use crate::tool::{Configuration, Workspace};

/// The most requests that a tool has in flight at once.
#[derive(Debug, Clone)]
pub struct RequestsAtOnce {
    /// The number; at least this many where something has no bound.
    pub value: u32,
    /// Whether some part of it has no bound.
    pub unbounded: bool,
    /// What it is made of, beside the conversation itself.
    pub from: Vec<CappedBy>,
}

/// One part of the number of requests at once.
#[derive(Debug, Clone)]
pub struct CappedBy {
    /// What is counted, in the plural.
    pub counts: String,
    /// How many of them at once.
    pub value: u32,
    /// Whether nothing bounds them.
    pub unbounded: bool,
    /// The place of the setting that bounds them, if one can, as a query.
    pub setting: Option<String>,
    /// Where the setting stands.
    pub origin: Origin,
}

/// How many requests a tool has in flight at most; `None` for one whose descriptor says nothing of it.
pub fn requests_at_once(
    workspace: &Workspace,
    configuration: &Configuration,
    facts: &FactSet<'_>,
) -> Option<RequestsAtOnce> {
    let tool = &configuration.tool;
    if tool.cap.is_empty() {
        return None;
    }
    let mut sum = RequestsAtOnce {
        value: 1,
        unbounded: false,
        from: Vec::new(),
    };
    for cap in tool.cap.iter() {
        let one = capped_by(cap, workspace, configuration, facts);
        sum.value = sum.value.saturating_add(one.value);
        sum.unbounded |= one.unbounded;
        sum.from.push(one);
    }
    Some(sum)
}

fn capped_by(
    cap: &Cap,
    workspace: &Workspace,
    configuration: &Configuration,
    facts: &FactSet<'_>,
) -> CappedBy {
    let role = cap.file.as_deref();
    let role = role.unwrap_or(configuration.tool.main_role());
    let value = workspace.effective(configuration, role);
    let scene = Scene {
        workspace,
        configuration,
        facts,
        role,
        value: &value,
    };
    let some = |selections: &[Selection]| {
        let compiled = compile(selections);
        compiled
            .iter()
            .any(|one| scene.holds(one, &Pointer::root(), ""))
    };
    let mut capped = CappedBy {
        counts: cap.counts.clone(),
        value: cap.unset,
        unbounded: false,
        setting: cap.at.as_ref().map(|at| at.get_ref().clone()),
        origin: Origin::Default,
    };
    let place = cap.at.as_ref().and_then(|at| singular(at.get_ref()).ok());
    if let Some(place) = place {
        let mut layers = workspace.layers_of(configuration, role).rev();
        let set = layers.find_map(|(layer, one)| Some((layer, one, place.get(one.value()?)?)));
        if let Some((layer, one, set)) = set {
            capped.origin = Origin::File {
                layer,
                pointer: one.root.join(&place),
            };
            let number = match set.as_str() {
                Some(text) => text.trim().parse().ok(),
                None => set.as_u64(),
            };
            if cap.unbounded.contains(set) {
                capped.unbounded = true;
                capped.value = cap.without_bound.unwrap_or(cap.unset);
            } else if let Some(number) = number {
                capped.value = u32::try_from(number).unwrap_or(u32::MAX);
            }
        }
    }
    if some(&cap.off) || !(cap.on.is_empty() || some(&cap.on)) {
        capped.value = 0;
        capped.unbounded = false;
    }
    capped
}

fn compile(selections: &[Selection]) -> Vec<CompiledSelection> {
    let source = &Source::new("descriptor", "");
    let trust = Trust::Embedded;
    let compiled = Compiler { source, trust }.selections(selections);
    // Loading has checked them.
    compiled.unwrap_or_default()
}

impl Cap {
    /// Checks every place and expression.
    ///
    /// # Errors
    /// With file, line and column.
    pub fn check(&self, source: &Source<'_>) -> Result<(), crate::load::LoadError> {
        if let Some(at) = &self.at {
            singular(at.get_ref()).map_err(|message| source.error(at.span(), message, None))?;
        }
        let trust = Trust::User;
        let compiler = Compiler { source, trust };
        compiler.selections(&self.off)?;
        compiler.selections(&self.on).map(drop)
    }
}
