//! Files that NumPy has written (`tests/fixtures/make_npz.py`): numbers of any type come back, all else is refused in words.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use echo_data::Error;
use echo_data::files::{Array, Npz};
use std::fs::File;
use std::path::Path;

fn fixture(name: &str) -> File {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/npz");
    File::open(folder.join(name)).unwrap()
}

fn npz(name: &str) -> Npz<File> {
    Npz::new(fixture(name)).unwrap()
}

/// What every array of the shape (2, 3, 4) was made from.
fn grid(number: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..24).map(|place| number(f64::from(place))).collect()
}

#[test]
fn numbers_come_back() {
    for (file, more) in [("numbers.npz", 0), ("compressed.npz", 1)] {
        let npz = npz(file);
        for (name, whole, expected) in [
            ("float32", false, grid(|number| number / 8.0)),
            ("fortran", false, grid(|number| number)),
            ("big_endian", false, grid(|number| number)),
            ("big_integers", true, grid(|number| number)),
            ("float16", false, grid(|number| number / 8.0)),
            ("int64", true, grid(|number| number - 12.0)),
            ("uint8", true, grid(|number| number)),
            ("bool", true, grid(|number| f64::from(number % 3.0 == 0.0))),
        ] {
            let array = npz.array(name).unwrap();
            assert_eq!(array.shape(), [2, 3, 4], "{name}");
            assert_eq!((array.is_whole(), array.values()), (whole, &expected[..]), "{name}");
        }
        let single = npz.array("single").unwrap();
        assert_eq!((single.shape(), single.values()), (&[][..], &[2.5][..]));
        let empty = npz.array("empty").unwrap();
        assert_eq!((empty.shape(), empty.values()), (&[0, 3][..], &[][..]));
        let strange = npz.array("strange").unwrap().into_values();
        assert!(strange[0].is_nan() && strange[3].is_sign_negative());
        assert_eq!(strange[1..], [f64::INFINITY, f64::NEG_INFINITY, 0.0]);
        assert_eq!(npz.array("größe/a b").unwrap().values(), [0.0, 1.0, 2.0]);
        let names: Vec<_> = npz.names().collect();
        assert_eq!((names.len(), names[0], names[11]), (12 + more, "float32", "größe/a b"));
    }
    assert_eq!(npz("compressed.npz").array("zeros").unwrap().values(), [0.0; 200_000]);
    let fortran = Array::from_npy(fixture("fortran.npy")).unwrap();
    assert_eq!((fortran.shape(), fortran.values()), (&[2, 3, 4][..], &grid(|number| number)[..]));
}

#[test]
fn what_holds_no_numbers_is_refused_and_named() {
    let refused = npz("refused.npz");
    for (name, what) in [
        ("objects", "it holds `|O`, Python objects (pickle): save numbers, not Python objects"),
        ("structured", "it is a structured array, of several fields: save each field as an array of its own"),
        ("complex", "it holds `<c16`, complex numbers: save the real and the imaginary part as arrays of their own"),
        ("text", "it holds `<U2`, text: save numbers, or a number for each text"),
        ("bytes", "it holds `|S2`, text: save numbers, or a number for each text"),
        ("dates", "it holds `<M8[D]`, dates: save them as numbers, such as seconds since a day of your choice"),
        ("spans", "it holds `<m8[s]`, time spans: save them as numbers, such as seconds"),
        ("raw", "it holds `|V3`, bytes without a type: save numbers, such as float32"),
        ("large", "it holds 9007199254740993, which float64 cannot hold exactly: save float64, or smaller integers"),
    ] {
        assert_eq!(refused.array(name).unwrap_err().to_string(), format!("array `{name}`: {what}"));
    }
    // What stands beside it is read all the same.
    assert_eq!(refused.array("good").unwrap().values(), [0.0, 1.0, 2.0]);
    assert!(matches!(refused.array("bad"), Err(Error::NoArray { .. })));
}

#[test]
fn files_that_are_no_npz_are_refused() {
    for (file, what) in [
        ("other_member.npz", "member `readme.txt` is no array (.npy): an NPZ file must hold nothing else"),
        ("fortran.npy", "it is a NumPy file (.npy): it must be an NPZ file, as numpy.savez writes it"),
    ] {
        assert_eq!(Npz::new(fixture(file)).unwrap_err().to_string(), what);
    }
    let zip = Array::from_npy(fixture("numbers.npz")).unwrap_err().to_string();
    assert_eq!(zip, "it is a ZIP file (as .xlsx, .ods and .npz files are): it must be a NumPy file (.npy)");
    assert_eq!(npz("none.npz").names().count(), 0);
}
