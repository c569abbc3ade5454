//! Writing: backups, journal, atomic replacement, undo.
