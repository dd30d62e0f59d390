//! Sample values: a UUID, a photo, a sound.

use api_inat::Upload;

pub(crate) const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// A photo, judging by its first bytes.
pub(crate) fn photo() -> Upload {
    Upload::bytes("lynx.jpg", *b"\xFF\xD8\xFF\xE0 a lynx\r\n--in the snow--")
}

/// A sound, judging by its first bytes.
pub(crate) fn sound() -> Upload {
    Upload::bytes("owl.wav", *b"RIFF\x24\0\0\0WAVEfmt  an owl")
}
