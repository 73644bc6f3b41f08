//! Settings that are a number, or off.

use serde::de::value::Error as ValueError;
use serde::de::{Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A number, or `off`, as a setting is given: so that a sweep can vary it and a flag can switch off what a file has switched on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OrOff<T> {
    /// It is off, as where it is not given.
    Off,
    /// The number.
    On(T),
}

/// How it is written.
const OFF: &str = "off";
/// What would be right.
const RIGHT: &str = "it must be a number, or \"off\"";

impl<T> OrOff<T> {
    /// The number, if it is not off.
    pub fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

impl<T: FromStr> FromStr for OrOff<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == OFF {
            return Ok(Self::Off);
        }
        text.parse().map(Self::On).map_err(|_| RIGHT.replace('"', ""))
    }
}

impl<T: Serialize> Serialize for OrOff<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str(OFF),
            Self::On(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrOff<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OrOff<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or \"off\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OrOff<T>, E> {
                if text == OFF { Ok(OrOff::Off) } else { Err(E::custom(RIGHT)) }
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<OrOff<T>, E> {
                Err(E::custom(RIGHT))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<OrOff<T>, E> {
                of(T::deserialize(number.into_deserializer()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<OrOff<T>, E> {
                of(T::deserialize(number.into_deserializer()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<OrOff<T>, E> {
                of(T::deserialize(number.into_deserializer()))
            }
        }

        fn of<T, E: Error>(number: Result<T, ValueError>) -> Result<OrOff<T>, E> {
            number.map(OrOff::On).map_err(E::custom)
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}
