//! How dotfiles repositories name their files: plainly, in GNU stow's packages, by chezmoi, by yadm.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// What is in a home folder and hardly ever in a project.
const OF_A_HOME: [&str; 14] = [
    ".bash_profile",
    ".bashrc",
    ".config",
    ".gitconfig",
    ".inputrc",
    ".local",
    ".npmrc",
    ".profile",
    ".ssh",
    ".tmux.conf",
    ".vimrc",
    ".zprofile",
    ".zshenv",
    ".zshrc",
];

/// What may lie beside the hidden files of a stow package.
const BESIDE: [&str; 6] = [
    "readme", "license", "install", "setup", "makefile", "licence",
];

/// chezmoi's attributes of a name, in front of what the file is called.
const ATTRIBUTES: [&str; 9] = [
    "after_",
    "before_",
    "create_",
    "empty_",
    "exact_",
    "executable_",
    "once_",
    "private_",
    "readonly_",
];

/// How a repository names its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// As they are called at home, at the top or in packages.
    Plain,
    /// By chezmoi; the files lie below this folder.
    Chezmoi(PathBuf),
}

/// What a file of a repository stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Its path in the repository with the names that the files have at home.
    pub(super) path: PathBuf,
    /// Whether a program fills it in first, so that it must not be written.
    pub(super) template: bool,
}

impl Layout {
    /// Looks at the top of a folder.
    pub(super) fn of(folder: &Path) -> Self {
        let root = fs::read_to_string(folder.join(".chezmoiroot")).unwrap_or_default();
        let root = PathBuf::from(root.trim());
        let marked = |name: &str| {
            name.starts_with(".chezmoi")
                || name.starts_with("dot_")
                || name.starts_with("private_dot_")
        };
        let chezmoi = !root.as_os_str().is_empty()
            || fs::read_dir(folder)
                .into_iter()
                .flatten()
                .filter_map(Result::ok)
                .any(|entry| entry.file_name().to_str().is_some_and(marked));
        if chezmoi {
            Self::Chezmoi(root)
        } else {
            Self::Plain
        }
    }

    /// What a file stands for; `None` for one that is encrypted, or a program of the layout's own.
    pub(super) fn target(&self, relative: &Path) -> Option<Target> {
        let mut target = Target {
            path: PathBuf::new(),
            template: false,
        };
        let (root, relative) = match self {
            Self::Plain => (None, relative),
            Self::Chezmoi(root) => match relative.strip_prefix(root) {
                Ok(below) => (Some(root), below),
                Err(_) => (None, relative),
            },
        };
        for part in relative.components() {
            let Component::Normal(name) = part else {
                return None;
            };
            let name = name.to_string_lossy();
            // yadm: `settings.json##os.Linux`, `settings.json##template.esh`.
            let (name, conditions) = name.split_once("##").unwrap_or((&name, ""));
            target.template |= conditions.split(',').any(|condition| {
                matches!(condition.split('.').next(), Some("t" | "template" | "yadm"))
            });
            if root.is_some() {
                let (name, template) = chezmoi_name(name)?;
                target.path.push(name);
                target.template |= template;
            } else {
                target.path.push(name);
            }
        }
        Some(target)
    }

    /// Whether the folder `base` of a repository stands for a home folder, as far as the layout tells.
    pub(super) fn is_home(&self, folder: &Path, base: &Path) -> bool {
        if matches!(self, Self::Chezmoi(_)) {
            return base.as_os_str().is_empty();
        }
        let here = folder.join(base);
        OF_A_HOME
            .iter()
            .any(|name| here.join(name).symlink_metadata().is_ok())
            || (base.components().count() == 1 && is_package(&here))
    }

    /// Which home a configuration's folder belongs to: stow's packages make one home together.
    pub(super) fn group(&self, folder: &Path, root: &Path) -> PathBuf {
        let package = root.components().count() == 1 && is_package(&folder.join(root));
        if package {
            PathBuf::new()
        } else {
            root.to_owned()
        }
    }
}

/// Whether a folder holds hidden files only, as stow's packages do.
fn is_package(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let mut hidden = 0;
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if name == ".git" {
            return false;
        }
        if name.starts_with('.') {
            hidden += 1;
        } else if !BESIDE.iter().any(|known| name.starts_with(known)) {
            return false;
        }
    }
    hidden > 0
}

/// A name at home for chezmoi's name, and whether it is a template.
fn chezmoi_name(name: &str) -> Option<(String, bool)> {
    let mut rest = name;
    for special in ["encrypted_", "modify_", "remove_", "run_", "symlink_"] {
        if rest.starts_with(special) {
            return None;
        }
    }
    while let Some(shorter) = ATTRIBUTES.iter().find_map(|one| rest.strip_prefix(one)) {
        rest = shorter;
    }
    if rest.starts_with("encrypted_") || rest.ends_with(".age") || rest.ends_with(".asc") {
        return None;
    }
    let (rest, template) = match rest.strip_suffix(".tmpl") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let rest = rest.strip_suffix(".literal").unwrap_or(rest);
    let name = match rest.strip_prefix("dot_") {
        Some(rest) => format!(".{rest}"),
        None => rest.strip_prefix("literal_").unwrap_or(rest).to_owned(),
    };
    Some((name, template))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chezmois_names_are_undone() {
        let cases = [
            ("dot_claude", Some((".claude", false))),
            ("private_dot_config", Some((".config", false))),
            ("exact_private_readonly_dot_x", Some((".x", false))),
            ("settings.json.tmpl", Some(("settings.json", true))),
            ("executable_dot_a.tmpl.literal", Some((".a.tmpl", false))),
            ("literal_dot_a", Some(("dot_a", false))),
            ("encrypted_private_dot_key", None),
            ("private_encrypted_dot_key", None),
            ("run_once_install.sh", None),
            ("symlink_dot_vimrc", None),
            ("auth.json.age", None),
        ];
        for (name, expected) in cases {
            let expected = expected.map(|(name, template)| (name.to_owned(), template));
            assert_eq!(chezmoi_name(name), expected, "{name}");
        }
    }

    #[test]
    fn yadms_alternates_are_undone() {
        let target = Layout::Plain.target(Path::new(
            ".claude##class.Work/settings.json##os.Linux,e.json",
        ));
        let target = target.unwrap();
        assert_eq!(target.path, Path::new(".claude/settings.json"));
        assert!(!target.template);
    }

    #[test]
    fn yadms_templates_are_templates() {
        for (name, template) in [
            ("a.json##template", true),
            ("a.json##template.esh", true),
            ("a.json##os.Linux,t.j2", true),
            ("a.json##default", false),
            ("a.json##hostname.t", false),
        ] {
            let target = Layout::Plain.target(Path::new(name)).unwrap();
            assert_eq!(target.path, Path::new("a.json"), "{name}");
            assert_eq!(target.template, template, "{name}");
        }
    }
}
