//! Downloads of photos and sounds from iNaturalist's media servers.

use std::{borrow::Cow, fmt, time::Duration};

use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, Limits, Operation, Request, Response, looks_like_html,
};
use http::{HeaderValue, Method, StatusCode, header};

use crate::model::{Photo, Sound};

/// The name, in the service, of the server for media without an open licence.
pub(crate) const STATIC: &str = "static";
/// The name, in the service, of the server for openly licensed photos.
pub(crate) const OPEN_DATA: &str = "open data";

/// The hosts of iNaturalist's media servers (API description v2, "Specifying Response Fields"),
/// with their names in the service. Media on other hosts are not iNaturalist's, and do not count
/// towards its rate limit.
const HOSTS: [(&str, &str); 2] = [
    ("static.inaturalist.org", STATIC),
    ("inaturalist-open-data.s3.amazonaws.com", OPEN_DATA),
];

/// Downloads a photo in one of its sizes, or a sound. Sends no token. Its bytes count towards the
/// rate limit of media for an hour and a day.
///
/// ```
/// use api_inat::{model::Photo, photos::{Download, Size}};
/// use auth_core::{BaseUrl, Operation};
///
/// let mut photo = Photo::default();
/// photo.url = Some("https://inaturalist-open-data.s3.amazonaws.com/photos/7/square.jpg".into());
/// let download = Download::photo(&photo, Size::Large)?;
/// let base = BaseUrl::parse("https://inaturalist-open-data.s3.amazonaws.com")?;
/// assert_eq!(
///     download.request(&base)?.uri(),
///     "https://inaturalist-open-data.s3.amazonaws.com/photos/7/large.jpg"
/// );
/// # Ok::<(), auth_core::Error>(())
/// ```
///
/// A session sends it, and returns the bytes of the file: `session.send(download)?`.
#[doc(alias = "photo")]
#[doc(alias = "sound")]
#[derive(Clone, Debug)]
pub struct Download {
    server: &'static str,
    path: String,
}

/// The size of a photo (API description v2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// iNaturalist may add a size.
#[non_exhaustive]
pub enum Size {
    /// At most 2048 pixels on its longer side.
    Original,
    /// At most 1024 pixels on its longer side.
    Large,
    /// At most 500 pixels on its longer side.
    Medium,
    /// At most 240 pixels on its longer side.
    Small,
    /// At most 100 pixels on its longer side.
    Thumb,
    /// A square of 75 pixels.
    Square,
}

impl Size {
    /// All sizes, the largest first.
    pub const ALL: [Self; 6] = [
        Self::Original,
        Self::Large,
        Self::Medium,
        Self::Small,
        Self::Thumb,
        Self::Square,
    ];

    /// Returns the name of the size in a URL.
    #[inline]
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Large => "large",
            Self::Medium => "medium",
            Self::Small => "small",
            Self::Thumb => "thumb",
            Self::Square => "square",
        }
    }
}

impl fmt::Display for Size {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Download {
    /// Downloads a photo in a size. A record has the URLs of few sizes; the URLs of others are
    /// derived from those.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the record has no URL, or a URL on another server, as photos from
    /// Flickr have.
    #[inline]
    pub fn photo(photo: &Photo, size: Size) -> Result<Self, Error> {
        let named = match size {
            Size::Original => &photo.original_url,
            Size::Large => &photo.large_url,
            Size::Medium => &photo.medium_url,
            Size::Small => &photo.small_url,
            Size::Square => &photo.square_url,
            Size::Thumb => &None,
        };
        if let Some(url) = named {
            return Self::url(url);
        }
        let any = [
            &photo.url,
            &photo.square_url,
            &photo.medium_url,
            &photo.large_url,
        ];
        let any = any.into_iter().flatten().next().ok_or_else(|| {
            refused("the photo record has no URL")
                .with_help("request the field `url`; a hidden photo has no URL")
        })?;
        Self::url(&resized(any, size)?)
    }

    /// Downloads a sound.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the record has no URL, or a URL on another server.
    #[inline]
    pub fn sound(sound: &Sound) -> Result<Self, Error> {
        match &sound.file_url {
            Some(url) => Self::url(url),
            None => Err(refused("the sound record has no URL")
                .with_help("request the field `file_url`; a hidden sound has no URL")),
        }
    }

    /// Downloads a file by its URL on one of iNaturalist's media servers, `static.inaturalist.org`
    /// and `inaturalist-open-data.s3.amazonaws.com`. Uses https even if the URL has http.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the URL is on another server.
    #[inline]
    pub fn url(url: &str) -> Result<Self, Error> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .or_else(|| url.strip_prefix("//"));
        let (host, path) = rest
            .and_then(|rest| Some(rest.split_at(rest.find('/')?)))
            .ok_or_else(|| refused(format!("`{}` is not the URL of a file", shortened(url))))?;
        let server = HOSTS
            .iter()
            .find(|(name, _)| host.eq_ignore_ascii_case(name));
        match server {
            Some((_, server)) => Ok(Self {
                server,
                path: path.split('#').next().unwrap_or_default().to_owned(),
            }),
            None => {
                let host = shortened(host);
                Err(refused(format!(
                    "`{host}` is not one of iNaturalist's media servers"
                ))
                .with_help("download it from that server yourself, if its owner allows"))
            }
        }
    }
}

impl Operation for Download {
    type Output = Vec<u8>;

    #[inline]
    fn policy(&self) -> CallPolicy {
        const MEDIA: Limits = Limits::api().media().with_timeout(Duration::from_secs(300));
        CallPolicy::read(self.server)
            .without_token()
            .with_limits(MEDIA)
    }

    #[inline]
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        let mut request = base.request(Method::GET, &self.path)?;
        let anything = HeaderValue::from_static("*/*");
        request.headers_mut().insert(header::ACCEPT, anything);
        Ok(request)
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<Vec<u8>, Error> {
        let status = response.status();
        let failed = |kind, what: &'static str, help: &'static str| {
            Err(Error::about(kind, what, &response).with_help(help))
        };
        match status {
            // The S3 bucket of the open data responds with 403 to a missing file.
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => failed(
                ErrorKind::Refused,
                "the media server has no such file",
                "read the record again: a changed licence moves the file to another server; or it was deleted",
            ),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => failed(
                ErrorKind::Refused,
                "the media server refuses further downloads for now",
                "wait; more than 5 GB an hour or 24 GB a day may get the address blocked for good",
            ),
            _ if !status.is_success() => failed(
                ErrorKind::Refused,
                "the media server refused the request",
                "try again later",
            ),
            _ if response.body().as_bytes().is_empty() || looks_like_html(&response) => failed(
                ErrorKind::Malformed,
                "the response is not a file",
                "check that no proxy or captive portal responds in the server's place",
            ),
            _ => Ok(response.body().as_bytes().to_vec()),
        }
    }
}

/// Replaces the size in a URL: it is the name of the file.
#[inline]
fn resized(url: &str, size: Size) -> Result<String, Error> {
    let (folder, file) = url.rsplit_once('/').unwrap_or_default();
    let rest = file.split_once('.').and_then(|(name, rest)| {
        Size::ALL
            .iter()
            .any(|size| size.as_str() == name)
            .then_some(rest)
    });
    match rest {
        Some(rest) => Ok(format!("{folder}/{size}.{rest}")),
        None => Err(refused(
            "the photo's URL has no size in it, so no other size can be requested",
        )
        .with_help("download that URL with `Download::url`")),
    }
}

/// Bounds what an error repeats of a text from a response.
#[inline]
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

fn refused(what: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Usage, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_server_and_which_path() {
        let check = |url: &str, size: Size, expect: Result<(&str, &str), &str>| {
            let photo = Photo {
                url: Some(url.into()),
                ..Photo::default()
            };
            let download = Download::photo(&photo, size);
            match expect {
                Ok((server, path)) => {
                    let download = download.expect(url);
                    assert_eq!((download.server, download.path.as_str()), (server, path));
                    assert!(download.policy().limits().is_media());
                }
                Err(words) => {
                    let error = download.expect_err(url);
                    assert!(error.to_string().contains(words), "{error}");
                }
            }
        };
        let open = "https://inaturalist-open-data.s3.amazonaws.com/photos/7/square.jpeg";
        check(
            open,
            Size::Original,
            Ok((OPEN_DATA, "/photos/7/original.jpeg")),
        );
        check(
            "http://static.inaturalist.org/photos/7/medium.png?1545",
            Size::Thumb,
            Ok((STATIC, "/photos/7/thumb.png?1545")),
        );
        check(
            "//STATIC.inaturalist.org/photos/7/small.gif#x",
            Size::Square,
            Ok((STATIC, "/photos/7/square.gif")),
        );
        check(
            "https://live.staticflickr.com/1/square.jpg",
            Size::Large,
            Err("live.staticflickr.com"),
        );
        check(
            "https://static.inaturalist.org.example.org/photos/7/square.jpg",
            Size::Large,
            Err("media servers"),
        );
        check(
            "https://static.inaturalist.org:8443/photos/7/square.jpg",
            Size::Large,
            Err("media servers"),
        );
        check(
            "https://me@static.inaturalist.org/photos/7/square.jpg",
            Size::Large,
            Err("media servers"),
        );
        check(
            "https://static.inaturalist.org/photos/7.jpg",
            Size::Large,
            Err("no size"),
        );
        check("/square.jpg", Size::Large, Err("not the URL"));
    }

    #[test]
    fn a_url_of_that_size_comes_first() {
        let photo = Photo {
            url: Some("https://static.inaturalist.org/photos/7/square.jpg".into()),
            large_url: Some("https://static.inaturalist.org/elsewhere/7/large.jpg".into()),
            ..Photo::default()
        };
        let path = |size| Download::photo(&photo, size).expect("a URL").path;
        assert_eq!(path(Size::Large), "/elsewhere/7/large.jpg");
        assert_eq!(path(Size::Small), "/photos/7/small.jpg");
        assert!(Download::photo(&Photo::default(), Size::Large).is_err());
    }
}
