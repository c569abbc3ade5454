//! What the program shows: text, diffs, JSON.
