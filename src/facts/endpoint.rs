//! Addresses: which of Z.ai's endpoints a URL is.

use std::cell::OnceCell;
use std::net::IpAddr;

use serde::Deserialize;

use super::{Billing, FactOrigin, Pack, Protocol, Region};
use crate::load::Deferred;

/// One of Z.ai's addresses, as a client's base URL.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// The base URL, without a trailing slash.
    pub url: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// What pays.
    pub billing: Billing,
    /// Whose service it is.
    pub region: Region,
    /// Whether the path is Z.ai's own, so that the same path on this machine means a gate in front of the endpoint.
    #[serde(default)]
    pub gate: bool,
    /// Where the statement comes from.
    pub origin: Deferred<FactOrigin>,
    /// Host and path of the URL: every address that is judged is compared with them.
    #[serde(skip)]
    parts: OnceCell<(String, String)>,
}

/// What a URL turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Classified<'f> {
    /// One of the known endpoints, perhaps with a path after it that a client would append itself.
    Known {
        /// The endpoint.
        endpoint: EndpointRef<'f>,
        /// What stands after it, such as `/chat/completions`; empty when the URL is a proper base URL.
        suffix: String,
        /// Whether the URL begins with `https://`, or stays on this machine.
        secure: bool,
        /// The gate in front of it, such as `http://127.0.0.1:8790`; its region can't be seen then.
        gate: Option<String>,
    },
    /// A host of Z.ai's with a path that is no known endpoint.
    UnknownPath(Region),
    /// Somebody else's address.
    Foreign,
    /// Not a URL at all, or one that a tool fills in later (`{env:…}`).
    NotAUrl,
}

/// A comparable reference to an [`Endpoint`].
#[derive(Debug, Clone, Copy)]
pub struct EndpointRef<'f>(pub &'f Endpoint);

impl PartialEq for EndpointRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.url == other.0.url
    }
}

impl Classified<'_> {
    /// The region, when the address is one of Z.ai's.
    pub fn region(&self) -> Option<Region> {
        match self {
            Self::Known { gate: Some(_), .. } => None,
            Self::Known { endpoint, .. } => Some(endpoint.0.region),
            Self::UnknownPath(region) => Some(*region),
            Self::Foreign | Self::NotAUrl => None,
        }
    }

    /// Whether the address is one of Z.ai's, directly or through a gate.
    pub fn is_zai(&self) -> bool {
        matches!(self, Self::Known { .. } | Self::UnknownPath(_))
    }

    /// The gate that the address leads through.
    pub fn gate(&self) -> Option<&str> {
        match self {
            Self::Known { gate, .. } => gate.as_deref(),
            _ => None,
        }
    }

    /// What pays, when the address tells.
    pub fn billing(&self) -> Option<Billing> {
        match self {
            Self::Known { endpoint, .. } => Some(endpoint.0.billing),
            _ => None,
        }
    }

    /// A few words for a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Known {
                endpoint,
                suffix,
                secure,
                gate,
            } => {
                let Endpoint {
                    protocol,
                    billing,
                    region,
                    ..
                } = endpoint.0;
                let protocol = match protocol {
                    Protocol::Anthropic => "Anthropic",
                    Protocol::OpenaiChat => "OpenAI chat",
                    Protocol::OpenaiResponses => "OpenAI Responses",
                };
                let billing = match billing {
                    Billing::CodingPlan => "coding-plan",
                    Billing::Metered => "metered",
                    Billing::SelfHosted => "self-hosted",
                };
                let region = match (gate, region) {
                    (Some(_), _) => "through a gate on this machine",
                    (None, Region::Intl) => "international",
                    (None, Region::Cn) => "China",
                };
                let mut text = format!("the {billing} {protocol} endpoint ({region})");
                if !suffix.is_empty() {
                    text.push_str(&format!(
                        " with `{suffix}` after it, which the tool appends itself"
                    ));
                }
                if !secure {
                    text.push_str(" without TLS");
                }
                text
            }
            Self::UnknownPath(_) => "a Z.ai address that is no known endpoint".to_owned(),
            Self::Foreign => "not a Z.ai address".to_owned(),
            Self::NotAUrl => "not a URL".to_owned(),
        }
    }
}

/// The parts of a URL that base URLs are compared by.
struct Parts<'u> {
    scheme: &'u str,
    /// Host and port, as written.
    authority: &'u str,
    host: &'u str,
    path: &'u str,
}

fn split(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest[..end].rsplit('@').next()?;
    let host = match authority.strip_prefix('[') {
        Some(literal) => literal.split(']').next()?,
        None => authority.split(':').next()?,
    };
    let path = rest[end..].split(['?', '#']).next()?;
    (!host.is_empty()).then_some(Parts {
        scheme,
        authority,
        host,
        path,
    })
}

/// Whether a host is this machine itself.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl Endpoint {
    /// The path of the base URL, such as `/api/anthropic`.
    pub fn path(&self) -> &str {
        &self.parts().1
    }

    /// The host of the base URL, such as `api.z.ai`.
    pub fn host(&self) -> &str {
        &self.parts().0
    }

    fn parts(&self) -> &(String, String) {
        self.parts.get_or_init(|| match split(&self.url) {
            Some(parts) => (parts.host.to_owned(), parts.path.to_owned()),
            None => Default::default(),
        })
    }

    /// What stands after the endpoint's path; `None` when `path` isn't below it.
    fn rest_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.path())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}

impl Pack {
    /// Says which endpoint a URL is. An address on this machine with a path of Z.ai's own is a gate in front of it.
    pub fn classify(&self, url: &str) -> Classified<'_> {
        self.classify_with(url, None)
    }

    /// The same, where `gate` (`http://host:port`) is known to be a gate, wherever it is.
    pub fn classify_with(&self, url: &str, gate: Option<&str>) -> Classified<'_> {
        let Some(Parts {
            scheme,
            authority,
            host,
            path,
        }) = split(url)
        else {
            return Classified::NotAUrl;
        };
        let origin = || format!("{}://{authority}", scheme.to_ascii_lowercase());
        let gated = is_loopback(host) || gate.is_some_and(|gate| gate == origin());
        let path = path.trim_end_matches('/');
        let mut known: Option<(&Endpoint, &str)> = None;
        for endpoint in &self.endpoint {
            let here = if gated {
                endpoint.gate
            } else {
                host.eq_ignore_ascii_case(endpoint.host())
            };
            // The longest path wins, and of several the first.
            if here
                && let Some(rest) = endpoint.rest_of(path)
                && known.is_none_or(|(_, shortest)| rest.len() < shortest.len())
            {
                known = Some((endpoint, rest));
            }
        }
        match (known, self.host_region(host)) {
            (Some((endpoint, rest)), _) => Classified::Known {
                endpoint: EndpointRef(endpoint),
                suffix: rest.to_owned(),
                secure: gated || scheme.eq_ignore_ascii_case("https"),
                gate: gated.then(origin),
            },
            (None, Some(region)) => Classified::UnknownPath(region),
            (None, None) => Classified::Foreign,
        }
    }
}
