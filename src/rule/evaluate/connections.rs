//! Checks of connections: the same for every tool, since a descriptor says where their values stand.

use serde_json::Value;

use super::{Evaluation, RawFinding};
use crate::condition::ProfileOr;
use crate::condition::predicate::{Judge, Predicates, Verdict, Violation, nearest_model};
use crate::facts::{FactSet, ModelId, Via};
use crate::profile::Profile;
use crate::rule::compile::Check;
use crate::rule::schema::{ConnectionCheck, ConnectionPart};
use crate::tool::{Connection, Origin, Setting, SettingKind};
use crate::vocabulary::{Billing, Region};

/// The tier of models that the configuration only declares.
const OFFERED: &str = "offered";

/// The profiles that connections are judged by.
#[derive(Debug, Clone)]
pub struct ConnectionProfiles {
    /// Whether a profile was asked for: then what is in use is judged by that one.
    pub asked: bool,
    /// The coding plan's.
    pub plan: Profile,
    /// The metered API's.
    pub metered: Profile,
}

/// What a finding about a connection was judged by.
#[derive(Debug, Clone)]
pub struct Within {
    /// The connection's profile.
    pub profile: Profile,
    /// Its region.
    pub region: Region,
    /// The predicates, as they are for this connection.
    pub expect: Predicates,
    /// What stands before the value in its place.
    pub before: String,
    /// Whether the value is one of the tool's own names of an endpoint.
    pub word: bool,
    /// The connection's name; empty when it has none.
    pub name: String,
    /// Whether the value is made of two places, so that it can't be written to one of them.
    pub joined: bool,
    /// What the model is used for.
    pub tier: Option<String>,
    /// Whether the tool takes a `[1m]` suffix off its models.
    pub one_million: bool,
}

impl Within {
    /// The facts as the connection sees them.
    pub fn facts<'f>(&'f self, facts: &FactSet<'f>) -> FactSet<'f> {
        // A gate serves one account: only what the configuration's profile pays with, in its region.
        let served = self.profile.billing == facts.profile.billing && self.region == facts.region;
        FactSet {
            profile: &self.profile,
            region: self.region,
            via: if served { facts.via } else { &Via::AsItIs },
            ..*facts
        }
    }
}

impl<'r> Evaluation<'r, '_> {
    /// Judges the values of all connections to Z.ai.
    pub(super) fn of_connections(
        &self,
        check: &'r Check,
        wanted: &ConnectionCheck,
        hits: &mut Vec<RawFinding<'r>>,
    ) -> Result<(), String> {
        for connection in self.subject.connections {
            if !self.concerns(wanted, connection) {
                continue;
            }
            let settings = match wanted.part {
                ConnectionPart::Address => &connection.address,
                ConnectionPart::Model => &connection.model,
                ConnectionPart::Key => &connection.key,
            };
            for setting in settings {
                self.of_setting(check, wanted, connection, setting, hits)?;
            }
        }
        Ok(())
    }

    fn concerns(&self, wanted: &ConnectionCheck, connection: &Connection) -> bool {
        let facts = self.subject.facts;
        let tool = &self.subject.configuration.tool;
        let is = |wanted: Option<bool>, value: bool| wanted.is_none_or(|wanted| wanted == value);
        let by_address = connection.billing(facts);
        let by_name = connection
            .provider(facts)
            .filter(|_| !connection.name.is_empty())
            .map(|provider| provider.billing);
        let among = |wanted: &Option<Vec<Billing>>, value: Option<Billing>| match wanted {
            Some(wanted) => value.is_some_and(|value| wanted.contains(&value)),
            None => true,
        };
        connection.is_zai(facts)
            && connection.counts(tool)
            && is(wanted.in_use, connection.in_use)
            && is(wanted.has_name, by_name.is_some())
            && is(
                wanted.one_million,
                connection.described(tool).one_million.is_some(),
            )
            && among(&wanted.billing, by_address)
            && among(&wanted.named, by_name)
    }

    fn of_setting(
        &self,
        check: &'r Check,
        wanted: &ConnectionCheck,
        connection: &Connection,
        setting: &Setting,
        hits: &mut Vec<RawFinding<'r>>,
    ) -> Result<(), String> {
        let tool = &self.subject.configuration.tool;
        let Origin::File { layer, pointer } = &setting.origin else {
            return Ok(());
        };
        let tier = setting.tier.as_deref().unwrap_or_default();
        let among = |tiers: &Vec<String>| tiers.iter().any(|one| one == tier);
        if among(&wanted.not_tier) || !wanted.tier.as_ref().is_none_or(among) {
            return Ok(());
        }
        if let Some(kinds) = &wanted.sent
            && !kinds.contains(&setting.sent_key(tool).kind)
        {
            return Ok(());
        }
        let file = &self.subject.workspace.layers[*layer];
        if !self.file_matches(check, file) {
            return Ok(());
        }
        let within = self.within(check, connection, setting);
        let facts = within.facts(self.subject.facts);
        let judge = Judge {
            facts: &facts,
            effective: &Value::Null,
        };
        let concerned = check.only.as_ref();
        if concerned.is_some_and(|only| only.judge(Some(&setting.value), judge) != Verdict::Holds) {
            return Ok(());
        }
        let verdict = match within.word {
            true => word_verdict(&within, setting, &facts),
            false => within.expect.judge(Some(&setting.value), judge),
        };
        match verdict {
            Verdict::Holds => {}
            Verdict::UnknownFact(fact) => return Err(fact),
            Verdict::Violated(violation) => {
                let value = Some(&setting.value);
                let mut hit =
                    self.hit_within(check, *layer, pointer.clone(), value, &violation, &within);
                hit.within = Some(Box::new(within));
                hits.push(hit);
            }
        }
        Ok(())
    }

    /// What a setting of a connection is judged by.
    fn within(&self, check: &Check, connection: &Connection, setting: &Setting) -> Within {
        let subject = self.subject;
        let tool = &subject.configuration.tool;
        let profiles = subject.profiles;
        // What a name of the tool's own pays with is fixed; another name is another rule's matter.
        let named = !connection.name.is_empty() && connection.provider(subject.facts).is_some();
        let asked = profiles.asked && connection.in_use && !named;
        let own = match connection.intended_billing(subject.facts) {
            Some(Billing::CodingPlan) => &profiles.plan,
            Some(Billing::Metered) => &profiles.metered,
            Some(Billing::SelfHosted) | None => subject.facts.profile,
        };
        let profile = if asked { subject.facts.profile } else { own };
        // Where the tool can't be metered, the address is a mistake, not a choice.
        let profile = match tool.refusal(profile.billing) {
            Some(_) if profile.billing == Billing::Metered => &profiles.plan,
            _ => profile,
        };
        let region = match subject.facts.region_named {
            true => subject.facts.region,
            false => connection
                .region(subject.facts)
                .unwrap_or(subject.facts.region),
        };
        let mut expect = check.expect.clone();
        if let Some(endpoint) = &mut expect.expect.endpoint
            && endpoint.connection
        {
            endpoint.protocol = Some(connection.protocol);
            let path = connection.protocol.path();
            endpoint.tail = path
                .strip_suffix(connection.appends.as_str())
                .map(str::to_owned);
        }
        if let Some(model) = &mut expect.expect.model
            && model.offered
        {
            let declared = connection.model.iter();
            let declared = declared.filter(|one| one.tier.as_deref() == Some(OFFERED));
            let ids = declared.filter_map(|one| one.text().map(str::to_owned));
            model.declared_ids = Some((connection.name.clone(), ids.collect()));
        }
        Within {
            profile: profile.clone(),
            region,
            expect,
            before: setting.before.clone(),
            word: setting.kind == SettingKind::Word,
            name: connection.name.clone(),
            joined: setting.joined,
            tier: setting.tier.clone(),
            one_million: connection.one_million,
        }
    }
}

/// The model to write instead of one that does not hold: the one that the facts name for its tier in this tool, else the
/// nearest. Where the tool takes `[1m]` off, an id that the facts name with it gets it.
pub fn better_model(within: &Within, value: &Value, facts: &FactSet<'_>) -> Option<String> {
    let wanted = within.expect.expect.model.as_ref()?;
    let of_tier = |tier: &str| {
        let known = facts.lookup(&format!("{}.{tier}", facts.tool.id()))?;
        known.as_str().map(str::to_owned)
    };
    let with_suffix = |id: String| {
        let named = TIERS.iter().filter_map(|tier| of_tier(tier));
        let long = format!("{id}[1m]");
        match named.into_iter().any(|known| known == long) {
            true => long,
            false => id,
        }
    };
    let tier = within.tier.as_deref();
    let better = match tier.and_then(of_tier) {
        Some(named) => named,
        None if tier == Some("main") => with_suffix(nearest_model(wanted, value, facts)?),
        None => nearest_model(wanted, value, facts)?,
    };
    Some(match within.one_million {
        true => better,
        false => ModelId::parse(&better).bare.to_owned(),
    })
}

/// The tiers whose models the facts name for single tools.
const TIERS: [&str; 3] = ["opus", "sonnet", "haiku"];

/// Judges one of the tool's own names of an endpoint: only who pays, and whose service it is.
fn word_verdict(within: &Within, setting: &Setting, facts: &FactSet<'_>) -> Verdict {
    let Some(wanted) = &within.expect.expect.endpoint else {
        return Verdict::Holds;
    };
    let known = facts.tool.providers().iter();
    let mut known = known.filter(|provider| setting.text() == Some(&provider.id));
    let Some(provider) = known.next() else {
        return Verdict::Holds;
    };
    let billing = wanted.billing.map(|wanted| match wanted {
        ProfileOr::Profile => facts.profile.billing,
        ProfileOr::Fixed(billing) => billing,
    });
    let region = wanted
        .region
        .filter(|_| facts.region_named)
        .map(|_| facts.region);
    let fits = billing.is_none_or(|wanted| wanted == provider.billing)
        && region.is_none_or(|wanted| provider.region.is_none_or(|known| known == wanted));
    if fits {
        return Verdict::Holds;
    }
    Verdict::Violated(Violation {
        limit: nearest_word(within, facts).map(Value::from),
        kind: Some(format!("the name of {}", described(provider.billing))),
    })
}

/// The tool's own name of the endpoint that a connection should use.
pub fn nearest_word(within: &Within, facts: &FactSet<'_>) -> Option<String> {
    let billing = match within.expect.expect.endpoint.as_ref()?.billing {
        Some(ProfileOr::Fixed(billing)) => billing,
        Some(ProfileOr::Profile) | None => facts.profile.billing,
    };
    facts
        .tool
        .provider(billing, facts.region)
        .map(str::to_owned)
}

fn described(billing: Billing) -> &'static str {
    match billing {
        Billing::CodingPlan => "the plan's address",
        Billing::Metered => "the metered address",
        Billing::SelfHosted => "a self-hosted server",
    }
}
