//! Addresses: which of Z.ai's endpoints a URL is.

use serde::Deserialize;

use super::{Billing, Origin, Pack, Protocol, Region};

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
    /// Where the statement comes from.
    pub origin: Origin,
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
        /// Whether the URL begins with `https://`.
        secure: bool,
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
            Self::Known { endpoint, .. } => Some(endpoint.0.region),
            Self::UnknownPath(region) => Some(*region),
            Self::Foreign | Self::NotAUrl => None,
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
                let region = match region {
                    Region::Intl => "international",
                    Region::Cn => "China",
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

/// Scheme, host and path of a URL; enough to compare base URLs.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest[..end].rsplit('@').next()?;
    let host = authority.split(':').next()?;
    let path = rest[end..].split(['?', '#']).next()?;
    (!host.is_empty()).then_some((scheme, host, path))
}

impl Pack {
    /// Says which endpoint a URL is.
    pub fn classify(&self, url: &str) -> Classified<'_> {
        let Some((scheme, host, path)) = split(url) else {
            return Classified::NotAUrl;
        };
        let path = path.trim_end_matches('/');
        let known = self
            .endpoint
            .iter()
            .filter_map(|endpoint| {
                let (_, known_host, known_path) = split(&endpoint.url)?;
                let rest = path.strip_prefix(known_path)?;
                let whole = rest.is_empty() || rest.starts_with('/');
                (whole && host.eq_ignore_ascii_case(known_host)).then_some((
                    known_path.len(),
                    endpoint,
                    rest,
                ))
            })
            .max_by_key(|(length, ..)| *length);
        match (known, self.host_region(host)) {
            (Some((_, endpoint, rest)), _) => Classified::Known {
                endpoint: EndpointRef(endpoint),
                suffix: rest.to_owned(),
                secure: scheme.eq_ignore_ascii_case("https"),
            },
            (None, Some(region)) => Classified::UnknownPath(region),
            (None, None) => Classified::Foreign,
        }
    }
}
