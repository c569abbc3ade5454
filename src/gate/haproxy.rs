//! The configuration for HAProxy.
//!
//! A request passes two proxies of the same process: `gate` checks it and gives it a place in the queue, and `turn`
//! receives it when it has the slot. The breaker stands in both, since a queue that has grown behind a stop answer
//! would otherwise be sent into the same wall, one request after another.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::{Gate, GateError, value};
use crate::facts::{Billing, ErrorClass, Fact, ModelId, PlanStatus, Protocol};

/// How many requests of one client may wait behind each other before the order stops telling them apart: HAProxy
/// limits the offset to 524287 ms.
const OFFSET_LIMIT_MS: u64 = 524_287;

/// The code that stands for a used-up quota when only a header tells it.
const USED_UP: u32 = 1308;

/// What clients append to a base URL: method and path.
fn calls(protocol: Protocol) -> &'static [(&'static str, &'static str)] {
    match protocol {
        Protocol::Anthropic => &[
            ("POST", "/v1/messages"),
            ("POST", "/v1/messages/count_tokens"),
            ("GET", "/v1/models"),
        ],
        Protocol::OpenaiChat => &[("POST", "/chat/completions"), ("GET", "/models")],
        Protocol::OpenaiResponses => &[("POST", "/responses"), ("GET", "/models")],
    }
}

/// The whole configuration.
///
/// # Errors
/// When the facts lack something that it needs.
pub fn emit(gate: &Gate<'_>) -> Result<String, GateError> {
    let mut text = head(gate);
    text += &base(gate)?;
    text += &memory(gate)?;
    text += &breaker(gate);
    text += &front(gate)?;
    text += &queues(gate);
    text += &turn(gate);
    text += &upstream(gate)?;
    Ok(text)
}

fn head(gate: &Gate<'_>) -> String {
    let Gate {
        pack,
        profile,
        wish,
        concurrency,
        ..
    } = gate;
    let mut text = format!(
        "# One queue for all tools of one Z.ai account, for HAProxy {}.{} or newer.\n\
         # Printed by `glm-setup gate emit haproxy` for {}, facts {}, {}.\n\
         #\n\
         #   tools --> gate (checks, order) --> queue ({concurrency} at once) --> turn (breaker) --> {}\n\
         #\n",
        super::OLDEST_HAPROXY.0,
        super::OLDEST_HAPROXY.1,
        profile.title,
        pack.id,
        wish.region,
        gate.endpoints[0].host(),
    );
    let fact = pack.fact.iter().find(|fact| fact.key == "plan.concurrency");
    let note = fact.and_then(|fact: &Fact| fact.origin.note.as_deref());
    match (wish.concurrency, note) {
        (Some(_), _) => text.push_str("# The limit was given with --concurrency.\n"),
        (None, Some(note)) => {
            let _ = writeln!(text, "# The limit is {note}.");
        }
        (None, None) => {}
    }
    text.push_str(
        "# Run ONE process for an account: two are two queues, and together they keep no limit. Restart it, don't reload it.\n\
         # Keys stay in the tools' headers: they pass through, and nothing is logged. The gate sends no request of its own.\n",
    );
    if wish.team {
        text.push_str(
            "#\n\
             # For a team on a metered or enterprise key, never for a coding plan, which is for one person.\n\
             # For availability run a second machine as a passive one (keepalived moves the address): active/active would be\n\
             # two queues. After a change-over requests of the first one may still be running, so some may be refused.\n",
        );
    }
    text
}

fn base(gate: &Gate<'_>) -> Result<String, GateError> {
    let queue = gate.fact("gate.queue-seconds")?;
    let connections = if gate.wish.team { 4000 } else { 500 };
    Ok(format!(
        "
global
    maxconn {connections}
    tune.bufsize 65536             # the model's name and an error's code are looked for in this much of a body

defaults base
    mode http
    no log
    timeout connect 10s
    timeout http-request 30s
    timeout http-keep-alive 1m
    timeout client 10m             # silence in the middle of a request or an answer
    timeout server 10m
    timeout queue {queue}s             # below the 300 s after which clients give up and send the request again
    retries 0                      # a request that may have arrived is never sent twice
    option abortonclose            # a client that leaves gives up its place, or frees its slot
    option http-no-delay           # pieces of a stream are passed on at once; without it they may wait 200 ms
"
    ))
}

fn memory(gate: &Gate<'_>) -> Result<String, GateError> {
    let (longest, pause) = (
        gate.fact("gate.stop-seconds")?,
        gate.fact("gate.pause-seconds")?,
    );
    let wait = gate.fact("gate.wait-seconds")?;
    Ok(format!(
        "
# What the breaker remembers: one row for the account, there while it holds requests back. A restart forgets it.
backend stopped from base   # plan over, fair use: a person has to act
    stick-table type integer size 1 expire {longest}s store gpt0
backend waiting from base   # quota used up: one request is let through every {wait} s to see whether it is back
    stick-table type integer size 1 expire {wait}s store gpt0
backend paused from base   # the service is overloaded
    stick-table type integer size 1 expire {pause}s store gpt0
# Who has how many requests here at this moment.
backend clients from base
    stick-table type string len 128 size 10k expire 10m store conn_cur
"
    ))
}

/// Names and ports that may stand in the Host header.
fn hosts(gate: &Gate<'_>) -> String {
    let wish = &gate.wish;
    let mut names: Vec<String> = Vec::new();
    if wish.listen.is_loopback() || wish.listen.is_unspecified() {
        names.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
    }
    names.extend((!wish.listen.is_unspecified()).then(|| literal(wish.listen)));
    names.extend(wish.names.iter().cloned());
    let mut hosts: Vec<String> = Vec::new();
    for name in names {
        let host = format!("{name}:{}", wish.port);
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts.join(" ")
}

/// An address as it stands in a URL.
fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The socket between the two proxies: its name also keeps a second process from starting.
fn inner(gate: &Gate<'_>) -> String {
    if cfg!(target_os = "linux") {
        format!("abns@glm-gate-{}", gate.wish.port)
    } else {
        format!("\"unix@${{TMPDIR-/tmp}}/glm-gate-{}.sock\"", gate.wish.port)
    }
}

fn front(gate: &Gate<'_>) -> Result<String, GateError> {
    let wish = &gate.wish;
    let tls = wish
        .tls_cert
        .as_ref()
        .map(|file| format!(" ssl crt {file} alpn http/1.1"))
        .unwrap_or_default();
    let mut text = format!(
        "
frontend gate from with-breaker
    bind {}:{}{tls}
    # Programs only: a web page can't set another Host, and sends an Origin with every request that could cost something.
    http-request deny deny_status 403 unless {{ req.hdr(host) -i {} }}
    http-request deny deny_status 403 if {{ req.hdr(origin) -m found }}
    # Claude Code asks whether somebody is there; that is answered here.
    http-request return status 200 if METH_HEAD
    # Nothing but what the tools need.
",
        literal(wish.listen),
        wish.port,
        hosts(gate)
    );
    for method in ["POST", "GET"] {
        let mut paths = Vec::new();
        for endpoint in &gate.endpoints {
            let wanted = calls(endpoint.protocol)
                .iter()
                .filter(|(known, _)| *known == method);
            paths.extend(wanted.map(|(_, call)| format!("{}{call}", endpoint.path())));
        }
        for path in paths {
            let _ = writeln!(text, "    acl known_{method} path {path}");
        }
    }
    text.push_str(
        "    http-request deny deny_status 404 unless METH_POST known_POST or METH_GET known_GET\n",
    );
    text += &order(gate)?;
    if wish.per_model {
        for model in queue_models(gate) {
            let _ = writeln!(
                text,
                "    use_backend {} if {{ req.body -m reg '{}' }}",
                queue_name(&model[0]),
                pattern(&model)
            );
        }
    }
    text.push_str("    default_backend queue\n");
    Ok(text)
}

/// Answers from memory while the account is held back. It stands in a `defaults` section, since both frontends have it.
fn breaker(gate: &Gate<'_>) -> String {
    let mut text = String::from(
        "
# The breaker: while the account is held back, requests are answered here instead of being spent.
defaults with-breaker from base
    http-request set-var(txn.one) int(1)
",
    );
    // The graver reason comes later and has the last word.
    for (table, why) in [
        ("paused", "Z.ai is overloaded"),
        ("waiting", "a quota is used up"),
        ("stopped", "Z.ai has stopped the account"),
    ] {
        let held = format!("{{ var(txn.one),in_table({table}) }}");
        let _ = writeln!(
            text,
            "    http-request set-var(txn.why) str(\"{why}\") if {held}\n\
             \x20   http-request set-var(txn.left) var(txn.one),table_expire({table}),add(999),div(1000) if {held}\n\
             \x20   http-request set-var(txn.code) var(txn.one),table_gpt0({table}) if {held}"
        );
    }
    let held = "{ var(txn.why) -m found }";
    let hopeless = "hopeless";
    text.push_str(
        "    acl hopeless var(txn.one),in_table(waiting)\n    acl hopeless var(txn.one),in_table(stopped)\n",
    );
    let body = "lf-string '{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"code\":\"%[var(txn.code)]\",\
         \"message\":\"The gate on this machine holds requests back for %[var(txn.left)] s: %[var(txn.why)] (code %[var(txn.code)]). \
         See: glm-setup explain %[var(txn.code)]\"}}'";
    let answer = |status: u16, more: &str, condition: &str| {
        format!(
            "    http-request return status {status} content-type application/json hdr Retry-After %[var(txn.left)]{more} {body} if {condition}\n"
        )
    };
    let anthropic = gate
        .endpoints
        .iter()
        .find(|one| one.protocol == Protocol::Anthropic);
    if let Some(endpoint) = anthropic {
        text.push_str(
            "    # Claude Code stops on this header; opencode and OpenAI's libraries would try a 429 again, and stop on a 403.\n",
        );
        let path = format!("{hopeless} {{ path_beg {}/ }}", endpoint.path());
        text += &answer(429, " hdr x-should-retry false", &path);
    }
    text += &answer(403, "", hopeless);
    text += &answer(429, "", held);
    text
}

/// The order of the queue.
fn order(gate: &Gate<'_>) -> Result<String, GateError> {
    let step = gate.fact("gate.turn-seconds")?.saturating_mul(1000);
    let late = gate.fact("gate.background-seconds")?.saturating_mul(1000);
    let (who, said) = if gate.wish.team {
        ("src", "a person's machine")
    } else {
        ("req.hdr(user-agent)", "a tool, by its user agent")
    };
    let mut text = format!(
        "    # The order: a client's second request waits as if it had come {} s later, its third {} s, and so on, so that one\n\
         \x20   # with twenty requests doesn't keep the others out. A client is {said}; its background work counts apart.\n\
         \x20   http-request wait-for-body time 10s at-least 4096 if METH_POST\n\
         \x20   http-request set-var(txn.late) int(0)\n",
        step / 1000,
        step * 2 / 1000,
    );
    let small = background(gate);
    if small.is_empty() {
        text.push_str(
            "    # Background work can't be told by its model here: this profile uses one model for everything.\n",
        );
    } else {
        let _ = writeln!(
            text,
            "    # Small models do background work (titles, summaries, searches): {} s behind, so that they never starve.\n\
             \x20   http-request set-var(txn.late) int({late}) if {{ req.body -m reg '{}' }}",
            late / 1000,
            pattern(&small)
        );
    }
    let _ = writeln!(
        text,
        "    http-request track-sc1 {who},concat(/,txn.late) table clients\n\
         \x20   http-request set-priority-offset sc_conn_cur(1),sub(1),mul({}),add(txn.late)",
        step.min(OFFSET_LIMIT_MS)
    );
    Ok(text)
}

/// Models that do background work: the small tier's, and those that it answers for. None when it is the main one too.
fn background(gate: &Gate<'_>) -> Vec<String> {
    let plan = gate.profile.plan.as_deref();
    let tier = |name: &str| {
        let value = value(gate.pack, &format!("tier.{name}"), plan)?;
        Some(ModelId::parse(value.as_str()?).bare.to_owned())
    };
    let (Some(main), Some(small)) = (tier("main"), tier("haiku")) else {
        return Vec::new();
    };
    if main == small {
        return Vec::new();
    }
    if gate.profile.billing == Billing::Metered {
        // Here every model answers for itself.
        return vec![small];
    }
    same_as(gate, &small)
}

/// A model, and the ids that it answers for.
fn same_as(gate: &Gate<'_>, id: &str) -> Vec<String> {
    let stands_for =
        |model: &&crate::facts::Model| model.id != id && model.replacement.as_deref() == Some(id);
    let others = gate.pack.model.iter().filter(stands_for);
    let mut ids = vec![id.to_owned()];
    ids.extend(others.map(|model| model.id.clone()));
    ids
}

/// With `--per-model`: one queue for each model that is served under its own name, with the ids routed to it.
fn queue_models(gate: &Gate<'_>) -> Vec<Vec<String>> {
    let metered = gate.profile.billing == Billing::Metered;
    let served = gate.pack.model.iter().filter(|model| {
        if metered {
            model.metered
        } else {
            model.plan == PlanStatus::Listed
        }
    });
    served
        .map(|model| {
            if metered {
                vec![model.id.clone()]
            } else {
                let routed = |id: &String| {
                    let known = gate.pack.model.iter().find(|known| known.id == *id);
                    known.is_some_and(|known| known.plan != PlanStatus::Unlisted)
                };
                let mut ids = same_as(gate, &model.id);
                ids.retain(routed);
                ids
            }
        })
        .collect()
}

fn queue_name(model: &str) -> String {
    format!("queue-{model}")
}

/// An expression for a request's body that names one of these models. In a prompt the quotes would be escaped.
fn pattern(models: &[String]) -> String {
    let ids: Vec<String> = models.iter().map(|id| id.replace('.', "[.]")).collect();
    format!("\"model\" *: *\"({})(\\[1m\\])?\"", ids.join("|"))
}

fn queues(gate: &Gate<'_>) -> String {
    let server = format!(
        "    server turn {} maxconn {}",
        inner(gate),
        gate.concurrency
    );
    let mut text = String::from(
        "\n# The queue: `maxconn` counts requests, and what is above it waits here.\nbackend queue from base\n",
    );
    let waited = unavailable(
        "The request has waited too long in the queue of the gate",
        5,
    );
    let server = format!("{waited}\n{server}");
    let _ = writeln!(text, "{server}");
    if gate.wish.per_model {
        for model in queue_models(gate) {
            let _ = writeln!(
                text,
                "backend {} from base\n{server}",
                queue_name(&model[0])
            );
        }
    }
    text
}

/// What HAProxy says when it has nobody to ask: in a form that clients show. `why` holds no quotes.
fn unavailable(why: &str, seconds: u64) -> String {
    format!(
        "    http-error status 503 content-type application/json hdr Retry-After {seconds} string '{{\"type\":\"error\",\"error\":{{\"type\":\"overloaded_error\",\"code\":\"gate\",\"message\":\"{why}\"}}}}'",
    )
}

fn turn(gate: &Gate<'_>) -> String {
    let mut text = format!(
        "\n# A request comes here when it has a slot.\nfrontend turn from with-breaker\n    bind {}\n",
        inner(gate)
    );
    text.push_str("    default_backend zai\n");
    text
}

fn upstream(gate: &Gate<'_>) -> Result<String, GateError> {
    let codes = |wanted: &[ErrorClass]| {
        let codes = gate.pack.error.iter();
        let codes = codes.filter(|error| error.http == 429 && wanted.contains(&error.class));
        let codes: Vec<String> = codes.map(|error| error.code.to_string()).collect();
        format!("var(txn.code) -m str {}", codes.join(" "))
    };
    let host = gate.endpoints[0].host();
    let queues = if gate.wish.per_model {
        1 + queue_models(gate).len() as u64
    } else {
        1
    };
    let most = gate.concurrency.saturating_mul(queues);
    let (retry, wait) = (
        gate.fact("gate.retry-seconds")?,
        gate.fact("gate.wait-seconds")?,
    );
    let stop = gate.fact("gate.stop-seconds")?;
    let mut text = format!(
        "
backend zai from base
    http-request set-header Host {host}
    # What Z.ai's code says decides, never the words: read it, and remember what concerns the whole account.
    http-response wait-for-body time 5s if {{ status 429 529 }}
    http-response set-var(txn.code) res.body,json_query('$.error.code') if {{ status 429 529 }}
    http-response set-var(txn.code) res.body,json_query('$.code') if {{ status 429 529 }} !{{ var(txn.code) -m found }}
    # A compressed answer can't be read; this header of its Anthropic path says then that a quota is used up.
    http-response set-var(txn.code) int({USED_UP}) if {{ status 429 }} !{{ var(txn.code) -m found }} {{ res.hdr(anthropic-ratelimit-unified-status) -m str rejected }}
    acl slow_down {}
    acl overloaded {}
    acl quota {}
    acl stop {}
    acl one_request {}
    acl says_when res.hdr(retry-after) -m found
    http-response track-sc0 int(1) table stopped if stop
    http-response sc-set-gpt0(0) var(txn.code) if stop
    http-response track-sc1 int(1) table waiting if quota !stop
    http-response sc-set-gpt0(1) var(txn.code) if quota !stop
    http-response track-sc2 int(1) table paused if overloaded
    http-response sc-set-gpt0(2) var(txn.code) if overloaded
    # The answer itself passes unchanged; where it doesn't say when to come back, that is added.
    http-response set-header Retry-After {retry} if slow_down !says_when
    http-response set-header Retry-After {} if overloaded !says_when
",
        codes(&[ErrorClass::SlowDown]),
        codes(&[ErrorClass::Retry]),
        codes(&[ErrorClass::WaitForReset]),
        codes(&[ErrorClass::Stop]),
        codes(&[ErrorClass::FixConfiguration]),
        gate.fact("gate.pause-seconds")?,
    );
    if gate
        .endpoints
        .iter()
        .any(|one| one.protocol == Protocol::Anthropic)
    {
        let _ = write!(
            text,
            "    # Claude Code stops on these. OpenAI clients get none: they come back soon, and stop on the breaker's 403.
    http-request set-var(txn.anthropic) bool(true) if {{ path_beg {}/ }}
    acl anthropic var(txn.anthropic) -m bool
    http-response set-header Retry-After {stop} if stop anthropic !says_when
    http-response set-header Retry-After {wait} if quota anthropic !says_when
    http-response set-header x-should-retry false if stop anthropic or quota anthropic
",
            gate.endpoints
                .iter()
                .find(|one| one.protocol == Protocol::Anthropic)
                .map_or("", |one| one.path())
        );
    }
    let _ = write!(
        text,
        "    http-response set-header x-should-retry false if one_request
{}
    # TLS is verified. No `check`: a health check would be a request that nobody made. The limit stands here too, behind
    # the breaker, for requests that reach the inner socket in another way.
    server zai {host}:443 ssl verify required ca-file @system-ca sni str({host}) alpn http/1.1 resolvers system init-addr libc,none resolve-prefer ipv4 maxconn {most}

resolvers system
    parse-resolv-conf
",
        unavailable(&format!("The gate does not reach {host}"), retry),
    );
    Ok(text)
}
