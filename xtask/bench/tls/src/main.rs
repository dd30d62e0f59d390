//! `tls serve DELAY`, `tls serve-closing DELAY`, `tls serve-file FILE DELAY`, `tls send SIDE ORIGIN
//! CALLERS EACH`, `tls pairs OURS BARE DELAY CALLERS EACH PAIRS`, `tls fetch ORIGIN`: as `bench` does, over https. The certificate and its key are in
//! `tls.cert` and `tls.key` beside the program.

use std::{env, fs, net::TcpStream, process::ExitCode, sync::Arc, time::Duration};

use bench::{
    line, pairs,
    send::{self, Load, Side},
    serve::{self, Counted, Served},
};
use http_reqwest::Reqwest;
use http_ureq::Ureq;
use rustls::{
    HandshakeKind, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

const CERTIFICATE: &str = "tls.cert";

fn main() -> ExitCode {
    let provider = rustls::crypto::ring::default_provider();
    provider.install_default().expect("the first one");
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| -> u32 { text.parse().expect("a number") };
    let millis = |text: &str| Duration::from_millis(number(text).into());
    match args[..] {
        ["serve", delay] => serve(Served::token(millis(delay))),
        ["serve-closing", delay] => serve(Served::token(millis(delay)).closing()),
        ["serve-file", file, delay] => serve(Served::page(&line::body(file), millis(delay))),
        ["send", side, origin, callers, each] => {
            let load = Load {
                callers: number(callers),
                each: number(each),
            };
            match send::side(SIDES, side) {
                Some(side) => side(origin)(load),
                None => return unknown(&args),
            }
        }
        ["pairs", ours, bare, delay, callers, each, pairs] => {
            let load = Load {
                callers: number(callers),
                each: number(each),
            };
            match [ours, bare].map(|name| send::side(SIDES, name)) {
                [Some(one), Some(other)] => {
                    let sides = [(ours, one), (bare, other)];
                    pairs::run(sides, "https", delay, load, number(pairs));
                }
                _ => return unknown(&args),
            }
        }
        ["fetch", origin] => {
            println!(
                "page {:.1}",
                line::fetch(origin, Ureq::with_config(config()))
            );
        }
        _ => return unknown(&args),
    }
    ExitCode::SUCCESS
}

fn unknown(args: &[&str]) -> ExitCode {
    eprintln!("unknown command `{}`", args.join(" "));
    ExitCode::from(2)
}

/// The sides over https, by name.
const SIDES: &[(&str, Side)] = &[
    ("ours-ureq", |origin| {
        send::ours(origin, Ureq::with_config(config()))
    }),
    ("bare-ureq", |origin| send::bare(origin, config())),
    ("ours-reqwest", |origin| {
        send::ours_async(origin, Reqwest::with_builder(builder()))
    }),
    ("bare-reqwest", |origin| send::bare_async(origin, builder())),
];

fn config() -> ureq::config::Config {
    let pem = fs::read(CERTIFICATE).expect("a certificate");
    let certificate = Certificate::from_pem(&pem).expect("a certificate");
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[certificate]));
    ureq::Agent::config_builder()
        .max_idle_connections(128)
        .max_idle_connections_per_host(64)
        .tls_config(tls.build())
        .build()
}

fn builder() -> reqwest::ClientBuilder {
    let pem = fs::read(CERTIFICATE).expect("a certificate");
    let certificate = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    reqwest::Client::builder().tls_certs_only([certificate])
}

fn serve(served: Served) {
    let certificate = CertificateDer::from_pem_file(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file("tls.key").expect("a key");
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], key);
    let config = Arc::new(config.expect("a key that fits"));
    let wrap = move |mut stream: TcpStream, counted: &Counted| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        if tls.handshake_kind() != Some(HandshakeKind::Resumed) {
            counted.full_handshake();
        }
        Ok(StreamOwned::new(tls, stream))
    };
    serve::run_with(served, wrap).expect("a port");
}
