//! The files that are part of the program.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
