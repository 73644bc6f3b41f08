//! What a file is that is no safetensors file: other formats are known by their first bytes.

/// What users have where they expect weights, in words that say what to do.
pub(crate) fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const PICKLE: &str = "it is a pickle, as torch.save writes; convert it in Python: from safetensors.torch import \
                          save_file; save_file(torch.load(\"FILE.pt\", weights_only=True), \"FILE.safetensors\")";
    let start = &bytes[..bytes.len().min(1 << 12)];
    let has = |text: &[u8]| start.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text));
    let text = start.trim_ascii_start();
    Some(match start {
        [] => "it is empty",
        [b'P', b'K', 3, 4, ..] if has(b"data.pkl") => PICKLE,
        [b'P', b'K', 3, 4, ..] if has(b".npy") => "it is a NumPy archive (.npz); save the tensors with safetensors",
        [b'P', b'K', 3, 4, ..] => "it is a zip archive; unpack it first, or save the tensors with safetensors",
        [0x80, 2..=5, ..] => PICKLE,
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "it is a NumPy array (.npy); save the tensors with safetensors",
        [b'G', b'G', b'U', b'F', ..] => "it is a GGUF file; save the tensors with safetensors",
        [0x89, b'H', b'D', b'F', ..] => "it is an HDF5 file, as Keras writes; save the tensors with safetensors",
        [0x1f, 0x8b, ..] => "it is compressed with gzip; unpack it first",
        _ if text.starts_with(b"<") => "it is a web page; download the file itself",
        _ if text.starts_with(b"version https://git-lfs") => {
            "it is a pointer of Git LFS; fetch the file itself with `git lfs pull`"
        }
        _ if text.starts_with(b"{") && has(b"weight_map") => {
            "it is the index of a file in several parts; save all tensors in one file"
        }
        _ if text.starts_with(b"{") => "it is JSON text",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let cases: [(&[u8], &str); 12] = [
            (b"", "empty"),
            (b"PK\x03\x04\0\0\0\0net/data.pkl", "torch.save"),
            (b"\x80\x02\x8a\nl\xfc\x9cF", "torch.save"),
            (b"PK\x03\x04\0\0\0\0arr_0.npy", ".npz"),
            (b"PK\x03\x04\0\0\0\0config.json", "zip"),
            (b"\x93NUMPY\x01\0", ".npy"),
            (b"GGUF\x03\0\0\0", "GGUF"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"\n<!DOCTYPE html>", "web page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (b"{\"metadata\": {}, \"weight_map\": {}}", "several parts"),
        ];
        for (bytes, word) in cases {
            assert!(other_format(bytes).unwrap().contains(word), "{word}");
        }
        assert_eq!(other_format(b"weights"), None);
    }
}
