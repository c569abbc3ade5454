//! Reading files of any size in bounded memory: only lines that hold one of some texts are looked at.

use std::io::{self, Read};

use memchr::memmem::Finder;

/// Lines are looked at up to this length, in bytes; also the memory that reading takes.
pub(super) const LONGEST_LINE: usize = 1024 * 1024;

/// What was read of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many bytes.
    pub(super) bytes: u64,
    /// How many lines were too long to be looked at.
    pub(super) too_long: u64,
}

/// Calls `line` with each line that holds one of `texts`, and the text's index; a line with several of them comes once
/// for each. `buffer` is the memory to use; it has to hold at least one byte.
pub(super) fn lines_with(
    mut reader: impl Read,
    buffer: &mut [u8],
    texts: &[Finder<'_>],
    mut line: impl FnMut(usize, &[u8]),
) -> io::Result<Extent> {
    let mut read = Extent::default();
    let mut filled = 0;
    // Inside a line that is too long: nothing counts before its end.
    let mut skipping = false;
    loop {
        let count = match reader.read(&mut buffer[filled..]) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        read.bytes += count as u64;
        if count == 0 {
            if !skipping {
                search(&buffer[..filled], texts, &mut line);
            }
            return Ok(read);
        }
        let end = memchr::memrchr(b'\n', &buffer[filled..filled + count]);
        let before = filled;
        filled += count;
        let Some(end) = end.map(|at| before + at + 1) else {
            if filled == buffer.len() {
                read.too_long += u64::from(!skipping);
                skipping = true;
                filled = 0;
            }
            continue;
        };
        let mut start = 0;
        if skipping {
            start = memchr::memchr(b'\n', &buffer[..end]).map_or(end, |at| at + 1);
            skipping = false;
        }
        search(&buffer[start..end], texts, &mut line);
        buffer.copy_within(end..filled, 0);
        filled -= end;
    }
}

/// The same for a piece that consists of whole lines.
fn search(lines: &[u8], texts: &[Finder<'_>], line: &mut impl FnMut(usize, &[u8])) {
    for (index, text) in texts.iter().enumerate() {
        let mut from = 0;
        while let Some(at) = text.find(&lines[from..]) {
            let at = from + at;
            let start = memchr::memrchr(b'\n', &lines[..at]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &lines[at..]).map_or(lines.len(), |end| at + end);
            line(index, &lines[start..end]);
            from = end;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives out a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn found(text: &str, size: usize, drops: usize) -> (Vec<String>, Extent) {
        let mut lines = Vec::new();
        let mut buffer = vec![0; size];
        let texts = [Finder::new("x"), Finder::new("yy")];
        let read = lines_with(
            Drops(text.as_bytes(), drops),
            &mut buffer,
            &texts,
            |index, line| lines.push(format!("{index}{}", String::from_utf8_lossy(line))),
        );
        lines.sort();
        (lines, read.unwrap())
    }

    #[test]
    fn lines_are_found_however_the_bytes_come() {
        let text = "ax\n\nb\nyyx x\nyay\nno\nlast x";
        for size in [8, 9, 16, 100] {
            for drops in 1..20 {
                let (lines, read) = found(text, size, drops);
                assert_eq!(
                    lines,
                    ["0ax", "0last x", "0yyx x", "1yyx x"],
                    "{size} {drops}"
                );
                assert_eq!(
                    read,
                    Extent {
                        bytes: text.len() as u64,
                        too_long: 0
                    }
                );
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_and_passed_over() {
        let text = "x1\nxxxxxxxxxxxxxxxxxxxx\nx2\nxxxxxxxxxxxxxxx";
        for drops in 1..20 {
            let (lines, read) = found(text, 8, drops);
            assert_eq!(lines, ["0x1", "0x2"], "{drops}");
            assert_eq!(read.too_long, 2, "{drops}");
        }
        assert_eq!(found("", 8, 3).0, [""; 0]);
    }
}
