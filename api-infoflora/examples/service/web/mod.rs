//! The web service itself, over the store that the program opened.

mod metrics;
mod offloaded;
#[path = "../../support/mod.rs"]
pub(crate) mod support;
mod visitors;

use std::{
    convert::Infallible,
    error::Error,
    io::{self, Write as _},
    pin::pin,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use api_infoflora::observations::List;
use auth_core::{AsyncTransport, Error as AuthError, ErrorKind, RedirectUri, Service, Store};
use auth_flows::{AsyncClient, AsyncSession};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use hyper::{body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use metrics::Metrics;
use offloaded::Offloaded;
use support::{
    Args,
    end::{end, say, wrong},
};
use visitors::{Logins, Visitor};

/// How long a visitor's response may take when the service stops. A supervisor kills it later:
/// systemd after 90 s, Kubernetes after 30 s.
const LAST_RESPONSES: Duration = Duration::from_secs(20);

/// The state that all requests share.
struct Site {
    client: AsyncClient,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    logins: Logins,
    redirect_uri: RedirectUri,
}

type Page = Response<Full<Bytes>>;

/// What the programs differ in.
pub(crate) type Open = fn() -> Result<Arc<dyn Store>, Box<dyn Error>>;

pub(crate) async fn serve(open: Open) -> ExitCode {
    end(run(open).await)
}

async fn run(open: Open) -> Result<(), Box<dyn Error>> {
    let (args, []) = Args::read("--ureq", "")?;
    let service = args.service("infoflora-service", true)?;
    let store = open()?;
    let client = match args.other_transport {
        false => client(service, Reqwest::default(), &store)?,
        true => client(service, Offloaded(Ureq::default()), &store)?,
    };
    let metrics = Arc::new(Metrics::default());
    let observer = Arc::clone(&metrics);
    let client = client.on_event(move |event| observer.count(event));
    let at = args.variable("LISTEN", "127.0.0.1:0")?;
    let listener = TcpListener::bind(&at).await;
    let listener = listener.map_err(|error| -> Box<dyn Error> {
        let what = format!("cannot listen at LISTEN={at}: {error}");
        match error.kind() {
            io::ErrorKind::InvalidInput => wrong(what),
            kind => Box::new(io::Error::new(kind, what)), // 74: what uses it may end
        }
    })?;
    let address = format!("http://{}", listener.local_addr()?);
    let public = args.variable("PUBLIC_URL", &address)?;
    let site = Arc::new(Site {
        client,
        store,
        metrics,
        logins: Logins::default(),
        redirect_uri: RedirectUri::parse(&format!(
            "{}/oauth2redirect",
            public.trim_end_matches('/')
        ))?,
    });

    note(&address);
    let mut stop = pin!(stopped());
    let (running, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {} // those that have ended
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, _) = accepted?;
        let (site, mut stopping) = (Arc::clone(&site), stopping.clone());
        connections.spawn(async move {
            let response = service_fn(move |request: Request<Incoming>| {
                let site = Arc::clone(&site);
                async move { Ok::<_, Infallible>(site.respond(&request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), response);
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                _ = stopping.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                say(&format!("connection error: {error:#}"));
            }
        });
    }
    // No new visitor; every connection sends its last response. One that takes too long is cut off,
    // but not its renewal, which is a task of its own.
    drop((listener, running));
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_RESPONSES, ended).await;
    connections.shutdown().await;
    // A renewal that is cut off could cost its visitor the login.
    site.client.close().await?;
    note("stopped");
    Ok(())
}

/// Writes a line to standard output. A service runs on when its log is closed.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Waits for Ctrl-C, or for the signal with which a supervisor stops a service.
async fn stopped() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => terminated.recv().await,
            Err(_) => std::future::pending().await,
        };
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

fn client(
    service: Service,
    transport: impl AsyncTransport,
    store: &Arc<dyn Store>,
) -> Result<AsyncClient, AuthError> {
    let (runtime, store) = (Tokio::current()?, Arc::clone(store));
    Ok(AsyncClient::new(service, transport, runtime, store))
}

impl Site {
    async fn respond(&self, request: &Request<Incoming>) -> Page {
        let visitor = Visitor::of(request);
        let response = match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => self.home(visitor).await,
            (&Method::GET, "/login") => self.login().await,
            (&Method::GET, "/oauth2redirect") => {
                let query = request.uri().query().unwrap_or_default();
                self.back(visitor, query).await
            }
            (&Method::POST, "/logout") => self.logout(visitor).await,
            (&Method::GET, "/alive") => Ok(page(StatusCode::OK, "alive\n")),
            (&Method::GET, "/health") => Ok(self.health().await),
            (&Method::GET, "/metrics") => Ok(page(StatusCode::OK, self.metrics.text())),
            _ => return page(StatusCode::NOT_FOUND, "No such page.\n"),
        };
        // The log gets the whole error; the visitor gets only what to do.
        response.unwrap_or_else(|error| {
            say(&format!("{error:#}"));
            match error.kind() {
                ErrorKind::NeedsLogin => page(StatusCode::UNAUTHORIZED, "Please log in: /login\n"),
                ErrorKind::ConsentDenied => page(
                    StatusCode::FORBIDDEN,
                    "You denied access; /login asks again.\n",
                ),
                ErrorKind::CallbackMismatch => page(
                    StatusCode::BAD_REQUEST,
                    "This login is not yours, or has expired: /login\n",
                ),
                ErrorKind::Store | ErrorKind::Configuration => page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "This service cannot read its logins.\n",
                ),
                _ if error.is_retryable() => later(&error),
                _ => page(
                    StatusCode::BAD_GATEWAY,
                    "Info Flora returned an unexpected response.\n",
                ),
            }
        })
    }

    /// The account's name is made of the visitor's secret number, so the cookie gives access to the
    /// session.
    fn session(&self, visitor: &Visitor) -> AsyncSession {
        self.client.account(&visitor.account())
    }

    async fn home(&self, visitor: Option<Visitor>) -> Result<Page, AuthError> {
        let visitor = visitor.ok_or_else(|| AuthError::login_needed("a new visitor"))?;
        let list = List::new().limit(1).with_total(true);
        let response = self.session(&visitor).send(list).await?;
        let first = response
            .data
            .first()
            .and_then(|observation| observation.obs_id);
        let text = format!(
            "You may see {} observations; the first is {}.\n",
            response
                .total()
                .map_or("some".to_owned(), |n| n.to_string()),
            first.map_or("not numbered".to_owned(), |n| n.to_string()),
        );
        Ok(page(StatusCode::OK, text))
    }

    /// Creates a new visitor for each login. A number that an attacker put into the browser is then
    /// useless (session fixation).
    async fn login(&self) -> Result<Page, AuthError> {
        let visitor = Visitor::new()?;
        let (session, uri) = (self.session(&visitor), self.redirect_uri.clone());
        let url = self.logins.begin(&session, uri, &visitor).await?;
        Ok(away(&url, Some(visitor.cookie())))
    }

    async fn back(&self, visitor: Option<Visitor>, query: &str) -> Result<Page, AuthError> {
        let foreign = || {
            AuthError::new(
                ErrorKind::CallbackMismatch,
                "this browser has no visitor cookie",
            )
        };
        let visitor = visitor.ok_or_else(foreign)?;
        // The proxy terminated TLS, so the visitor's redirect is to the public address.
        let redirected = format!("{}?{query}", self.redirect_uri);
        let grant = self.logins.complete(&visitor, &redirected)?;
        self.session(&visitor).complete_login(grant).await?;
        // Redirect at once: this address contains the code.
        Ok(away("/", None))
    }

    /// Whether the service can work: it cannot without its tokens.
    async fn health(&self) -> Page {
        let store = Arc::clone(&self.store);
        // A store blocks.
        match tokio::task::spawn_blocking(move || store.health()).await {
            Ok(Ok(())) => page(StatusCode::OK, "ready\n"),
            Ok(Err(error)) => page(StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}\n")),
            Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, "the runtime is stopping\n"),
        }
    }

    async fn logout(&self, visitor: Option<Visitor>) -> Result<Page, AuthError> {
        if let Some(visitor) = visitor {
            self.session(&visitor).log_out().await?;
        }
        Ok(away("/", Some(Visitor::no_cookie())))
    }
}

fn page(status: StatusCode, text: impl Into<Bytes>) -> Page {
    let mut page = Response::new(Full::new(text.into()));
    *page.status_mut() = status;
    let headers = page.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    page
}

/// Asks the visitor to try again: Info Flora or the store does not respond, or limits requests.
fn later(error: &AuthError) -> Page {
    let mut page = page(StatusCode::SERVICE_UNAVAILABLE, "Please try again later.\n");
    let seconds = error.retry_after().map_or(5, |wait| wait.as_secs() + 1);
    let headers = page.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    page
}

fn away(to: &str, cookie: Option<HeaderValue>) -> Page {
    let mut page = page(StatusCode::SEE_OTHER, "");
    if let Ok(to) = HeaderValue::from_str(to) {
        page.headers_mut().insert(header::LOCATION, to);
    }
    if let Some(cookie) = cookie {
        page.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    page
}
