//! Command lines that are shown to be typed.

/// A word of a shell's command line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-~:=,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        for word in ["a", "~/x_y.json", "--home=/a", "a,b:c@d+e"] {
            assert_eq!(quoted(word), word);
        }
        for word in [
            "", "a b", "a;b", "a&b", "*", "(a)", "$x", "`x`", "a\\b", "a|b", "a#b",
        ] {
            assert_eq!(quoted(word), format!("'{word}'"));
        }
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
