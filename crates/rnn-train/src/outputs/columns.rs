//! The columns of CSV tables, each declared once: from here the writer, the reader, pages and the screen take its name and
//! what it is called.

use serde::{Deserialize, Serialize};

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
    /// Whether a file can be without it.
    pub is_extra: bool,
}

/// A row of one of a run's tables, all of whose cells are numbers or empty.
pub trait Row: for<'de> Deserialize<'de> {
    /// The table's columns, in the order of the row's fields.
    const COLUMNS: &'static [Column];

    /// What stands in the cells; nothing in one that is empty.
    fn values(&self) -> Vec<Option<f64>>;

    /// The names of the columns that every file has.
    fn names() -> Vec<&'static str> {
        Self::COLUMNS.iter().filter(|column| !column.is_extra).map(|column| column.name).collect()
    }

    /// Those of the columns behind them, which a file can be without.
    fn extras() -> Vec<&'static str> {
        Self::COLUMNS.iter().filter(|column| column.is_extra).map(|column| column.name).collect()
    }
}

/// What can stand in a cell.
pub trait Content: Copy {
    /// Whether it is a whole number.
    const IS_WHOLE: bool;
    /// Whether there can be nothing.
    const CAN_BE_EMPTY: bool = false;
    /// Whether a file can be without its column.
    const IS_EXTRA: bool = false;

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

/// A number in a column that a file can be without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<f64>", into = "Option<f64>")]
pub enum Extra {
    /// The file is without it.
    #[default]
    NoColumn,
    /// What stands in its cell.
    Cell(Option<f64>),
}

impl Extra {
    /// Whether there is no cell.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        *self == Self::NoColumn
    }
}

impl From<Option<f64>> for Extra {
    fn from(cell: Option<f64>) -> Self {
        Self::Cell(cell)
    }
}

impl From<Extra> for Option<f64> {
    fn from(extra: Extra) -> Self {
        extra.value()
    }
}

impl Content for Extra {
    const IS_WHOLE: bool = false;
    const CAN_BE_EMPTY: bool = true;
    const IS_EXTRA: bool = true;

    fn value(self) -> Option<f64> {
        match self {
            Self::NoColumn => None,
            Self::Cell(cell) => cell,
        }
    }
}

/// Declares a table's row: a struct with a field for each column. A column has a constant by which others name it, its name
/// in the file, and what it is called on pages; one that a file can be without says by what it is left out.
macro_rules! row {
    ($(#[$meta:meta])* pub struct $row:ident $(<$number:ident>)? { $($columns:tt)+ }) => {
        $crate::outputs::columns::row!(@fields [$(#[$meta])*] $row [$(<$number = f64>)?] $($columns)+);
        $crate::outputs::columns::row!(@columns $row [$($number)?] $($columns)+);
    };
    (@fields [$($meta:tt)*] $row:ident [$($generics:tt)*] $(
        $(#[doc = $about:literal])+ $field:ident: $type:ty, $column:ident = $name:literal, $title:literal $(, unless $left_out:literal)?;
    )+) => {
        $($meta)*
        #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $row $($generics)* {
            $($(#[doc = $about])+ #[serde(rename = $name)] $(#[serde(default, skip_serializing_if = $left_out)])? pub $field: $type,)+
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
        $(#[doc = $about:literal])+ $field:ident: $type:ty, $column:ident = $name:literal, $title:literal $(, unless $left_out:literal)?;
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
                    is_extra: <$type as $crate::outputs::columns::Content>::IS_EXTRA,
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
