//! Model ids: what the plan does with them.

use super::{Billing, Model, Pack, PlanStatus};

/// A model id taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId<'a> {
    /// The id as written, without provider and suffix.
    pub bare: &'a str,
    /// Whether Claude Code's `[1m]` suffix follows.
    pub one_million: bool,
}

impl<'a> ModelId<'a> {
    /// Takes the `[1m]` suffix off.
    pub fn parse(text: &'a str) -> Self {
        match text
            .strip_suffix("[1m]")
            .or_else(|| text.strip_suffix("[1M]"))
        {
            Some(bare) => Self {
                bare,
                one_million: true,
            },
            None => Self {
                bare: text,
                one_million: false,
            },
        }
    }
}

/// How an id is spelt that the facts don't know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spelling {
    /// As one that they know, or not like one of Z.ai's at all.
    Known,
    /// As one that may be newer than they are.
    Newer,
    /// As no model ever was; the nearest one that there is.
    Near(String),
}

/// What a model id is, for one way of billing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelClass {
    /// Served under its own name.
    Served,
    /// Accepted and answered by another model.
    Routed(String),
    /// Only the metered API has it; the model to name instead.
    MeteredOnly(Option<String>),
    /// No longer served; the model to name instead.
    Retired(Option<String>),
    /// A GLM id that the facts don't know.
    Unknown,
    /// Not one of Z.ai's models.
    Foreign,
}

impl ModelClass {
    /// A few words for a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Served => "served".to_owned(),
            Self::Routed(to) => format!("accepted, but answered by {to}"),
            Self::MeteredOnly(_) => {
                "sold by the metered API only, not in the coding plan".to_owned()
            }
            Self::Retired(_) => "not served any more".to_owned(),
            Self::Unknown => "an id that Z.ai's model list doesn't have".to_owned(),
            Self::Foreign => "not a Z.ai model".to_owned(),
        }
    }

    /// The model to write instead, where the facts know one.
    pub fn replacement(&self) -> Option<&str> {
        match self {
            Self::Routed(to) => Some(to),
            Self::MeteredOnly(to) | Self::Retired(to) => to.as_deref(),
            Self::Served | Self::Unknown | Self::Foreign => None,
        }
    }
}

impl Pack {
    /// The statement about a model; ids are compared without regard to case, as Z.ai does.
    pub fn model(&self, id: &str) -> Option<&Model> {
        let bare = ModelId::parse(id).bare;
        self.model
            .iter()
            .find(|model| model.id.eq_ignore_ascii_case(bare))
    }

    /// How an id is spelt: as one that there is, as one that may come after these facts, or wrongly.
    pub fn spelling(&self, id: &str) -> Spelling {
        let bare = ModelId::parse(id).bare;
        if self.model(bare).is_some() {
            return Spelling::Known;
        }
        let lower = bare.trim().to_ascii_lowercase();
        let lower = lower.strip_suffix("[1m]").unwrap_or(&lower).trim();
        let last = lower.rsplit('/').next().unwrap_or(lower);
        if !last.starts_with("glm") {
            return Spelling::Known;
        }
        let known = self.model.iter().map(|model| model.id.as_str());
        if last == lower && version(last) > known.clone().filter_map(version).max() {
            return Spelling::Newer;
        }
        let distance = |known: &str| strsim::damerau_levenshtein(last, &known.to_ascii_lowercase());
        match known.min_by_key(|known| distance(known)) {
            Some(near) => Spelling::Near(near.to_owned()),
            None => Spelling::Known,
        }
    }

    /// Whether an id is one of Z.ai's models, or named like one.
    pub fn is_glm(&self, id: &str) -> bool {
        self.classify_model(id, Billing::CodingPlan) != ModelClass::Foreign
    }

    /// Says what a bare model id (without provider) is for a way of billing.
    pub fn classify_model(&self, id: &str, billing: Billing) -> ModelClass {
        let bare = ModelId::parse(id).bare;
        let Some(model) = self.model(bare) else {
            let glm = bare.len() >= 4
                && bare.is_char_boundary(4)
                && bare[..4].eq_ignore_ascii_case("glm-");
            return if glm {
                ModelClass::Unknown
            } else {
                ModelClass::Foreign
            };
        };
        let replacement = model.replacement.clone();
        match (billing, model.plan, model.metered) {
            (Billing::SelfHosted, ..) => ModelClass::Served,
            (Billing::Metered, _, true) => ModelClass::Served,
            (Billing::Metered, _, false) => ModelClass::Retired(replacement),
            (Billing::CodingPlan, PlanStatus::Listed, _) => ModelClass::Served,
            (Billing::CodingPlan, PlanStatus::Routed, _) => match replacement {
                Some(to) => ModelClass::Routed(to),
                None => ModelClass::Served,
            },
            (Billing::CodingPlan, PlanStatus::Unlisted, true) => {
                ModelClass::MeteredOnly(replacement)
            }
            (Billing::CodingPlan, PlanStatus::Unlisted, false) => ModelClass::Retired(replacement),
        }
    }
}

/// The version in an id: 5 and 3 of `glm-5.3-flash`; `None` for another kind of id.
fn version(id: &str) -> Option<(u32, u32)> {
    let numbers = id.to_ascii_lowercase();
    let numbers = numbers.strip_prefix("glm-")?;
    let end = numbers.find(|c: char| c != '.' && !c.is_ascii_digit());
    let numbers = &numbers[..end.unwrap_or(numbers.len())];
    let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
