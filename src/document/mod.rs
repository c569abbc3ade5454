//! Documents: parsed config files that can be located in and edited without disturbing the rest.

mod pointer;

pub use pointer::{Pointer, Token};
