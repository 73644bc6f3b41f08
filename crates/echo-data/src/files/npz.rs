//! Arrays with names: an NPZ is a ZIP of NumPy files.

use super::fault::Refusal;
use super::npy::{Array, Numbers};
use super::text::{MARK, other};
use crate::error::Error;
use crate::words::Shown;
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive};
use rawzip::{ZipArchiveEntryWayfinder, ZipLocator};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufReader, Error as IoError, ErrorKind as IoErrorKind, Read, Seek, SeekFrom};

/// How a ZIP begins, and how one without members does.
pub(super) const MARKS: [&[u8; MARK]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// What a member's name ends with, and an array's does not.
const ENDING: &str = ".npy";

/// The arrays of a file that NumPy's `savez` or `savez_compressed` has written.
///
/// The list of arrays is read and checked at once, an array when it is asked for.
///
/// ```no_run
/// let npz = echo_data::files::Npz::new(std::fs::File::open("series.npz")?)?;
/// for name in npz.names() {
///     println!("{name}: {:?}", npz.array(name)?.shape());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Npz<R> {
    archive: ZipArchive<Places<R>>,
    members: Vec<Member>,
    most_values: usize,
}

/// Makes something of the numbers of an array.
type Make<'a, T> = &'a mut dyn FnMut(Numbers<&mut dyn Read>) -> Result<T, Refusal>;

/// An array as the ZIP lists it.
#[derive(Debug)]
struct Member {
    name: String,
    /// Where it begins.
    start: u64,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
}

impl<R: Read + Seek> Npz<R> {
    /// Reads the list of arrays.
    ///
    /// # Errors
    /// [`Error::Npz`] for what cannot be read, is no NPZ or has members that cannot be arrays.
    pub fn new(reader: R) -> Result<Self, Error> {
        let (archive, members) = opened(reader).map_err(|problem| Error::Npz { problem })?;
        Ok(Self { archive, members, most_values: usize::MAX })
    }

    /// Refuses arrays of more values. One takes eight bytes of memory, two while it is brought from Fortran order to C order,
    /// and a thousand zeros take one byte of a compressed file.
    #[must_use]
    pub fn with_most_values(self, most_values: usize) -> Self {
        Self { most_values, ..self }
    }

    /// The arrays' names, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| &member.name[..])
    }

    /// Reads the array of this name.
    ///
    /// # Errors
    /// [`Error::NoArray`] if there is none; [`Error::Array`] and [`Error::ArrayMemory`] as for
    /// [`Array::from_npy`], for what is damaged, and for an array that is larger than asked for.
    pub fn array(&self, name: &str) -> Result<Array, Error> {
        self.of_member(name, &mut |numbers| Array::of(numbers))
    }

    /// Hands out the numbers of the array of this name in C order, block by block, and returns its shape.
    ///
    /// # Errors
    /// As for [`array`](Self::array).
    pub(crate) fn for_each_block(&self, name: &str, take: &mut dyn FnMut(&[f64])) -> Result<Vec<usize>, Error> {
        Ok(self.of_member(name, &mut |numbers| numbers.for_each_block(take))?.shape)
    }

    fn of_member<T>(&self, name: &str, make: Make<'_, T>) -> Result<T, Error> {
        let Some(member) = self.members.iter().find(|member| member.name == name) else {
            let names = self.names().map(str::to_owned).collect();
            return Err(Error::NoArray { name: name.to_owned(), names });
        };
        self.read(member, make).map_err(|refusal| refusal.of(Some(name)))
    }

    fn read<T>(&self, member: &Member, make: Make<'_, T>) -> Result<T, Refusal> {
        let entry = self.archive.get_entry(member.place).map_err(|error| damaged(&error))?;
        let stored = BufReader::new(entry.reader());
        let bytes = Some(member.place.uncompressed_size_hint());
        let mut made =
            |reader: &mut dyn Read| Numbers::behind_header(reader, bytes, self.most_values).and_then(&mut *make);
        if member.method == CompressionMethod::STORE {
            return made(&mut Told(entry.verifying_reader(stored)));
        }
        let mut unpacked = DeflateDecoder::new(stored);
        let made = made(&mut Told(entry.verifying_reader(&mut unpacked)))?;
        if unpacked.total_in() == member.place.compressed_size_hint() {
            return Ok(made);
        }
        Err("its compressed data go on behind their end: write the file again".to_owned().into())
    }
}

/// Finds all members, none of which may be anything else than a NumPy file of its own.
fn opened<R: Read + Seek>(mut reader: R) -> Result<(ZipArchive<Places<R>>, Vec<Member>), String> {
    let unreadable = |error: IoError| format!("it cannot be read: {error}");
    let length = reader.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let places = Places { reader: RefCell::new(reader), length };
    let mut start = [0; MARK];
    let known = usize::try_from(length).map_or(MARK, |length| length.min(MARK));
    places.read_exact_at(&mut start[..known], 0).map_err(unreadable)?;
    if !MARKS.contains(&&start) {
        let is = match other(&start) {
            Some(kind) => format!("it is {kind}"),
            None if length == 0 => "it is empty".to_owned(),
            None => "it does not begin as a ZIP file does".to_owned(),
        };
        return Err(format!("{is}: it must be an NPZ file, as numpy.savez writes it"));
    }
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive =
        ZipLocator::new().locate_in_reader(places, &mut buffer, length).map_err(|(_, error)| damaged(&error))?;
    if archive.end_offset() != length {
        return Err("there is something behind its end: write the file again".to_owned());
    }
    let mut members = Vec::new();
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(|error| damaged(&error))? {
        let path = entry.file_path();
        let bytes: &[u8] = path.as_ref();
        // Without the mark of UTF-8 the other characters are those of one code page or another.
        let path = match std::str::from_utf8(bytes) {
            Ok(path) if entry.flags().is_utf8() || path.is_ascii() => path,
            _ => {
                let shown = String::from_utf8_lossy(bytes);
                return Err(format!("the name of member `{}` is not UTF-8: write the file again", Shown(&shown)));
            }
        };
        let shown = Shown(path);
        if entry.flags().is_encrypted() || entry.flags().has_strong_encryption() {
            return Err(format!("member `{shown}` is encrypted: write the file without a password"));
        }
        let Some(name) = path.strip_suffix(ENDING) else {
            return Err(format!("member `{shown}` is no array (.npy): an NPZ file must hold nothing else"));
        };
        let (place, method) = (entry.wayfinder(), entry.compression_method());
        if ![CompressionMethod::STORE, CompressionMethod::DEFLATE].contains(&method) {
            let known = method.name().unwrap_or("an unknown method");
            return Err(format!(
                "member `{shown}` is compressed by {known}: use numpy.savez or numpy.savez_compressed"
            ));
        }
        if method == CompressionMethod::STORE && place.compressed_size_hint() != place.uncompressed_size_hint() {
            return Err(format!("member `{shown}` has two lengths: write the file again"));
        }
        members.try_reserve(1).map_err(|_| "there is no memory for its list of members".to_owned())?;
        members.push(Member { name: name.to_owned(), start: entry.local_header_offset(), place, method });
    }
    if archive.entries_hint() != members.len() as u64 {
        let (said, found) = (archive.entries_hint(), members.len());
        return Err(format!("it should have {said} members and has {found}: write the file again"));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = members.iter().find(|member| !names.insert(&member.name)) {
        let shown = Shown(&twice.name);
        return Err(format!("array `{shown}` is there twice: each must have a name of its own"));
    }
    check_places(&archive, &members, &mut buffer)?;
    Ok((archive, members))
}

/// An error unless each member is where the list says, from the file's first byte on, and no two share a byte.
///
/// Programs that trust what stands before a member would otherwise read another file than those that trust the list, and a
/// small file could hold the same data a thousand times.
fn check_places<R: Read + Seek>(
    archive: &ZipArchive<Places<R>>,
    members: &[Member],
    buffer: &mut [u8],
) -> Result<(), String> {
    let mut ends = Vec::new();
    for member in members {
        let shown = Shown(&member.name);
        let entry = archive.get_entry(member.place).map_err(|error| damaged(&error))?;
        let header = entry.local_header(buffer).map_err(|error| damaged(&error))?;
        let path = header.file_path();
        let path: &[u8] = path.as_ref();
        if path.strip_suffix(ENDING.as_bytes()) != Some(member.name.as_bytes()) {
            let found = String::from_utf8_lossy(path);
            return Err(format!("array `{shown}` is `{}` where it stands: write the file again", Shown(&found)));
        }
        if header.compression_method() != member.method || header.flags().is_encrypted() {
            return Err(format!("array `{shown}` is packed in two ways: write the file again"));
        }
        ends.try_reserve(1).map_err(|_| "there is no memory for its list of members".to_owned())?;
        ends.push((entry.compressed_data_range().1, member));
    }
    ends.sort_by_key(|(end, member)| (member.start, *end));
    let mut before = 0;
    for (end, member) in ends {
        // What may lie between two members is the checksum of the one before.
        let first_is_late = before == 0 && member.start > 0;
        if first_is_late || member.start < before || end > archive.directory_offset() {
            return Err(format!("array `{}` is not where it should be: write the file again", Shown(&member.name)));
        }
        before = end;
    }
    Ok(())
}

/// Words for a ZIP that is not as it should be.
fn damaged(error: &rawzip::Error) -> String {
    let what = match error.kind() {
        ErrorKind::MissingEndOfCentralDirectory => "its list of members is missing",
        ErrorKind::InvalidChecksum { .. } => "its checksum is another one",
        ErrorKind::InvalidSize { .. } => "its length is another one than the ZIP says",
        ErrorKind::Eof => "it ends too soon",
        ErrorKind::IO(error) => return format!("it cannot be read: {error}"),
        _ => "its list of members is not as it should be",
    };
    format!("{what}: the file is cut short or damaged")
}

/// Reads a member, and tells in words what is wrong with its data.
struct Told<R>(R);

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, IoError> {
        self.0.read(buffer).map_err(|error| {
            let words = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(inner) => damaged(inner),
                // So flate2 says that data are not what deflate makes.
                None if [IoErrorKind::InvalidInput, IoErrorKind::UnexpectedEof].contains(&error.kind()) => {
                    "its compressed data are not as they should be: the file is cut short or damaged".to_owned()
                }
                None => return error,
            };
            IoError::new(IoErrorKind::InvalidData, words)
        })
    }
}

/// Reads anywhere in a file.
#[derive(Debug)]
struct Places<R> {
    reader: RefCell<R>,
    length: u64,
}

impl<R: Read + Seek> ReaderAt for Places<R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, IoError> {
        // Files refuse places beyond what an i64 can hold.
        if offset >= self.length {
            return Ok(0);
        }
        let mut reader = self.reader.try_borrow_mut().map_err(|_| IoError::from(IoErrorKind::ResourceBusy))?;
        reader.seek(SeekFrom::Start(offset))?;
        loop {
            match reader.read(buffer) {
                Err(error) if error.kind() == IoErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    /// A member as a test wants it: all that is written of it twice, and its data.
    #[derive(Clone)]
    struct Packed {
        local_name: &'static str,
        name: &'static str,
        flags: u16,
        method: u16,
        crc: u32,
        length: u32,
        data: Vec<u8>,
        /// Where the list says that it begins, if not where it does.
        start: Option<u32>,
    }

    fn packed(name: &'static str, content: &[u8], method: u16) -> Packed {
        let data = match method {
            8 => {
                let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
                packer.write_all(content).unwrap();
                packer.finish().unwrap()
            }
            _ => content.to_vec(),
        };
        let (crc, length) = (rawzip::crc32(content), content.len() as u32);
        Packed { local_name: name, name, flags: 0, method, crc, length, data, start: None }
    }

    fn zip(members: &[Packed]) -> Vec<u8> {
        let (mut file, mut list) = (Vec::new(), Vec::new());
        for member in members {
            let start = member.start.unwrap_or(file.len() as u32);
            let common = |name: &str| {
                let shorts =
                    |numbers: &[u16]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
                let longs = [member.crc, member.data.len() as u32, member.length].map(u32::to_le_bytes);
                [shorts(&[20, member.flags, member.method, 0, 0]), longs.concat(), shorts(&[name.len() as u16, 0])]
                    .concat()
            };
            list.extend([b"PK\x01\x02\x14\0", &common(member.name)[..], &[0; 10], &start.to_le_bytes()].concat());
            list.extend(member.name.as_bytes());
            file.extend([b"PK\x03\x04", &common(member.local_name)[..], member.local_name.as_bytes()].concat());
            file.extend(&member.data);
        }
        let [count, start, length] = [members.len(), file.len(), list.len()].map(|number| number as u32);
        let count = (count as u16).to_le_bytes();
        file.extend(list);
        file.extend(
            [b"PK\x05\x06\0\0\0\0", &count[..], &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0; 2]].concat(),
        );
        file
    }

    /// A file of as many bytes, all 1, as the shape says or not.
    fn npy(shape: usize, bytes: usize) -> Vec<u8> {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape},)}}");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &vec![1; bytes]].concat()
    }

    fn opened(members: &[Packed]) -> Result<Npz<Cursor<Vec<u8>>>, Error> {
        Npz::new(Cursor::new(zip(members)))
    }

    /// What is said of a file of these members, when it is opened or the array `a` read.
    fn refused(members: &[Packed]) -> String {
        opened(members).and_then(|npz| npz.array("a")).unwrap_err().to_string()
    }

    #[test]
    fn members_are_read_in_any_order() {
        for method in [0, 8] {
            let npz = opened(&[packed("b.npy", &npy(2, 2), method), packed("a.npy", &npy(300, 300), method)]).unwrap();
            assert_eq!(npz.names().collect::<Vec<_>>(), ["b", "a"]);
            assert_eq!(npz.array("a").unwrap().values(), [1.0; 300]);
            assert_eq!(npz.array("b").unwrap().shape(), [2]);
            let message = npz.array("c").unwrap_err().to_string();
            assert_eq!(message, "there is no array `c`; the file has b, a");
        }
        let none = opened(&[]).unwrap();
        assert_eq!(none.array("a").unwrap_err().to_string(), "there is no array `a`; the file has none");
    }

    #[test]
    fn what_is_no_npz_is_named() {
        let whole = zip(&[packed("a.npy", &npy(3, 3), 0)]);
        let mut another_count = whole.clone();
        another_count[whole.len() - 12] = 2;
        for (file, what) in [
            (&another_count[..], "it should have 2 members and has 1: write the file again"),
            (&b""[..], "it is empty: it must be an NPZ file, as numpy.savez writes it"),
            (b"a", "it does not begin as a ZIP file does: it must be an NPZ file, as numpy.savez writes it"),
            (&npy(1, 1), "it is a NumPy file (.npy): it must be an NPZ file, as numpy.savez writes it"),
            (b"\x89HDF\r\n", "it is an HDF5 file: it must be an NPZ file, as numpy.savez writes it"),
            (&whole[..whole.len() - 22], "its list of members is missing: the file is cut short or damaged"),
            (&[&whole[..], b"\n"].concat(), "there is something behind its end: write the file again"),
            (&[b"PK\x03\x04", &whole[..]].concat(), "array `a` is not where it should be: write the file again"),
            (
                &[&whole[..], &whole].concat(),
                "its list of members is not as it should be: the file is cut short or damaged",
            ),
        ] {
            assert_eq!(Npz::new(Cursor::new(file)).unwrap_err().to_string(), what);
        }
        for length in 0..whole.len() {
            assert!(Npz::new(Cursor::new(&whole[..length])).is_err(), "{length}");
        }
    }

    #[test]
    fn members_that_are_no_arrays_are_refused() {
        let right = packed("a.npy", &npy(3, 3), 0);
        let change = |change: fn(&mut Packed)| {
            let mut changed = right.clone();
            change(&mut changed);
            refused(&[changed])
        };
        for (message, what) in [
            (refused(&[packed("a", &npy(3, 3), 0)]), "member `a` is no array (.npy)"),
            (refused(&[right.clone(), packed("b/", &[], 0)]), "member `b/` is no array (.npy)"),
            (refused(&[right.clone(), right.clone()]), "array `a` is there twice"),
            (refused(&[packed("é.npy", &npy(3, 3), 0)]), "the name of member `é.npy` is not UTF-8"),
            (refused(&[packed("a.npy", b"text", 0)]), "array `a`: it does not begin as a NumPy file does"),
            (refused(&[packed("a.npy", &npy(3, 3), 93)]), "member `a.npy` is compressed by ZSTD"),
            (change(|member| member.flags = 1), "member `a.npy` is encrypted"),
            (change(|member| member.length = 4), "member `a.npy` has two lengths"),
            (change(|member| member.local_name = "b.npy"), "array `a` is `b.npy` where it stands"),
            (change(|member| member.start = Some(1)), "the file is cut short or damaged"),
            (change(|member| member.crc ^= 1), "array `a`: its checksum is another one"),
            (refused(&[Packed { crc: 1, ..packed("a.npy", &npy(3, 3), 8) }]), "array `a`: its checksum is another one"),
        ] {
            assert!(message.contains(what), "{message}");
        }
        let mut shared = [right.clone(), packed("b.npy", &npy(3, 3), 0)];
        shared[1].local_name = "a.npy";
        shared[1].start = Some(0);
        assert!(refused(&shared).contains("array `b` is `a.npy` where it stands"), "{}", refused(&shared));
        // A member within another one's data.
        let inner = zip(&[packed("b.npy", &npy(3, 3), 0)]);
        let mut nested = [packed("a.npy", &inner, 0), packed("b.npy", &npy(3, 3), 0)];
        nested[1].start = Some(35);
        assert!(refused(&nested).contains("array `b` is not where it should be"), "{}", refused(&nested));
    }

    #[test]
    fn lengths_that_disagree_are_refused() {
        for method in [0, 8] {
            for bytes in [0, 2, 4, 100_000] {
                let message = refused(&[packed("a.npy", &npy(3, bytes), method)]);
                let right = "write the file again";
                assert_eq!(
                    message,
                    format!("array `a`: its shape (3,) takes 3 bytes of numbers, and there are {bytes}: {right}")
                );
            }
        }
        // More or less is packed than both the ZIP and the header say.
        for packed_bytes in [2, 4, 10_000_000] {
            let mut bomb = packed("a.npy", &npy(3, packed_bytes), 8);
            bomb.length = npy(3, 3).len() as u32;
            let message = refused(&[bomb]);
            assert!(message.starts_with("array `a`: its "), "{message}");
        }
        let mut behind = packed("a.npy", &npy(3, 3), 8);
        behind.data.push(0);
        assert!(refused(&[behind.clone()]).contains("go on behind their end"), "{}", refused(&[behind.clone()]));
        behind.data.truncate(10);
        assert!(refused(&[behind]).starts_with("array `a`: its "));
    }

    #[test]
    fn a_caller_can_limit_an_array() {
        let members = [packed("a.npy", &npy(1000, 1000), 8)];
        assert!(opened(&members).unwrap().with_most_values(1000).array("a").is_ok());
        let message = opened(&members).unwrap().with_most_values(999).array("a").unwrap_err().to_string();
        assert_eq!(message, "array `a`: it has 1000 values: it must not have more than 999");
    }
}
