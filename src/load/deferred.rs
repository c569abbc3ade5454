//! A part of a file that is read when it is first asked for.

use std::cell::OnceCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A part of a file. From TOML it is read at once, so that a mistake in it is told with the others; `build.rs` packs it in
/// the compiled catalogue, since of most tools nothing but their paths is wanted, and of most checks no fix.
#[derive(Clone, Default)]
pub struct Deferred<T> {
    packed: Box<[u8]>,
    value: OnceCell<T>,
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Self {
        Self {
            packed: Box::default(),
            value: OnceCell::from(value),
        }
    }
}

impl<T: DeserializeOwned + Default> Deref for Deferred<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // A test of the catalogue reads all that is packed, so nothing is passed over here.
        self.value
            .get_or_init(|| rmp_serde::from_slice(&self.packed).unwrap_or_default())
    }
}

impl<T: DeserializeOwned + Default + fmt::Debug> fmt::Debug for Deferred<T> {
    /// Shows what it says, whether it was read before or not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self::from);
        }
        deserializer.deserialize_bytes(Packed(PhantomData))
    }
}

impl<T: DeserializeOwned + Default + Serialize> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

struct Packed<T>(PhantomData<T>);

impl<T> Visitor<'_> for Packed<T> {
    type Value = Deferred<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a packed part")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Deferred<T>, E> {
        Ok(Deferred {
            packed: bytes.into(),
            value: OnceCell::new(),
        })
    }
}
