//! Text of other people's files on a terminal: nothing in it is taken as a command to the terminal.

use std::borrow::Cow;

/// The text with pictures in the place of control characters; colours (`ESC [ … m`) stay, line ends and tabs too.
///
/// For text that the program has styled itself. What comes from a file goes through [`plain`] before.
pub fn styled(text: &str) -> Cow<'_, str> {
    replace(text, true)
}

/// The text with pictures in the place of control characters, colours included.
pub fn plain(text: &str) -> Cow<'_, str> {
    replace(text, false)
}

/// The text on one line, and without anything that a terminal obeys.
pub fn line(text: &str) -> String {
    plain(text).replace("\r\n", "\n").replace('\n', "␊")
}

/// JSON in which every character that a terminal may obey is escaped; its value is the same.
pub fn json(text: &str) -> Cow<'_, str> {
    if !has_commands(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if commands(c) {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn replace(text: &str, colors: bool) -> Cow<'_, str> {
    if !has_commands(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let whole = match (c, color(after)) {
            ('\u{1b}', Some(length)) if colors => 1 + length,
            // A line end of two characters is one line end.
            ('\r', _) if after.starts_with('\n') => 1,
            _ => 0,
        };
        if whole > 0 {
            shown.push_str(&rest[..whole]);
            rest = &rest[whole..];
            continue;
        }
        shown.push(if commands(c) { picture(c) } else { c });
        rest = after;
    }
    Cow::Owned(shown)
}

/// The length of `[…m` at the start of a text.
fn color(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix('[')?;
    let end = parameters.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
    parameters[end..].starts_with('m').then_some(end + 2)
}

fn has_commands(text: &str) -> bool {
    let shown = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\t');
    // Bytes are looked at many at a time.
    !text.bytes().all(shown) && text.contains(commands)
}

/// Whether a terminal may do something else with a character than show it.
fn commands(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        // Direction marks make text look like another text.
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(plain("a\tb\r\nc"), "a\tb\r\nc");
        assert_eq!(
            plain("\u{1b}[31m\r\u{7}\u{7f}\u{9b}\u{202e}\0"),
            "␛[31m␍␇␡\u{fffd}\u{fffd}␀"
        );
    }

    #[test]
    fn only_colours_of_our_own_stay() {
        assert_eq!(styled("\u{1b}[1;31mx\u{1b}[0m"), "\u{1b}[1;31mx\u{1b}[0m");
        assert_eq!(styled("\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}"), "␛[2J␛]0;x␇␛");
    }

    #[test]
    fn json_keeps_its_value() {
        let text = "[\"\u{9b}\u{202e}\u{7f}\"]";
        let shown = json(text);
        assert_eq!(shown, r#"["\u009b\u202e\u007f"]"#);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&shown), value(text));
    }
}
