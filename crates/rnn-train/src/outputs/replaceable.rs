//! What may be replaced by a file that is written where the user says.

use crate::error::Error;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Makes sure that there is a folder for a new file, and nothing in its way but an older one of the same kind, which begins like this
/// and is called `kind`: so that no name that was mistyped, and no device, is replaced.
///
/// # Errors
/// [`Error::Out`].
pub fn check_replaceable(file: &Path, begin: &[u8], kind: &str) -> Result<(), Error> {
    let refuse = |problem: String| Err(Error::Out { path: file.to_owned(), problem });
    // Not through links: what is replaced is the link.
    let there = match std::fs::symlink_metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = file.parent().filter(|folder| !(folder.as_os_str().is_empty() || folder.is_dir()));
            return folder.map_or(Ok(()), |folder| refuse(format!("there is no folder {}", folder.display())));
        }
        Err(error) => return refuse(format!("cannot be written: {error}")),
        Ok(there) => there.file_type(),
    };
    if there.is_dir() {
        return refuse(format!("a folder is there: a {kind} needs the name of a file"));
    }
    if !there.is_file() {
        return refuse("what is there is not a regular file: it is not replaced".to_owned());
    }
    let mut found = Vec::new();
    match File::open(file).and_then(|there| there.take(begin.len() as u64).read_to_end(&mut found)) {
        Ok(_) if found.is_empty() || found == begin => Ok(()),
        Ok(_) => refuse(format!("a file is there that is not a {kind}: it is not replaced")),
        Err(error) => refuse(format!("a file is there that cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_file_of_the_same_kind_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, content) in
            [("old.gif", &b"GIF89a and more"[..]), ("empty", b""), ("other.csv", b"GIF"), ("long", &[7; 9000])]
        {
            std::fs::write(path(name), content).unwrap();
        }
        let told = |name: &str| {
            check_replaceable(&path(name), b"GIF8", "GIF").err().map(|error| (error.exit_code(), error.to_string()))
        };
        for name in ["old.gif", "empty", "new.gif"] {
            assert_eq!(told(name), None);
        }
        for (name, why) in [
            ("other.csv", "not a GIF"),
            ("long", "not a GIF"),
            ("", "a folder is there"),
            ("old.gif/new.gif", "cannot be written"),
            ("none/new.gif", "there is no folder"),
        ] {
            assert!(told(name).is_some_and(|(code, told)| code == 2 && told.contains(why)), "{name}: {:?}", told(name));
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("old.gif"), path("link.gif")).unwrap();
            std::os::unix::fs::symlink(path("nowhere"), path("dangling.gif")).unwrap();
            // Would wait for a reader for ever if it were opened.
            let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
            for name in ["link.gif", "dangling.gif", "socket"] {
                assert!(
                    told(name).is_some_and(|(code, told)| code == 2 && told.contains("not a regular file")),
                    "{name}"
                );
            }
        }
    }
}
