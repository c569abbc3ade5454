pub use self::x::*; mod x {}
