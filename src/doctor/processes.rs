//! Running instances of the tools, against what the account serves at once. Nothing is ever ended.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Serialize;

use crate::facts::{FactValue, Pack};
use crate::profile::Profile;
use crate::tool::{Descriptor, Process, running};

/// The fact that says how many requests a plan serves at once.
const CAP: &str = "plan.concurrency";

/// Running instances.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Instances {
    /// Why nothing was looked at, if so.
    pub skipped: Option<String>,
    /// How many requests the profile's plan serves at once; unknown without a coding plan.
    pub cap: Option<u64>,
    /// What to know of that number.
    pub cap_note: Option<String>,
    /// How many instances use the account.
    pub counted: usize,
    /// The tools that run.
    pub tools: Vec<ToolInstances>,
    /// Programs that a tool on Z.ai runs in, such as editors. What they hold can't be seen from outside, so they are told
    /// of and not counted.
    pub hosts: Vec<HostInstances>,
    /// Programs beside the tools that use the account, too.
    pub helpers: Vec<HelperInstances>,
    /// Whether more run than the account serves at once.
    pub needs_doing: bool,
}

/// A tool's running instances.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolInstances {
    /// The tool's id.
    pub tool: String,
    /// Its name.
    pub name: String,
    /// Whether it uses Z.ai; only then its instances count.
    pub uses_zai: bool,
    /// Their process numbers.
    pub pids: Vec<u32>,
}

/// Running programs in which a tool may run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostInstances {
    /// The tool's id.
    pub tool: String,
    /// Its name.
    pub name: String,
    /// The programs, each once.
    pub programs: BTreeSet<String>,
    /// Their process numbers.
    pub pids: Vec<u32>,
}

/// Running helpers of one kind. They send requests only when they are used, so they are told of and not counted.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HelperInstances {
    /// What they are.
    pub name: String,
    /// When they send requests.
    pub says: String,
    /// Their process numbers.
    pub pids: Vec<u32>,
}

/// Counts the running instances; `uses_zai` holds the ids of the tools that use Z.ai.
pub(super) fn count(
    tools: &[Rc<Descriptor>],
    uses_zai: &BTreeSet<String>,
    pack: &Pack,
    profile: &Profile,
    skipped: Option<String>,
) -> Instances {
    let helpers = tools.iter().flat_map(|tool| &tool.helper);
    let programs: BTreeSet<&String> = tools
        .iter()
        .flat_map(|tool| &tool.programs)
        .chain(helpers.clone().flat_map(|helper| &helper.programs))
        .chain(tools.iter().flat_map(|tool| hosts_of(tool)))
        .collect();
    let programs: Vec<String> = programs.into_iter().cloned().collect();
    let processes = match skipped {
        Some(_) => Vec::new(),
        None => running(&programs),
    };
    let (cap, cap_note) = cap(pack, profile);
    let mut instances = judge(tools, uses_zai, cap, &processes);
    instances.skipped = skipped;
    instances.cap_note = cap_note;
    instances
}

/// The programs that hold a tool's files in memory and aren't the tool itself: it runs inside them.
fn hosts_of(tool: &Descriptor) -> impl Iterator<Item = &String> {
    let programs = tool.running.iter().flat_map(|running| &running.programs);
    programs.filter(|program| !tool.programs.contains(program))
}

/// What the profile's plan serves at once, and what to know of that number.
fn cap(pack: &Pack, profile: &Profile) -> (Option<u64>, Option<String>) {
    let Some(fact) = pack.fact.iter().find(|fact| fact.key == CAP) else {
        return (None, None);
    };
    let cap = match fact.value() {
        Some(FactValue::One(value)) => value.as_u64(),
        Some(FactValue::ByPlan(values)) => {
            let plan = profile.plan.as_deref();
            plan.and_then(|plan| values.get(plan)?.as_u64())
        }
        None => None,
    };
    let note = fact.origin.note.clone().filter(|_| cap.is_some());
    (cap, note)
}

fn judge(
    tools: &[Rc<Descriptor>],
    uses_zai: &BTreeSet<String>,
    cap: Option<u64>,
    processes: &[Process],
) -> Instances {
    let pids = |programs: &[String]| -> Vec<u32> {
        let ours = |process: &&Process| programs.contains(&process.program);
        processes.iter().filter(ours).map(|one| one.pid).collect()
    };
    let of_tools = tools.iter().map(|tool| ToolInstances {
        tool: tool.id.clone(),
        name: tool.name.clone(),
        uses_zai: uses_zai.contains(&tool.id),
        pids: pids(&tool.programs),
    });
    let of_tools: Vec<_> = of_tools.filter(|tool| !tool.pids.is_empty()).collect();
    let hosts = tools.iter().filter(|tool| uses_zai.contains(&tool.id));
    let hosts = hosts.map(|tool| {
        let known: Vec<String> = hosts_of(tool).cloned().collect();
        let ours = processes.iter().filter(|one| known.contains(&one.program));
        HostInstances {
            tool: tool.id.clone(),
            name: tool.name.clone(),
            programs: ours.map(|one| one.program.clone()).collect(),
            pids: pids(&known),
        }
    });
    let hosts = hosts.filter(|host| !host.pids.is_empty()).collect();
    let mut helpers: Vec<HelperInstances> = Vec::new();
    for helper in tools.iter().flat_map(|tool| &tool.helper) {
        let pids = pids(&helper.programs);
        // Several descriptors may name the same helper.
        if !pids.is_empty() && helpers.iter().all(|known| known.pids != pids) {
            helpers.push(HelperInstances {
                name: helper.name.clone(),
                says: helper.says.clone(),
                pids,
            });
        }
    }
    let using: BTreeSet<u32> = of_tools
        .iter()
        .filter(|tool| tool.uses_zai)
        .flat_map(|tool| tool.pids.iter().copied())
        .collect();
    Instances {
        skipped: None,
        cap,
        cap_note: None,
        counted: using.len(),
        needs_doing: cap.is_some_and(|cap| using.len() as u64 > cap),
        tools: of_tools,
        hosts,
        helpers,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::rule::Catalogue;

    #[test]
    fn only_tools_on_zai_count_against_the_cap() {
        let catalogue = Catalogue::load(&[]).unwrap();
        let pack = catalogue.pack(Some("2026-09")).unwrap();
        let process = |pid, program: &str| Process {
            pid,
            program: program.to_owned(),
        };
        let processes = [
            process(1, "claude"),
            process(2, "claude"),
            process(3, "opencode"),
            process(4, "zai-mcp-server"),
        ];
        let judged = |on_zai: &[&str], profile: &str| {
            let on_zai = on_zai.iter().map(|id| (*id).to_owned()).collect();
            let (cap, note) = cap(&pack, &catalogue.profile(profile).unwrap());
            assert_eq!(cap.is_some(), note.is_some());
            judge(catalogue.tools(), &on_zai, cap, &processes)
        };
        let instances = judged(&["claude-code"], "lite");
        assert_eq!((instances.cap, instances.counted), (Some(1), 2));
        assert!(instances.needs_doing);
        assert_eq!(instances.tools.len(), 2);
        assert_eq!(instances.helpers[0].pids, [4]);
        assert!(!judged(&["opencode"], "lite").needs_doing);
        assert!(!judged(&["claude-code"], "max").needs_doing);
        assert!(judged(&["claude-code", "opencode"], "max").needs_doing);
        assert_eq!(judged(&["claude-code"], "metered").cap, None);
        assert!(!judged(&["claude-code"], "metered").needs_doing);
    }
}
