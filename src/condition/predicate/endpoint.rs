//! The predicate `endpoint`: what a URL must be.

use serde_json::Value;

use crate::condition::{EndpointExpect, ProfileOr};
use crate::facts::{Billing, Classified, FactSet, Region, Via};

/// What is wrong with an address, in words; `None` when it holds.
pub(super) fn judge_endpoint(
    wanted: &EndpointExpect,
    value: &Value,
    facts: &FactSet<'_>,
) -> Option<String> {
    let Some(text) = value.as_str() else {
        return Some("not a text".to_owned());
    };
    let repaired = repaired(wanted, text, facts);
    if let Some(right) = &repaired {
        return Some(match text.trim() == text {
            true => format!(
                "an address without {}",
                right.split(text).next().unwrap_or("https://")
            ),
            false => "an address with a blank around it".to_owned(),
        });
    }
    let class = facts.classify(text);
    if let Some(zai) = wanted.zai {
        // One that only lacks its scheme is meant to be one.
        let meant = class.is_zai() || facts.repaired(text).is_some();
        return (meant != zai).then(|| class.describe());
    }
    let mut wrong_way = false;
    let holds = match &class {
        Classified::Foreign | Classified::NotAUrl => wanted.foreign,
        Classified::UnknownPath(_) => false,
        Classified::Known {
            endpoint,
            suffix,
            secure,
            gate,
        } => {
            let billing = fixed(wanted.billing, facts.profile.billing);
            let region = wanted_region(wanted, facts);
            billing.is_none_or(|wanted| wanted == endpoint.0.billing)
                && (gate.is_some() || region.is_none_or(|wanted| wanted == endpoint.0.region))
                && wanted
                    .protocol
                    .is_none_or(|wanted| wanted == endpoint.0.protocol)
                && (wanted.suffix || *suffix == wanted.tail.as_deref().unwrap_or_default())
                && *secure
                && {
                    wrong_way = !facts.goes_as_asked(endpoint.0, gate.as_deref());
                    !wrong_way
                }
        }
    };
    (!holds).then(|| match (wrong_way, facts.gate()) {
        (false, _) => class.describe(),
        (true, Some(_)) => format!("{}, without the gate that was asked for", class.describe()),
        (true, None) => format!("{}, and no gate was asked for", class.describe()),
    })
}

/// An address of Z.ai's that only lacks its scheme, or has a blank around it: what was meant.
fn repaired(wanted: &EndpointExpect, text: &str, facts: &FactSet<'_>) -> Option<String> {
    let repaired = facts.repaired(text).filter(|_| wanted.connection)?;
    (repaired != text).then_some(repaired)
}

/// The region that is asked for; an address keeps its own unless `--region` names another.
fn wanted_region(wanted: &EndpointExpect, facts: &FactSet<'_>) -> Option<Region> {
    match wanted.region {
        Some(ProfileOr::Profile) => facts.region_named.then_some(facts.region),
        Some(ProfileOr::Fixed(region)) => Some(region),
        None => None,
    }
}

fn fixed<T: Copy>(choice: Option<ProfileOr<T>>, profile: T) -> Option<T> {
    choice.map(|choice| match choice {
        ProfileOr::Profile => profile,
        ProfileOr::Fixed(value) => value,
    })
}

/// The address that meets the expectation and differs least from the given one.
pub fn nearest_endpoint(
    wanted: &EndpointExpect,
    value: &Value,
    facts: &FactSet<'_>,
) -> Option<String> {
    let text = value.as_str()?;
    let repaired = repaired(wanted, text, facts);
    let class = facts.classify(repaired.as_deref().unwrap_or(text));
    let billing = fixed(wanted.billing, facts.profile.billing).or(class.billing());
    if billing == Some(Billing::SelfHosted) {
        let protocol = wanted.protocol?;
        return facts
            .lookup(&format!("endpoint.{protocol}"))?
            .as_str()
            .map(str::to_owned);
    }
    let protocol = wanted.protocol.or(match &class {
        Classified::Known { endpoint, .. } => Some(endpoint.0.protocol),
        _ => None,
    })?;
    let region = wanted_region(wanted, facts)
        .or(class.region())
        .unwrap_or(facts.region);
    let billing = billing.unwrap_or(facts.profile.billing);
    let endpoint = facts.pack.endpoint(protocol, billing, region);
    // Some protocols are spoken by the plan's addresses only.
    let or_profile = || facts.pack.endpoint(protocol, facts.profile.billing, region);
    let endpoint = endpoint.or_else(or_profile)?;
    let gate = match facts.via {
        Via::AsItIs => class.gate(),
        Via::Direct => None,
        Via::Gate(_) if facts.gate_serves(endpoint) => facts.gate(),
        Via::Gate(_) => class.gate(),
    };
    let mut address = facts.address(endpoint, gate);
    address.push_str(wanted.tail.as_deref().unwrap_or_default());
    // Only the way changes, so what stands behind the base URL stays.
    if let Classified::Known {
        endpoint: present,
        suffix,
        ..
    } = &class
        && wanted.suffix
        && (present.0.protocol, present.0.billing) == (endpoint.protocol, endpoint.billing)
    {
        address.push_str(suffix);
    }
    Some(address)
}
