//! Texts that fit a narrow terminal.

/// Words filled into lines of at most `width` characters (a longer word stays whole); the first line begins with
/// `first`, the others with `rest`. Ends with a line break.
pub(super) fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut out = String::from(first);
    let mut column = first.chars().count();
    let mut fresh = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !fresh && column + 1 + length > width {
            out.push('\n');
            out.push_str(rest);
            column = rest.chars().count();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        fresh = false;
    }
    out.push('\n');
    out
}

/// A paragraph.
pub(super) fn paragraph(text: &str, width: usize) -> String {
    wrapped(text, width, "", "")
}

/// An item of a list.
pub(super) fn item(text: &str, width: usize) -> String {
    wrapped(text, width, "  - ", "    ")
}

/// A text cut to a number of characters, with `…` for what is left out.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_the_width() {
        let text = wrapped("one two three four", 9, "- ", "  ");
        assert_eq!(text, "- one two\n  three\n  four\n");
        assert_eq!(paragraph("averylongword x", 5), "averylongword\nx\n");
    }

    #[test]
    fn a_cut_is_marked() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abc def", 5), "abc…");
    }
}
