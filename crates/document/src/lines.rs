//! From byte offsets to lines and columns.

use memchr::memchr2_iter;

/// The byte order mark that some editors put at the start of UTF-8 files.
pub(super) const BOM: char = '\u{feff}';

/// The 1-based line and column of a byte offset, the column in characters; a byte order mark does not count.
///
/// A line ends at `\n`, `\r\n` or a lone `\r`. An offset inside a character or beyond the end is
/// moved back to the start of that character or to the end.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let bytes = text.as_bytes();
    let mut line = 1;
    let mut line_start = 0;
    for index in memchr2_iter(b'\n', b'\r', before.as_bytes()) {
        if bytes[index] == b'\n' || bytes.get(index + 1) != Some(&b'\n') {
            line += 1;
            line_start = index + 1;
        }
    }
    let column = before[line_start..].chars().filter(|&c| c != BOM).count() + 1;
    (line, column)
}

/// The length of the byte order mark at the start of `text`: 0 or 3.
pub(super) fn bom_len(text: &str) -> usize {
    if text.starts_with(BOM) {
        BOM.len_utf8()
    } else {
        0
    }
}

/// The line ending a text uses: that of its first line, or `\n` when it has only one line.
pub(super) fn line_ending(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// Where the line of the byte `offset` starts.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text[..offset]
        .rfind(['\n', '\r'])
        .map_or(bom_len(text), |at| at + 1)
}

/// The spaces and tabs that the line of the byte `offset` starts with.
pub(super) fn line_indent(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether only spaces and tabs stand before the byte `offset` on its line.
pub(super) fn starts_line(text: &str, offset: usize) -> bool {
    let before = text[..offset].trim_end_matches([' ', '\t']);
    before.len() <= bom_len(text) || before.ends_with(['\n', '\r'])
}

/// Whether a text that isn't blank has no line end at its end.
pub(super) fn lacks_line_end(text: &str) -> bool {
    !text[bom_len(text)..].trim().is_empty() && !text.ends_with(['\n', '\r'])
}
