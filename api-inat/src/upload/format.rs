//! Detects the format of a file by its first bytes.

use std::fmt;

/// The number of first bytes that are read.
pub(super) const BEGINNING: usize = 16;

/// The medium that an operation uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Photo,
    Sound,
}

impl Medium {
    /// Returns the accepted formats.
    #[inline]
    pub(super) fn accepted(self) -> &'static str {
        match self {
            Self::Photo => "JPEG, PNG or GIF",
            Self::Sound => "WAV, MP3, M4A, AAC, AMR, 3GPP, Ogg or FLAC",
        }
    }
}

impl fmt::Display for Medium {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Photo => "a photo",
            Self::Sound => "a sound",
        })
    }
}

/// A file format.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) name: &'static str,
    pub(super) content_type: &'static str,
    pub(super) extension: &'static str,
    pub(super) medium: Medium,
    /// Returns whether iNaturalist accepts it. `app/models/local_photo.rb` and `local_sound.rb` of
    /// its Rails application accept JPEG, PNG and GIF. They accept WAV and MP3 unchanged, and
    /// convert every other sound to M4A. Not verified against the running service.
    pub(super) accepted: bool,
    is: fn(&[u8]) -> bool,
}

impl Format {
    #[inline]
    pub(super) fn of(beginning: &[u8]) -> Option<&'static Self> {
        FORMATS.iter().find(|format| (format.is)(beginning))
    }
}

#[inline]
const fn photo(
    name: &'static str,
    content_type: &'static str,
    extension: &'static str,
    is: fn(&[u8]) -> bool,
) -> Format {
    Format {
        name,
        content_type,
        extension,
        medium: Medium::Photo,
        accepted: true,
        is,
    }
}

#[inline]
const fn sound(
    name: &'static str,
    content_type: &'static str,
    extension: &'static str,
    is: fn(&[u8]) -> bool,
) -> Format {
    Format {
        medium: Medium::Sound,
        ..photo(name, content_type, extension, is)
    }
}

#[inline]
const fn refused(format: Format) -> Format {
    Format {
        accepted: false,
        ..format
    }
}

/// In the order of detection: MP3 last among those that begin alike.
const FORMATS: &[Format] = &[
    photo("a JPEG", "image/jpeg", "jpg", |b| {
        b.starts_with(b"\xFF\xD8\xFF")
    }),
    photo("a PNG", "image/png", "png", |b| {
        b.starts_with(b"\x89PNG\r\n\x1A\n")
    }),
    photo("a GIF", "image/gif", "gif", |b| {
        b.starts_with(b"GIF87a") || b.starts_with(b"GIF89a")
    }),
    refused(photo("a HEIC image", "image/heic", "heic", |b| {
        brand(b).is_some_and(|brand| {
            [
                b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1",
            ]
            .contains(&brand)
        })
    })),
    refused(photo("an AVIF image", "image/avif", "avif", |b| {
        brand(b).is_some_and(|brand| brand == b"avif" || brand == b"avis")
    })),
    refused(photo("a WebP image", "image/webp", "webp", |b| {
        riff(b, b"WEBP")
    })),
    refused(photo("a TIFF", "image/tiff", "tiff", |b| {
        b.starts_with(b"II*\0") || b.starts_with(b"MM\0*")
    })),
    refused(photo("a BMP", "image/bmp", "bmp", |b| {
        b.starts_with(b"BM") && b.get(6..10) == Some(&[0; 4])
    })),
    sound("a WAV", "audio/wav", "wav", |b| riff(b, b"WAVE")),
    sound("a 3GPP sound", "audio/3gpp", "3gp", |b| {
        brand(b).is_some_and(|brand| brand.starts_with(b"3gp"))
    }),
    refused(sound("a film", "video/quicktime", "mov", |b| {
        brand(b) == Some(b"qt  ")
    })),
    sound("an M4A", "audio/mp4", "m4a", |b| brand(b).is_some()),
    sound("an AMR", "audio/amr", "amr", |b| b.starts_with(b"#!AMR")),
    sound("an Ogg sound", "audio/ogg", "ogg", |b| {
        b.starts_with(b"OggS")
    }),
    sound("a FLAC", "audio/flac", "flac", |b| b.starts_with(b"fLaC")),
    // Both begin with twelve set bits; the layer is 0 in AAC alone (ISO 13818-7, ISO 11172-3).
    sound("an AAC", "audio/aac", "aac", |b| {
        sync(b).is_some_and(|second| second & 0xF6 == 0xF0)
    }),
    sound("an MP3", "audio/mpeg", "mp3", |b| {
        b.starts_with(b"ID3") || sync(b).is_some_and(|second| second & 0x06 != 0)
    }),
];

/// Returns the brand of an ISO base media file (ISO 14496-12).
#[inline]
fn brand(beginning: &[u8]) -> Option<&[u8; 4]> {
    match beginning.get(4..8) {
        Some(b"ftyp") => beginning.get(8..12)?.try_into().ok(),
        _ => None,
    }
}

#[inline]
fn riff(beginning: &[u8], kind: &[u8; 4]) -> bool {
    beginning.starts_with(b"RIFF") && beginning.get(8..12) == Some(kind)
}

/// Returns the second byte of an MPEG sync word: eleven set bits.
#[inline]
fn sync(beginning: &[u8]) -> Option<u8> {
    match beginning {
        [0xFF, second, ..] if second & 0xE0 == 0xE0 && *second != 0xFF => Some(*second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes() {
        let check = |bytes: &[u8], expect: Option<(&str, bool)>| {
            let found = Format::of(bytes).map(|format| (format.content_type, format.accepted));
            assert_eq!(found, expect, "{bytes:?}");
        };
        check(b"\xFF\xD8\xFF\xE0\0\x10JFIF", Some(("image/jpeg", true)));
        check(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Some(("image/png", true)));
        check(b"GIF89a\x01\0", Some(("image/gif", true)));
        check(b"\0\0\0\x18ftypheic\0\0\0\0", Some(("image/heic", false)));
        check(b"\0\0\0\x18ftypavif\0\0\0\0", Some(("image/avif", false)));
        check(b"RIFF\x24\0\0\0WEBPVP8 ", Some(("image/webp", false)));
        check(b"II*\0\x08\0\0\0", Some(("image/tiff", false)));
        check(
            b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\0\0",
            Some(("image/bmp", false)),
        );
        check(b"RIFF\x24\0\0\0WAVEfmt ", Some(("audio/wav", true)));
        check(b"\0\0\0\x1CftypM4A \0\0\0\0", Some(("audio/mp4", true)));
        check(b"\0\0\0\x1Cftypmp42\0\0\0\0", Some(("audio/mp4", true)));
        check(b"\0\0\0\x14ftyp3gp4\0\0\0\0", Some(("audio/3gpp", true)));
        check(
            b"\0\0\0\x14ftypqt  \0\0\0\0",
            Some(("video/quicktime", false)),
        );
        check(b"#!AMR\n", Some(("audio/amr", true)));
        check(b"OggS\0\x02", Some(("audio/ogg", true)));
        check(b"fLaC\0\0\0\x22", Some(("audio/flac", true)));
        check(b"ID3\x04\0\0", Some(("audio/mpeg", true)));
        check(b"\xFF\xFB\x90\x44", Some(("audio/mpeg", true)));
        check(b"\xFF\xF1\x50\x80", Some(("audio/aac", true)));
        check(b"\xFF\xF9\x50\x80", Some(("audio/aac", true)));
        check(b"\xFF\xFF\xFF\xFF", None);
        check(b"\xFF\xD8", None);
        check(b"%PDF-1.7", None);
        check(b"<!DOCTYPE html>", None);
        check(b"BMs are not all bitmaps", None);
        check(b"", None);
    }
}
