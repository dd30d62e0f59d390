//! Every flow of both clients, over every store that can be without a keyring.

use api_inat::ApiToken;
use auth_core::{
    Api, BaseUrl, BasicEncoding, CallPolicy, ClientAuthentication, Error, ErrorKind, Operation,
    Request, Response, Service, Store, TokenKind,
};
use auth_flows::{Client, Login};
use auth_testkit::http1;
use keystore::{Encrypted, EncryptionKey, Fallback, File, KdfCost, Memory, StaticToken};
use wiped::unwatched;
use worlds::{AnyClient, AnySession, Hooked};

use crate::scripted::{Answers, Scripted, jwt};
use crate::values::{Case, client};

const PASSWORD: &str = "Mk9ZqW7xT pass\"word";
const OK: [Answers; 2] = [Answers::Plain, Answers::Escaped];
const BAD: [Answers; 4] = [Answers::Echo, Answers::Page, Answers::Torn, Answers::Twice];

pub(crate) const CASES: &[Case] = &[
    ("a login by browser", || {
        each(|world| {
            world.log_in(browser()).expect("a login");
            world.goes_on();
        })
    }),
    ("a login by browser that is refused", || {
        refused(|world| world.log_in(browser()).map(drop))
    }),
    ("a pasted redirect", || {
        each(|world| {
            let login = Login::pasted_redirect("http://127.0.0.1:8080/cb", |url| {
                Ok(unwatched(|| redirect(url)))
            });
            world.log_in(login).expect("a login");
            world.goes_on();
        })
    }),
    ("a code that is typed", || {
        each(|world| {
            let login = Login::out_of_band(|_| Ok(unwatched(|| "Mk9ZqW7xT-code".to_owned())));
            world.log_in(login).expect("a login");
            world.goes_on();
        })
    }),
    ("a password", || {
        each(|world| {
            world.log_in_with_password().expect("a login");
            world.goes_on();
        })
    }),
    ("a password that is refused", || {
        refused(World::log_in_with_password)
    }),
    ("the client's own token", || {
        each(|world| {
            world.send_as_client().expect("a token");
            world.server.reject_next();
            world.send_as_client().expect("a new token");
        })
    }),
    ("the client's own token that is refused", || {
        refused(World::send_as_client)
    }),
    ("a login on another device", || {
        // Each waits a second between two polls, so over one store.
        for (asynchronous, answers) in [(false, OK[0]), (true, OK[1])] {
            let world = World::new(asynchronous, Memory::new(), answers);
            world.log_in_with_device().expect("a login");
            world.goes_on();
        }
    }),
    ("a pasted API token", || {
        each(|world| {
            world.import_token(jwt()).expect("a token");
            world.import_token("two words").expect_err("no token");
            world.send(Derived).expect("valid");
        })
    }),
    ("a renewal that is refused", || {
        each(|world| {
            for answers in BAD {
                world.server.answer(Answers::Plain);
                world.log_in_with_password().expect("a login");
                world.server.answer(answers);
                world.server.reject_next();
                drop(world.send(WithLogin));
            }
        })
    }),
    ("a store that fails", || {
        for asynchronous in [false, true] {
            let world = World::new(asynchronous, full(), Answers::Escaped);
            drop(world.log_in_with_password());
            drop(world.log_in(browser()));
            drop(world.send_as_client());
        }
    }),
];

/// Runs a case in both worlds, over each store, with plain and escaped tokens.
fn each(run: impl Fn(&World)) {
    let folder = unwatched(|| tempfile::tempdir().expect("a folder"));
    for (number, answers) in OK.into_iter().enumerate() {
        for asynchronous in [false, true] {
            let path = |kind: &str| folder.path().join(format!("{kind}{number}{asynchronous}"));
            let file = || File::open(path("file")).expect("a store");
            let key = EncryptionKey::from_passphrase("Mk9ZqW7xT phrase").expect("a phrase");
            let key = key.with_cost(KdfCost::new(8, 1, 1).expect("a cost"));
            let sealed = Encrypted::open(path("sealed"), key).expect("a store");
            run(&World::new(asynchronous, Memory::new(), answers));
            run(&World::new(asynchronous, file(), answers));
            run(&World::new(asynchronous, sealed, answers));
            let fallback = Fallback::new(StaticToken::new("")).or(file());
            run(&World::new(asynchronous, fallback, answers));
        }
    }
}

fn refused(run: impl Fn(&World) -> Result<(), Error>) {
    for asynchronous in [false, true] {
        for answers in BAD {
            let world = World::new(asynchronous, Memory::new(), answers);
            let error = run(&world).expect_err("refused");
            assert!(
                !format!("{error} {error:?}").contains(wiped::MARK),
                "{error}"
            );
        }
    }
}

/// Requires the login token.
#[derive(Clone, Copy)]
struct WithLogin;

/// Requires the derived token.
#[derive(Clone, Copy)]
struct Derived;

fn answer(response: Response) -> Result<(), Error> {
    match response.status().is_success() {
        true => Ok(()),
        false => Err(Error::about(ErrorKind::Refused, "refused", &response)),
    }
}

impl Operation for WithLogin {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(api_inat::v0::API)
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        answer(response)
    }
}

impl Operation for Derived {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("derived")
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        answer(response)
    }
}

fn service() -> Service {
    let base = |url: &str| BaseUrl::parse(url).expect("a base");
    let method = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
    Service::new("example", client(method), "wiped/1.0")
        .expect("a user agent")
        .with_api(Api::new(
            api_inat::v0::API,
            base("https://example.com"),
            TokenKind::Login,
        ))
        .with_api(Api::new(
            "derived",
            base("https://api.example.com"),
            TokenKind::Derived,
        ))
        .with_token_derivation(ApiToken::default())
}

/// A client of either kind, over the server in memory.
struct World {
    server: Scripted,
    client: AnyClient,
}

impl World {
    fn new(asynchronous: bool, store: impl Store, answers: Answers) -> Self {
        let server = Scripted::new(answers);
        let client = match asynchronous {
            false => AnyClient::Blocking(Client::new(service(), server.clone(), store)),
            true => AnyClient::in_tasks(service(), server.clone(), store),
        };
        Self { server, client }
    }

    fn me(&self) -> AnySession {
        self.client.account("me")
    }

    fn log_in(&self, login: Login) -> Result<(), Error> {
        self.me().log_in(login).map(drop)
    }

    fn log_in_with_password(&self) -> Result<(), Error> {
        self.me().log_in_with_password("alice", PASSWORD).map(drop)
    }

    fn log_in_with_device(&self) -> Result<(), Error> {
        self.me().log_in_with_device(|_| {}).map(drop)
    }

    fn import_token(&self, text: &str) -> Result<(), Error> {
        self.me().import_token(text).map(drop)
    }

    fn send<O>(&self, operation: O) -> Result<(), Error>
    where
        O: Operation<Output = ()> + Send + Sync,
    {
        self.me().send(operation)
    }

    fn send_as_client(&self) -> Result<(), Error> {
        self.client.client_session().send(WithLogin)
    }

    /// Uses both tokens, renews them, looks at them and logs out.
    fn goes_on(&self) {
        self.send(WithLogin).expect("a token");
        self.send(Derived).expect("a token");
        self.server.reject_next();
        self.send(WithLogin).expect("a new token");
        self.server.reject_next();
        self.send(Derived).expect("a new token");
        let token = self.me().token(TokenKind::Login);
        assert!(!format!("{:?}", token.expect("a token")).contains(wiped::MARK));
        drop(self.me().status().expect("a status"));
        drop(self.me().log_out().expect("a logout"));
        self.send(WithLogin).expect_err("logged out");
    }
}

/// The redirect of a user who consents: a marked code and the request's `state`.
fn redirect(url: &str) -> String {
    let parameter = |name: &str| {
        let at = url.split(name).nth(1).expect("a parameter");
        at.split('&').next().expect("its value").to_owned()
    };
    let uri = parameter("redirect_uri=")
        .replace("%3A", ":")
        .replace("%2F", "/");
    format!("{uri}?code=Mk9ZqW7xT%2Fcode&state={}", parameter("&state="))
}

/// A browser that visits the listener. Its own copies do not count.
fn browser() -> Login {
    Login::browser(|_| {}).open(|url| unwatched(|| http1::get(&redirect(url)).map(drop)))
}

/// A store that is full.
fn full() -> Hooked {
    Hooked::new(Memory::new(), |step| match step {
        "save" => Err(Error::new(ErrorKind::Store, "the disk is full")),
        _ => Ok(()),
    })
}
