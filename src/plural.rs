//! Numbers in sentences.

/// "1 file", "2 files".
pub fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
