//! The systemd user unit that runs the gate.

use std::path::{Path, PathBuf};

/// Why no unit is written: a path is not UTF-8, or holds a line break, a quote or a backslash.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}: this path can't stand in a unit", .0.display())]
pub struct UnitError(pub PathBuf);

/// The unit, to be written to `~/.config/systemd/user/glm-gate.service`.
///
/// # Errors
/// When a path can't be written into a unit.
pub fn emit(haproxy: &Path, config: &Path) -> Result<String, UnitError> {
    let (haproxy, config) = (word(haproxy)?, word(config)?);
    Ok(format!(
        "# systemd user unit, printed by `glm-setup gate emit systemd`. Write it to
#   ~/.config/systemd/user/glm-gate.service
# then:  systemctl --user daemon-reload && systemctl --user enable --now glm-gate
# After a change of the configuration:  systemctl --user restart glm-gate  (never reload: both processes would have a queue)
[Unit]
Description=One queue for all tools of a Z.ai account
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=notify
ExecStartPre={haproxy} -c -q -f {config}
ExecStart={haproxy} -Ws -f {config}
Restart=on-failure
RestartSec=2
# Running answers may end; whoever waits in the queue is let go after this long.
KillMode=mixed
KillSignal=SIGUSR1
TimeoutStopSec=30
SuccessExitStatus=143
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
"
    ))
}

/// A path as one word of a command line in a unit.
fn word(path: &Path) -> Result<String, UnitError> {
    let refused = || UnitError(path.to_owned());
    let text = path.to_str().ok_or_else(refused)?;
    if text.contains(['"', '\\']) || text.chars().any(char::is_control) {
        return Err(refused());
    }
    let text = text.replace('%', "%%").replace('$', "$$");
    Ok(if text.contains(char::is_whitespace) {
        format!("\"{text}\"")
    } else {
        text
    })
}
