//! The buffer in which a transport collects the body of a response, within its limit and
//! decompressed.

#[cfg(feature = "gzip")]
use std::io::{self, Write};

use super::{
    coding::AcceptedCoding, limits::Limits, response_body::ResponseBody,
    response_error::ResponseError,
};

/// Collects the body of a response within its limit, and decompresses it. For transports.
///
/// The limit counts decompressed bytes. A small response that would decompress to a large one is
/// rejected as soon as it reaches the limit.
///
/// ```
/// use auth_core::{AcceptedCoding, Limits, ResponseBuffer, ResponseError};
///
/// let limits = Limits::api().with_max_bytes(4);
/// let mut request = http::Request::get("https://api.example.org/ping").body(())?;
/// let coding = AcceptedCoding::request(&limits, request.headers_mut());
///
/// // The head of its response has arrived.
/// let (method, status) = (http::Method::GET, http::StatusCode::OK);
/// let mut headers = http::HeaderMap::new();
/// let mut buffer = ResponseBuffer::new(&limits, coding, &method, status, &mut headers)?;
/// buffer.push(b"1234")?;
/// assert!(buffer.push(b"5").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ResponseBuffer {
    decoder: Decoder,
    /// Number of bytes that may still be pushed.
    left: usize,
    limit: usize,
}

/// Twice what deflate adds to bytes that it cannot compress, and a header of gzip.
#[cfg(feature = "gzip")]
const fn incompressible(limit: usize) -> usize {
    limit.saturating_add(limit / 1000).saturating_add(1024)
}

impl ResponseBuffer {
    /// Makes an empty buffer for the response to `method`, with room for the length that the head
    /// announces.
    ///
    /// If the body is compressed, removes `Content-Encoding` and `Content-Length` from the headers:
    /// they do not describe what the buffer returns.
    ///
    /// # Errors
    /// Fails if the head announces a body that is longer than the limit, or a compression that was
    /// not asked for.
    pub fn new(
        limits: &Limits,
        coding: AcceptedCoding,
        method: &http::Method,
        status: http::StatusCode,
        headers: &mut http::HeaderMap,
    ) -> Result<Self, ResponseError> {
        let limit = limits.max_bytes();
        let body = |bytes| ResponseBody::with_capacity(limits.is_secret(), bytes);
        // Such responses have no body, whatever their head says (RFC 9110 section 6.4.1).
        if *method == http::Method::HEAD || matches!(status.as_u16(), 204 | 304) {
            return Ok(Self {
                decoder: Decoder::Plain(body(0)),
                left: limit,
                limit,
            });
        }
        let announced = headers
            .get(http::header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.trim().parse::<u64>().ok())
            .map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        let gzip = coding.is_gzip(headers)?;
        // A bound: a server cannot make the program reserve more than 1 MiB at once.
        let body = body(announced.min(1 << 20));
        let (decoder, left) = match gzip {
            #[cfg(feature = "gzip")]
            true => (Decoder::gzip(body, limit), incompressible(limit)),
            _ => (Decoder::Plain(body), limit),
        };
        match announced > left {
            true => Err(ResponseError::too_large(limit)),
            false => Ok(Self {
                decoder,
                left,
                limit,
            }),
        }
    }

    /// Appends a piece of the body, as it came.
    ///
    /// # Errors
    /// Fails if the body is longer than the limit, or is damaged.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), ResponseError> {
        let left = self.left.checked_sub(piece.len());
        self.left = left.ok_or(ResponseError::too_large(self.limit))?;
        match &mut self.decoder {
            Decoder::Plain(body) => body.append(piece),
            #[cfg(feature = "gzip")]
            Decoder::Gzip(gzip) => {
                let outcome = gzip.decoder.write_all(piece);
                outcome.map_err(|_| gzip.reason())?;
                gzip.empty &= piece.is_empty();
            }
        }
        Ok(())
    }

    /// Returns the collected body.
    ///
    /// # Errors
    /// Fails if a compressed body is incomplete.
    pub fn finish(self) -> Result<ResponseBody, ResponseError> {
        match self.decoder {
            Decoder::Plain(body) => Ok(body),
            #[cfg(feature = "gzip")]
            Decoder::Gzip(gzip) => gzip.finish(),
        }
    }
}

enum Decoder {
    Plain(ResponseBody),
    #[cfg(feature = "gzip")]
    Gzip(Box<Gzip>),
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(body) => body.fmt(f),
            #[cfg(feature = "gzip")]
            Self::Gzip(gzip) => gzip.decoder.get_ref().body.fmt(f),
        }
    }
}

#[cfg(feature = "gzip")]
impl Decoder {
    /// Compiled once, and only in programs that decompress.
    #[inline(never)]
    fn gzip(body: ResponseBody, limit: usize) -> Self {
        let bounded = Bounded {
            body,
            limit,
            full: false,
        };
        Self::Gzip(Box::new(Gzip {
            decoder: flate2::write::MultiGzDecoder::new(bounded),
            empty: true,
        }))
    }
}

#[cfg(feature = "gzip")]
struct Gzip {
    decoder: flate2::write::MultiGzDecoder<Bounded>,
    /// Whether nothing came. Some servers send such a body as gzip, too.
    empty: bool,
}

#[cfg(feature = "gzip")]
impl Gzip {
    fn finish(mut self) -> Result<ResponseBody, ResponseError> {
        if !self.empty {
            self.decoder.try_finish().map_err(|_| self.reason())?;
        }
        Ok(std::mem::take(&mut self.decoder.get_mut().body))
    }

    fn reason(&self) -> ResponseError {
        let bounded = self.decoder.get_ref();
        match bounded.full {
            true => ResponseError::too_large(bounded.limit),
            false => ResponseError::damaged(),
        }
    }
}

/// Takes what the decoder returns, up to the limit.
#[cfg(feature = "gzip")]
struct Bounded {
    body: ResponseBody,
    limit: usize,
    full: bool,
}

#[cfg(feature = "gzip")]
impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.full || piece.len() > self.limit - self.body.as_bytes().len() {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.body.append(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(limits: &Limits, status: u16, length: &str) -> Result<ResponseBuffer, ResponseError> {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-length", length.parse().expect("a value"));
        let status = http::StatusCode::from_u16(status).expect("a status");
        let coding = AcceptedCoding::request(limits, &mut http::HeaderMap::new());
        ResponseBuffer::new(limits, coding, &http::Method::GET, status, &mut headers)
    }

    #[test]
    fn a_buffer_grows_to_its_limit_and_no_further() {
        for limits in [Limits::token(), Limits::api()] {
            let limits = limits.with_max_bytes(3000);
            let mut buffer = buffer(&limits, 200, "3000").expect("within the limit");
            for _ in 0..30 {
                buffer.push(&[7; 100]).expect("within the limit");
            }
            assert_eq!(buffer.push(&[7]), Err(ResponseError::too_large(3000)));
            let body = buffer.finish().expect("complete");
            assert_eq!(body.as_bytes(), [7; 3000]);
        }
    }

    #[test]
    fn announcements() {
        let limits = Limits::api().with_max_bytes(3000);
        let check = |status: u16, length: &str, fits: bool| {
            assert_eq!(
                buffer(&limits, status, length).is_ok(),
                fits,
                "{status} {length}"
            );
        };
        check(200, "3000", true);
        check(200, "3001", false);
        check(200, "99999999999999999999999", true);
        check(200, "18446744073709551615", false);
        check(304, "3001", true);
        check(204, "3001", true);
        check(200, "much", true);
    }

    #[cfg(feature = "gzip")]
    mod gzip {
        use super::*;
        use io::Read;

        fn compress(body: impl io::Read) -> Vec<u8> {
            let mut compressed = Vec::new();
            flate2::read::GzEncoder::new(body, flate2::Compression::best())
                .read_to_end(&mut compressed)
                .expect("memory can be read");
            compressed
        }

        fn buffer(limit: usize, method: http::Method) -> ResponseBuffer {
            let limits = Limits::api().with_max_bytes(limit);
            let mut headers = http::HeaderMap::new();
            headers.insert("content-encoding", "gzip".parse().expect("a value"));
            let coding = AcceptedCoding::request(&limits, &mut http::HeaderMap::new());
            ResponseBuffer::new(&limits, coding, &method, http::StatusCode::OK, &mut headers)
                .expect("it can be decompressed")
        }

        fn read(limit: usize, pieces: &[&[u8]]) -> Result<ResponseBody, ResponseError> {
            let mut buffer = buffer(limit, http::Method::GET);
            for piece in pieces {
                buffer.push(piece)?;
            }
            buffer.finish()
        }

        #[test]
        fn a_compressed_body_arrives_whatever_its_pieces() {
            let text: Vec<u8> = (0..100_000_u64).map(|i| (i * i % 251) as u8).collect();
            let compressed = compress(&text[..]);
            for size in [1, 7, 1000, compressed.len()] {
                let pieces: Vec<_> = compressed.chunks(size).collect();
                let body = read(100_000, &pieces).expect("complete");
                assert!(body.as_bytes() == text, "pieces of {size} bytes");
            }
            let twice = read(200_000, &[&compressed, &compressed]).expect("two members");
            assert_eq!(twice.as_bytes().len(), 200_000);
            assert_eq!(
                read(99_999, &[&compressed]).map(drop),
                Err(ResponseError::too_large(99_999))
            );
        }

        #[test]
        fn incompressible_bytes_fill_the_limit() {
            let mut random = 1_u32;
            let bytes: Vec<u8> = (0..200_000)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                })
                .collect();
            let compressed = compress(&bytes[..]);
            assert!(compressed.len() > bytes.len());
            assert!(read(200_000, &[&compressed]).is_ok());
        }

        #[test]
        fn a_bomb_is_rejected_at_the_limit() {
            const LIMIT: usize = 1 << 20;
            let bomb = compress(io::repeat(0).take(100 << 20));
            assert!(bomb.len() < 200_000);
            let mut buffer = buffer(LIMIT, http::Method::GET);
            let outcome = buffer.push(&bomb);
            assert_eq!(outcome, Err(ResponseError::too_large(LIMIT)));
            let Decoder::Gzip(gzip) = &buffer.decoder else {
                panic!("it was not compressed");
            };
            let memory = gzip.decoder.get_ref().body.capacity();
            assert!(memory <= 2 * LIMIT, "{memory}");
        }

        #[test]
        fn blocks_that_decompress_to_nothing_are_bounded_too() {
            let mut buffer = buffer(10_000, http::Method::GET);
            let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
            buffer.push(&head).expect("a header");
            let empty = [0, 0, 0, 0xff, 0xff]; // a stored block of no bytes
            let outcome = (0..1_000_000).try_for_each(|_| buffer.push(&empty));
            assert_eq!(outcome, Err(ResponseError::too_large(10_000)));
        }

        #[test]
        fn what_is_cut_or_damaged_is_never_a_response() {
            let compressed = compress(&b"a short text"[..]);
            for end in 1..compressed.len() {
                let cut = read(1000, &[&compressed[..end]]);
                assert_eq!(cut.map(drop), Err(ResponseError::damaged()), "{end}");
            }
            let mut other = compressed.clone();
            other[compressed.len() - 6] ^= 1; // in the checksum
            let outcome = read(1000, &[&other]);
            assert_eq!(outcome.map(drop), Err(ResponseError::damaged()));
            let outcome = read(1000, &[b"{\"plain\":true}"]);
            assert_eq!(outcome.map(drop), Err(ResponseError::damaged()));
        }

        #[test]
        fn nothing_is_nothing() {
            assert!(read(1000, &[]).expect("empty").as_bytes().is_empty());
            assert!(read(1000, &[b""]).expect("empty").as_bytes().is_empty());
            let head = buffer(1000, http::Method::HEAD).finish().expect("empty");
            assert!(head.as_bytes().is_empty());
        }
    }
}
