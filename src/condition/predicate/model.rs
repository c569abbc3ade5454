//! The predicate `model`: what a model id must be.

use serde_json::Value;

use super::Judge;
use crate::condition::{ModelExpect, ModelOn};
use crate::document::Pointer;
use crate::facts::Provider;
use crate::facts::{Billing, FactSet, ModelClass, Spelling};

/// Splits `provider/model` when the provider is one of the tool's names of Z.ai.
fn split_provider<'t, 'f>(
    text: &'t str,
    facts: &FactSet<'f>,
) -> Option<(&'t str, &'t str, &'f Provider)> {
    let (provider, model) = text.split_once('/')?;
    let known = facts
        .tool
        .providers()
        .iter()
        .find(|known| known.id == provider)?;
    Some((provider, model, known))
}

/// The provider for the profile's billing; a model keeps its region unless `--region` names another.
fn right_provider<'f>(known: &Provider, facts: &FactSet<'f>) -> Option<&'f str> {
    let kept = known.region.filter(|_| !facts.region_named);
    facts
        .tool
        .provider(facts.profile.billing, kept.unwrap_or(facts.region))
}

/// What is wrong with a model id, in words; `None` when it holds.
pub(super) fn judge_model(
    wanted: &ModelExpect,
    declared: Option<&Pointer>,
    value: &Value,
    judge: Judge<'_>,
) -> Option<String> {
    let facts = judge.facts;
    let Some(text) = value.as_str() else {
        return Some("not a text".to_owned());
    };
    let foreign = |holds: bool| (!holds).then(|| "not a Z.ai model".to_owned());
    let (model, provider) = if wanted.with_provider {
        match split_provider(text, facts) {
            Some((provider, model, known)) => (model, Some((provider, known))),
            None => return foreign(wanted.zai.map_or(wanted.foreign, |zai| !zai)),
        }
    } else {
        (text, None)
    };
    let billing = match wanted.on {
        Some(ModelOn::Plan) => Billing::CodingPlan,
        Some(ModelOn::Metered) => Billing::Metered,
        Some(ModelOn::Profile) | None => match provider {
            Some((_, known)) if !wanted.provider => known.billing,
            _ => facts.profile.billing,
        },
    };
    let class = match facts.self_hosted {
        // A server of the user's own may serve a GLM model under its usual name.
        Some(server) if server.model == model => ModelClass::Foreign,
        _ => facts.pack.classify_model(model, billing),
    };
    if let Some(zai) = wanted.zai {
        let is_zai = provider.is_some() || class != ModelClass::Foreign;
        return (is_zai != zai).then(|| class.describe());
    }
    if let Some((provider, known)) = provider {
        if wanted.provider {
            let right = right_provider(known, facts);
            if right.is_some_and(|right| right != provider) {
                return Some(format!("a model of the provider {provider}"));
            }
        }
        if let Some(declared) = declared {
            let own = declared
                .key(provider)
                .key("models")
                .key(model)
                .get(judge.effective)
                .is_some();
            if let Some(catalogue) = facts.catalogue(provider)
                && !own
                && !catalogue.models.iter().any(|known| known == model)
            {
                return Some(format!(
                    "a model that {provider} doesn't offer in {}",
                    facts.tool.name()
                ));
            }
            if own {
                return None;
            }
        }
    }
    // Of a provider that the tool itself knows, its list decides what is sent, and the user may add to it.
    if let Some((name, own)) = &wanted.declared_ids
        && let Some(catalogue) = facts.catalogue(name)
    {
        if own.iter().any(|known| known == model) {
            return None;
        }
        if !catalogue.models.iter().any(|known| known == model) {
            return Some(format!(
                "a model that {name} doesn't offer in {}",
                facts.tool.name()
            ));
        }
    }
    if wanted.spelling
        && let Spelling::Near(near) = facts.pack.spelling(model)
    {
        return Some(format!("no model of Z.ai's; the nearest is {near}"));
    }
    if wanted.context_min.is_some_and(|least| {
        facts
            .pack
            .model(model)
            .and_then(|known| known.context)
            .is_some_and(|context| context < least)
    }) {
        return Some("a model with a smaller context window".to_owned());
    }
    if !wanted.one_million && model.to_ascii_lowercase().ends_with("[1m]") {
        return Some("an id with a `[1m]` suffix, which only Claude Code understands".to_owned());
    }
    let holds = wanted.on.is_none()
        || match &class {
            ModelClass::Served => true,
            ModelClass::Routed(_) => wanted.routed,
            ModelClass::Foreign => wanted.foreign,
            ModelClass::Unknown => wanted.unknown,
            ModelClass::MeteredOnly(_) | ModelClass::Retired(_) => false,
        };
    (!holds).then(|| class.describe())
}

/// The model id that meets the expectation and differs least from the given one.
pub fn nearest_model(wanted: &ModelExpect, value: &Value, facts: &FactSet<'_>) -> Option<String> {
    let text = value.as_str()?;
    let (provider, model) = match wanted.with_provider.then(|| split_provider(text, facts)) {
        Some(Some((provider, model, known))) => (Some((provider, known)), model),
        Some(None) => return None,
        None => (None, text),
    };
    let billing = match wanted.on {
        Some(ModelOn::Plan) => Billing::CodingPlan,
        Some(ModelOn::Metered) => Billing::Metered,
        _ => facts.profile.billing,
    };
    let provider = match provider {
        Some((_, known)) if wanted.provider => right_provider(known, facts),
        other => other.map(|(provider, _)| provider),
    };
    let offered = |id: &str| {
        if let Some((name, own)) = &wanted.declared_ids {
            let catalogue = facts.catalogue(name);
            return catalogue.is_none_or(|catalogue| {
                own.iter()
                    .chain(catalogue.models.iter())
                    .any(|known| known == id)
            });
        }
        let catalogue = provider.and_then(|provider| facts.catalogue(provider));
        catalogue.is_none_or(|catalogue| catalogue.models.iter().any(|known| known == id))
    };
    if wanted.spelling
        && let Spelling::Near(near) = facts.pack.spelling(model)
    {
        return Some(near);
    }
    let parsed = crate::facts::ModelId::parse(model);
    let class = facts.pack.classify_model(parsed.bare, billing);
    let stays =
        class == ModelClass::Served || (wanted.routed && matches!(class, ModelClass::Routed(_)));
    let bare = if stays && offered(parsed.bare) {
        parsed.bare.to_owned()
    } else {
        let statement = facts.pack.model(parsed.bare)?;
        let replacement = class.replacement().or(statement.replacement.as_deref());
        replacement
            .filter(|id| offered(id))
            .map(str::to_owned)
            .or_else(|| {
                let main = facts.lookup("tier.main")?.as_str()?.to_owned();
                offered(&main).then_some(main)
            })?
    };
    let suffix = if parsed.one_million && wanted.one_million {
        "[1m]"
    } else {
        ""
    };
    let model = format!("{bare}{suffix}");
    Some(match provider {
        Some(provider) => format!("{provider}/{model}"),
        None => model,
    })
}
