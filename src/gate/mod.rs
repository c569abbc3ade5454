//! The gate: one queue that all tools of an account share.
//!
//! The limit on requests in flight belongs to the account, so no setting of one tool can keep it. The queue is HAProxy,
//! a program that users and administrators know; this module writes its configuration ([`haproxy`]) and a service
//! that runs it ([`systemd`]), and looks whether both are in order ([`check`]). Nothing here sends a request.

pub mod check;
pub mod haproxy;
pub mod systemd;

use std::net::IpAddr;

use crate::facts::{Billing, Endpoint, FactValue, Pack, Region};
use crate::profile::Profile;

/// The port that a gate listens on unless another is named.
pub const DEFAULT_PORT: u16 = 8790;

/// The oldest HAProxy that knows everything the configuration uses.
pub const OLDEST_HAPROXY: (u32, u32) = (2, 6);

/// Why no configuration is written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GateError {
    /// The profile doesn't use Z.ai.
    #[error("the profile {0} doesn't use Z.ai, so there is nothing to queue for")]
    NotZai(String),
    /// The facts have no cap for the profile.
    #[error("the facts {pack} name no limit for the profile {profile}; say --concurrency N")]
    NoLimit {
        /// The facts pack.
        pack: String,
        /// The profile.
        profile: String,
    },
    /// A gate for several people in front of a coding plan.
    #[error(
        "no gate for several people stands before the coding plan. {0} --team goes with --profile metered"
    )]
    TeamOnPlan(String),
    /// A listener beyond this machine in front of a coding plan.
    #[error(
        "{address} can be reached from other machines. {policy} A gate for the coding plan listens on this machine only"
    )]
    PlanBeyondLoopback {
        /// Where it would listen.
        address: IpAddr,
        /// The policy's wording.
        policy: String,
    },
    /// A listener beyond this machine without `--team`.
    #[error("{0} can be reached from other machines; that is for --team")]
    BeyondLoopback(IpAddr),
    /// A listener beyond this machine without TLS.
    #[error(
        "{0} can be reached from other machines, so keys would cross the network in the clear; name a certificate with --tls-cert FILE"
    )]
    NoTls(IpAddr),
    /// A listener on every address without a name.
    #[error(
        "the gate answers only to names that it knows; say --name NAME, as people will write it in their base URL"
    )]
    NoName,
    /// A name or path that can't be written into a configuration.
    #[error("`{0}` can't be written into a configuration: letters, digits and ._:/@+- only")]
    BadWord(String),
    /// The pack knows no endpoint for the wish.
    #[error("the facts {0} know no endpoint that a gate could stand before")]
    NoEndpoint(String),
    /// A statement that the configuration needs is missing.
    #[error("the facts {pack} don't say `{key}`, which the configuration needs")]
    NoFact {
        /// The facts pack.
        pack: String,
        /// The statement.
        key: String,
    },
}

/// What a gate is asked to be.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Requests in flight at once; what the facts say without it.
    pub concurrency: Option<u32>,
    /// Whether each model has its own count.
    pub per_model: bool,
    /// Where it listens.
    pub listen: IpAddr,
    /// The port there.
    pub port: u16,
    /// Whose service stands behind it.
    pub region: Region,
    /// Whether the metered API is let through too.
    pub metered: bool,
    /// Whether it is for several people.
    pub team: bool,
    /// Names that it is reached by, beside its address.
    pub names: Vec<String>,
    /// Certificate and key for the listener, one PEM file.
    pub tls_cert: Option<String>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            concurrency: None,
            per_model: false,
            listen: IpAddr::from([127, 0, 0, 1]),
            port: DEFAULT_PORT,
            region: Region::Intl,
            metered: false,
            team: false,
            names: Vec::new(),
            tls_cert: None,
        }
    }
}

/// A gate that may be written down: the wish, checked against profile, facts and policy.
#[derive(Debug, Clone)]
pub struct Gate<'f> {
    pack: &'f Pack,
    profile: &'f Profile,
    wish: Wish,
    concurrency: u64,
    endpoints: Vec<&'f Endpoint>,
}

impl<'f> Gate<'f> {
    /// Checks a wish.
    ///
    /// # Errors
    /// When profile, facts or the usage policy speak against it.
    pub fn new(pack: &'f Pack, profile: &'f Profile, wish: Wish) -> Result<Self, GateError> {
        if profile.billing == Billing::SelfHosted {
            return Err(GateError::NotZai(profile.id.clone()));
        }
        let plan = profile.billing == Billing::CodingPlan;
        let beyond = !wish.listen.is_loopback();
        if plan && wish.team {
            return Err(GateError::TeamOnPlan(one_person(pack)));
        }
        if plan && beyond {
            return Err(GateError::PlanBeyondLoopback {
                address: wish.listen,
                policy: one_person(pack),
            });
        }
        if beyond && !wish.team {
            return Err(GateError::BeyondLoopback(wish.listen));
        }
        if beyond && wish.tls_cert.is_none() {
            return Err(GateError::NoTls(wish.listen));
        }
        if wish.listen.is_unspecified() && wish.names.is_empty() {
            return Err(GateError::NoName);
        }
        for word in wish.names.iter().chain(&wish.tls_cert) {
            let plain = |c: char| c.is_alphanumeric() || "._:/@+-".contains(c);
            if word.is_empty() || !word.chars().all(plain) {
                return Err(GateError::BadWord(word.clone()));
            }
        }
        let endpoints: Vec<_> = pack
            .endpoint
            .iter()
            .filter(|one| one.gate && one.region == wish.region)
            .filter(|one| {
                one.billing == profile.billing || (wish.metered && one.billing == Billing::Metered)
            })
            .collect();
        if endpoints.is_empty() {
            return Err(GateError::NoEndpoint(pack.id.clone()));
        }
        let of_plan = || number(pack, "plan.concurrency", profile.plan.as_deref());
        let concurrency = wish
            .concurrency
            .map(u64::from)
            .or_else(of_plan)
            .ok_or_else(|| GateError::NoLimit {
                pack: pack.id.clone(),
                profile: profile.id.clone(),
            })?;
        Ok(Self {
            pack,
            profile,
            wish,
            concurrency,
            endpoints,
        })
    }

    /// A number that the facts must have.
    fn fact(&self, key: &str) -> Result<u64, GateError> {
        number(self.pack, key, self.profile.plan.as_deref()).ok_or_else(|| GateError::NoFact {
            pack: self.pack.id.clone(),
            key: key.to_owned(),
        })
    }
}

/// The value of a fact for a plan.
fn value(pack: &Pack, key: &str, plan: Option<&str>) -> Option<serde_json::Value> {
    let fact = pack.fact.iter().find(|fact| fact.key == key)?;
    match fact.value()? {
        FactValue::One(value) => Some(value),
        FactValue::ByPlan(values) => values.get(plan?).cloned(),
    }
}

fn number(pack: &Pack, key: &str, plan: Option<&str>) -> Option<u64> {
    value(pack, key, plan)?.as_u64()
}

/// A fact that is a text.
pub fn text(pack: &Pack, key: &str) -> Option<String> {
    Some(value(pack, key, None)?.as_str()?.to_owned())
}

/// What the policy says of sharing a plan, with the day it was read.
pub fn one_person(pack: &Pack) -> String {
    let policy = pack.policy.iter().find(|policy| policy.id == "one-person");
    policy.map_or_else(
        || "The coding plan is for one person.".to_owned(),
        |policy| {
            let origin = &policy.origin;
            format!(
                "Z.ai's usage policy: {} ({}, read {})",
                policy.text, origin.source, origin.verified
            )
        },
    )
}

/// A gate's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port: `http://127.0.0.1:8790`.
    pub url: String,
    /// Whether it is on this machine.
    pub loopback: bool,
}

/// Why a text is not the address of a gate.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// It is no URL of a server.
    #[error("the gate's address was expected, such as http://127.0.0.1:{DEFAULT_PORT}")]
    NotAnAddress,
    /// It has a path.
    #[error(
        "the gate's address was expected, such as http://127.0.0.1:{DEFAULT_PORT}, without a path: each tool gets Z.ai's own"
    )]
    HasPath,
}

/// Reads the address of a gate.
///
/// # Errors
/// When it is not the bare address of a server.
pub fn address(url: &str) -> Result<Address, AddressError> {
    let trimmed = url.trim_end_matches('/');
    let (scheme, authority) = trimmed
        .split_once("://")
        .ok_or(AddressError::NotAnAddress)?;
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return Err(AddressError::NotAnAddress);
    }
    if authority.contains('/') {
        return Err(AddressError::HasPath);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if authority.is_empty() || !authority.chars().all(plain) {
        return Err(AddressError::NotAnAddress);
    }
    let host = match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    Ok(Address {
        url: format!("{scheme}://{}", authority.to_ascii_lowercase()),
        loopback: crate::facts::is_loopback(host),
    })
}
