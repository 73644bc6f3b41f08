//! The columns of CSV tables, each declared once: from here the writer, the reader, pages and the screen take its name and
//! what it is called.

use serde::Deserialize;

/// A column of a CSV table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file.
    pub name: &'static str,
    /// What it is called on pages.
    pub title: &'static str,
    /// What it holds, in a sentence.
    pub about: &'static str,
    /// Whether its cells are whole numbers.
    pub is_whole: bool,
    /// Whether its cells can be empty.
    pub can_be_empty: bool,
}

/// A row of one of a run's tables, all of whose cells are numbers or empty.
pub trait Row: for<'de> Deserialize<'de> {
    /// The table's columns, in the order of the row's fields.
    const COLUMNS: &'static [Column];

    /// What stands in the cells; nothing in one that is empty.
    fn values(&self) -> Vec<Option<f64>>;

    /// The columns' names.
    fn names() -> Vec<&'static str> {
        Self::COLUMNS.iter().map(|column| column.name).collect()
    }
}

/// What can stand in a cell.
pub trait Content: Copy {
    /// Whether it is a whole number.
    const IS_WHOLE: bool;
    /// Whether there can be nothing.
    const CAN_BE_EMPTY: bool = false;

    /// It as a number; nothing for a cell that is empty.
    fn value(self) -> Option<f64>;
}

impl Content for usize {
    const IS_WHOLE: bool = true;

    fn value(self) -> Option<f64> {
        Some(self as f64)
    }
}

impl Content for u32 {
    const IS_WHOLE: bool = true;

    fn value(self) -> Option<f64> {
        Some(self.into())
    }
}

impl Content for f64 {
    const IS_WHOLE: bool = false;

    fn value(self) -> Option<f64> {
        Some(self)
    }
}

impl<C: Content> Content for Option<C> {
    const IS_WHOLE: bool = C::IS_WHOLE;
    const CAN_BE_EMPTY: bool = true;

    fn value(self) -> Option<f64> {
        self.and_then(C::value)
    }
}

/// Declares a table's row: a struct with a field for each column. A column has a constant by which others name it, its name
/// in the file, and what it is called on pages.
macro_rules! row {
    ($(#[$meta:meta])* pub struct $row:ident $(<$number:ident>)? { $($columns:tt)+ }) => {
        $crate::outputs::columns::row!(@fields [$(#[$meta])*] $row [$(<$number = f64>)?] $($columns)+);
        $crate::outputs::columns::row!(@columns $row [$($number)?] $($columns)+);
    };
    (@fields [$($meta:tt)*] $row:ident [$($generics:tt)*] $(
        $(#[doc = $about:literal])+ $field:ident: $type:ty, $column:ident = $name:literal, $title:literal;
    )+) => {
        $($meta)*
        #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $row $($generics)* {
            $($(#[doc = $about])+ #[serde(rename = $name)] pub $field: $type,)+
        }
    };
    // A number of the net's own type is an f64 for those who read.
    (@columns $row:ident [$number:ident] $($columns:tt)+) => {
        const _: () = {
            type $number = f64;
            $crate::outputs::columns::row!(@columns $row [] $($columns)+);
        };
    };
    (@columns $row:ident [] $(
        $(#[doc = $about:literal])+ $field:ident: $type:ty, $column:ident = $name:literal, $title:literal;
    )+) => {
        impl $row {
            $(
                #[doc = concat!("The column `", $name, "`.")]
                pub const $column: $crate::outputs::columns::Column = $crate::outputs::columns::Column {
                    name: $name,
                    title: $title,
                    about: concat!($($about),+).trim_ascii(),
                    is_whole: <$type as $crate::outputs::columns::Content>::IS_WHOLE,
                    can_be_empty: <$type as $crate::outputs::columns::Content>::CAN_BE_EMPTY,
                };
            )+
        }

        impl $crate::outputs::columns::Row for $row {
            const COLUMNS: &'static [$crate::outputs::columns::Column] = &[$(Self::$column),+];

            fn values(&self) -> Vec<Option<f64>> {
                vec![$($crate::outputs::columns::Content::value(self.$field)),+]
            }
        }
    };
}

pub(crate) use row;
