//! URLs of a database: what each means, what is wrong with it, and that none shows its password.

use super::*;
use crate::db::postgres::schema::Unsuited;

fn check(url: &str, words: &[&str]) {
    let builder = Postgres::builder(url);
    let error = builder.connection().err().expect(url);
    let text = format!("{error} {error:?} {builder:?}");
    assert!(error.is_configuration() && error.help().is_some(), "{text}");
    assert!(!text.contains("marked-password"), "{text}");
    for word in words {
        assert!(text.contains(word), "{text}: {word}");
    }
}

#[test]
fn a_bad_url_from_a_variable_names_it() {
    let builder = PostgresBuilder {
        variable: Some("ATLAS_URL".to_owned()),
        ..Postgres::builder("marked-password")
    };
    let error = builder.connection().err().expect("no URL");
    assert_eq!(error.setting(), Some("ATLAS_URL"));
    assert!(
        !format!("{error:?}").contains("marked-password"),
        "{error:?}"
    );
    for options in ["?sslmode=disable", "?sslcert=/c"] {
        let builder = PostgresBuilder {
            variable: Some("ATLAS_URL".to_owned()),
            ..Postgres::builder(format!("postgres://u@db.example.org/d{options}"))
        };
        let error = builder.connection().err().expect(options);
        assert_eq!(error.setting(), Some("ATLAS_URL"), "{error}");
    }
}

#[test]
fn what_the_server_refuses_names_the_variable_of_the_url() {
    let check = |variable: Option<&str>, expect: &str| {
        let builder = PostgresBuilder {
            variable: variable.map(str::to_owned),
            ..Postgres::builder("postgres://u@127.0.0.1/d")
        };
        let connection = builder.connection().unwrap();
        for error in [
            connection.read_only(),
            connection.wrong_schema(Unsuited::Missing),
        ] {
            assert_eq!(error.setting(), Some(expect), "{error}");
        }
    };
    check(Some("ATLAS_URL"), "ATLAS_URL");
    check(None, "Postgres");
}

#[test]
fn bad_urls_are_errors_that_show_no_password() {
    check("", &["begin with postgres://"]);
    check("mysql://u:marked-password@h/d", &["begin with postgres://"]);
    check("postgres://u:marked-password@h:port/d", &["invalid"]);
    check(
        "postgres://u:marked-password@h/d?x=marked-password",
        &["invalid"],
    );
    check("postgres:///d", &["has no host"]);
    check(
        "postgres://u:marked-password@h/d?sslrootcert=/marked-password",
        &["sslrootcert", "SSL_CERT_FILE"],
    );
    check("postgres://u:marked-password@h/d?sslmode=odd", &["invalid"]);
    let plain = "postgres://u:marked-password@db.example.org/d?sslmode=disable";
    check(
        plain,
        &["db.example.org", "would not be encrypted", "sslmode"],
    );
}

#[test]
fn odd_urls() {
    let bad = |rest: &str, words: &str| {
        check(&format!("postgres://u:marked-password@{rest}"), &[words]);
    };
    bad("h/d?sslmode=require&schema=marked-password", "it knows");
    bad("h/d?pgbouncer=true", "it knows");
    bad("h/d?SSLMODE=require", "it knows");
    bad("h/d?sslmode", "it knows");
    bad("h/d?sslmode=require&sslmode=disable", "twice");
    bad("127.0.0.1/d?port=1&port=1", "twice");
    bad("h/d?hostaddr=10.0.0.1&hostaddr=10.0.0.2", "twice");
    bad("a,b/d?hostaddr=127.0.0.1", "hosts and addresses");
    bad(
        "a:1,b:2,c:3/d?hostaddr=127.0.0.1,::1",
        "hosts and addresses",
    );
    bad("a,b,c/d?port=1,2", "hosts and ports");
    for rest in [
        "h:99999/d",
        "h:-1/d",
        "[::1/d",
        "h/d?hostaddr=one",
        "h/%ff",
        "h/d?keepalives=often",
        "h/d?options=%ff",
    ] {
        bad(rest, "invalid");
    }
    check(
        "POSTGRES://u:marked-password@h/d",
        &["begin with postgres://"],
    );
    check(
        "postgres:u:marked-password@h/d",
        &["begin with postgres://"],
    );
    check("postgres://u:marked-password@/d", &["no host"]);
}

#[test]
fn fine_urls() {
    let fine = |url: &str| {
        let connection = Postgres::builder(url).connection().expect(url);
        let config = connection.config();
        let password = config.get_password().map(<[u8]>::to_vec);
        let text = String::from_utf8(password.unwrap_or_default()).unwrap();
        (connection.label().to_owned(), text)
    };
    for (url, label, password) in [
        (
            "postgres://u:%40%3A%2F%3F%23%25%26%3D+%20@127.0.0.1/d\n",
            "127.0.0.1:5432/d",
            "@:/?#%&=+ ",
        ),
        (
            "postgresql://u:p%C3%A4%E2%82%AC@[::1]:7/d",
            "[::1]:7/d",
            "pä€",
        ),
        ("postgres://u:@localhost", "localhost:5432/u", ""),
        (
            "postgres://%2Frun%2Fpg/d?user=u&password=a%26b",
            "/run/pg:5432/d",
            "a&b",
        ),
        ("postgres:///d?host=/run/pg&user=u", "/run/pg:5432/d", ""),
        ("postgres://u:p@/d?host=/run/a&port=7", "/run/a:7/d", "p"),
        (
            "postgres://u:p@127.0.0.1:1,[::1]:2/d",
            "127.0.0.1:1,[::1]:2/d",
            "p",
        ),
        (
            "postgres://u:p@127.0.0.1/d?application_name=a%20b",
            "127.0.0.1:5432/d",
            "p",
        ),
        (
            "postgres://u:p@localhost/d?sslmode=disable&",
            "localhost:5432/d",
            "p",
        ),
    ] {
        let label = format!("PostgreSQL {label}, schema keystore");
        assert_eq!(fine(url), (label, password.to_owned()), "{url}");
    }
}

#[test]
fn the_verifying_modes_of_libpq_require_tls() {
    let mode = |url: &str| {
        let connection = Postgres::builder(url).connection().unwrap();
        connection.config().get_ssl_mode()
    };
    let url = |options: &str| format!("postgres://u:marked-password@127.0.0.1/d{options}");
    for options in [
        "?sslmode=verify-full",
        "?sslmode=verify-ca&port=1",
        "?sslmode=require",
    ] {
        assert_eq!(mode(&url(options)), SslMode::Require, "{options}");
    }
    for options in ["", "?", "?sslmode=prefer", "?sslmode=disable"] {
        assert_eq!(mode(&url(options)), SslMode::Disable, "{options}");
    }
    let far = "postgres://u:marked-password@localhost/d?hostaddr=192.0.2.1";
    assert_eq!(mode(far), SslMode::Require, "the address decides");
}

#[test]
fn a_description_names_host_and_database() {
    let check = |builder: PostgresBuilder, expect: &str| {
        let connection = builder.connection().unwrap();
        assert_eq!(connection.label(), expect);
    };
    let url = "postgres://u:marked-password@127.0.0.1:5433/d";
    check(
        Postgres::builder(url),
        "PostgreSQL 127.0.0.1:5433/d, schema keystore",
    );
    let far = "postgres://u:marked-password@db/d?sslmode=disable";
    check(
        Postgres::builder(far)
            .unencrypted_connection()
            .namespace("x"),
        "PostgreSQL db:5432/d, schema x",
    );
    for (hosts, expect) in [
        ("db:5433,other:5434", "db:5433,other:5434"),
        ("db,other:5434", "db:5432,other:5434"),
        ("[::1]", "[::1]:5432"),
    ] {
        let url = format!("postgres://u:marked-password@{hosts}/d");
        let builder = Postgres::builder(url).unencrypted_connection();
        check(builder, &format!("PostgreSQL {expect}/d, schema keystore"));
    }
}

#[test]
fn the_schema_is_printed() {
    let sql = Postgres::builder("").namespace("nightly").schema().unwrap();
    assert!(sql.contains("CREATE TABLE IF NOT EXISTS nightly.auth_record"));
    let odd = Postgres::builder("").namespace("a; DROP").schema();
    assert!(odd.unwrap_err().is_configuration());
}

/// What a URL sets holds, as libpq reads it.
#[test]
fn each_option_holds() {
    let of = |options: &str| {
        let url = format!("postgres://u:marked-password@127.0.0.1/d?{options}");
        let connection = Postgres::builder(url).connection().expect(options);
        connection.config().clone()
    };
    let seconds = Duration::from_secs;
    assert_eq!(of("").get_keepalives_idle(), seconds(30));
    assert_eq!(of("keepalives_idle=7").get_keepalives_idle(), seconds(7));
    let all = of("keepalives_interval=8&keepalives_retries=9");
    assert_eq!(all.get_keepalives_interval(), Some(seconds(8)));
    assert_eq!(all.get_keepalives_retries(), Some(9));
    assert!(!of("keepalives=0").get_keepalives());
    let limit = of("tcp_user_timeout=1500").get_tcp_user_timeout().copied();
    assert_eq!(limit, Some(Duration::from_millis(1500)));
    let limit = of("connect_timeout=2").get_connect_timeout().copied();
    assert_eq!(limit, Some(seconds(2)));
    // Waits for no longer than that, and never for longer than 4 s.
    let limit = of("connect_timeout=60").get_connect_timeout().copied();
    assert_eq!(limit, Some(seconds(60)));
    assert_eq!(of("connect_timeout=0").get_connect_timeout(), None);
    assert_eq!(of("").get_application_name(), Some("keystore"));
    assert_eq!(of("application_name=a").get_application_name(), Some("a"));
    assert_eq!(of("options=-cgeqo=off").get_options(), Some("-cgeqo=off"));
    use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts};
    let binding = of("channel_binding=require&sslmode=require").get_channel_binding();
    assert_eq!(binding, ChannelBinding::Require);
    let order = of("load_balance_hosts=random").get_load_balance_hosts();
    assert_eq!(order, LoadBalanceHosts::Random);
}

#[test]
fn an_option_that_cannot_hold_is_named() {
    let bad = |rest: &str, words: &[&str]| {
        check(&format!("postgres://u:marked-password@{rest}"), words);
    };
    for (option, name) in [
        ("sslmode=allow", "sslmode"),
        ("sslmode=", "sslmode"),
        ("connect_timeout=marked-password", "connect_timeout"),
        ("keepalives_idle=7s", "keepalives_idle"),
        ("target_session_attrs=standby", "target_session_attrs"),
        ("channel_binding=yes", "channel_binding"),
        ("load_balance_hosts=on", "load_balance_hosts"),
        ("sslnegotiation=tls", "sslnegotiation"),
        ("port=marked-password", "port"),
        ("hostaddr=marked-password", "hostaddr"),
    ] {
        bad(&format!("h/d?{option}"), &["invalid", name]);
    }
    let read_only = "h/d?target_session_attrs=read-only";
    bad(read_only, &["target_session_attrs=read-only", "read-write"]);
    for option in ["sslnegotiation=direct", "channel_binding=require"] {
        let rest = format!("127.0.0.1/d?{option}");
        bad(&rest, &[option, "add sslmode=require"]);
    }
    for hosts in [
        "one,two",
        "one%2Ctwo&port=1,2",
        "/run/a,/run/b",
        "%2Frun%2cone",
    ] {
        let words = ["option host has several hosts", "user@one,two/"];
        bad(&format!("/d?host={hosts}"), &words);
    }
    for option in ["user=v", "password=w", "host=other", "dbname=other"] {
        let name = option.split('=').next().unwrap();
        bad(&format!("h/d?{option}"), &["before the ? and behind", name]);
    }
    for rest in ["/d?host=/run/pg&sslmode=require", "%2Frun%2Fpg,db/d"] {
        bad(rest, &["socket", "TLS"]);
    }
}

#[test]
fn of_several_hosts_one_is_taken_that_can_be_written() {
    use tokio_postgres::config::TargetSessionAttrs::{self, Any, ReadWrite};
    let check = |rest: &str, expect: TargetSessionAttrs| {
        let url = format!("postgres://u:marked-password@{rest}");
        let connection = Postgres::builder(url).connection().expect(rest);
        assert_eq!(connection.config().get_target_session_attrs(), expect);
    };
    check("one/d", Any);
    check("one,other/d", ReadWrite);
    check("one,other/d?target_session_attrs=any", Any);
    check("one/d?target_session_attrs=read-write", ReadWrite);
}
