//! How a login ends: the port is free, the page stays, and the error says what arrived.

use super::*;

/// Adds a line to the head of a request.
fn get_with(scene: &Scene, target: &str, line: &str) -> String {
    let authority = &scene.authority;
    scene.visit(format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\n{line}\r\n\r\n").as_bytes())
}

fn free_port() -> u16 {
    let probe = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    probe.local_addr().expect("bound").port()
}

fn at_port(port: u16, timeout: Duration) -> Scene {
    let listener =
        CallbackListener::bind((Ipv4Addr::LOCALHOST, port), "").expect("the port is free again");
    let authority = listener.address.to_string();
    let pending = pending(listener.redirect_uri());
    let login = listener.listen(pending, "nightly", timeout);
    Scene {
        authority,
        login: login.expect("a thread"),
    }
}

#[test]
fn a_fixed_port_is_free_when_the_outcome_is_there() {
    let port = free_port();
    let granted = format!("/?code=c0de&state={STATE}");
    let denied = format!("/?error=access_denied&state={STATE}");
    for round in 0..100 {
        let timeout = match round % 4 {
            3 => Duration::from_millis(1),
            _ => LONG,
        };
        let scene = at_port(port, timeout);
        let expect = match round % 4 {
            0 => {
                scene.get(&granted);
                Ok(())
            }
            1 => {
                scene.get(&denied);
                Err(ErrorKind::ConsentDenied)
            }
            2 => continue, // given up: the scene is dropped
            _ => Err(ErrorKind::TimedOut),
        };
        let outcome = scene.end().map(|_| ()).map_err(|error| error.kind());
        assert_eq!(outcome, expect, "{round}");
    }
}

#[test]
fn a_port_in_use_is_tried_for_a_moment() {
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let at = taken.local_addr().expect("bound");
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        drop(taken);
    });
    assert!(CallbackListener::bind(at, "").is_ok());
    later.join().expect("no panic");
}

#[test]
fn a_prefetch_does_not_use_up_the_response() {
    for line in [
        "Sec-Purpose: prefetch",
        "sec-purpose: prefetch;prerender",
        "Purpose: prefetch",
        "X-Moz: prefetch",
    ] {
        let scene = scene("", LONG);
        let target = format!("/?code=c0de&state={STATE}");
        let response = get_with(&scene, &target, line);
        assert_eq!(status(&response), "503", "{line}: {response}");
        assert_eq!(status(&scene.get(&target)), "200", "{line}");
        assert!(scene.end().is_ok());
    }
}

#[test]
fn on_any_free_port_the_page_stays_for_its_own_state() {
    for (response, words) in [
        ("code=c0de", "You are logged in"),
        ("error=access_denied", "You did not give access"),
    ] {
        let scene = scene("/callback", LONG);
        let authority = scene.authority.clone();
        let target = format!("/callback?{response}&state={STATE}");
        assert!(scene.get(&target).contains(words));
        let before = std::time::Instant::now();
        let _ = scene.end();
        assert!(
            before.elapsed() < Duration::from_secs(1),
            "the caller waits"
        );
        let again = |target: &str| {
            let stream = TcpStream::connect(&authority).expect("the page stays");
            stream.set_read_timeout(Some(LONG)).expect("a timeout");
            let request = format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
            exchange(stream, request.as_bytes())
        };
        let page = again(&target);
        assert_eq!(status(&page), "200", "{page}");
        assert!(page.contains(words), "{page}");
        let foreign = again("/callback?code=c0de&state=forged");
        assert_eq!(status(&foreign), "410", "{foreign}");
    }
}

#[test]
fn a_check_that_fails_after_ours_ends_the_login_with_its_reason() {
    let check = |query: &str, words: &str| {
        let scene = scene("", LONG);
        let response = scene.get(&format!("/?{query}&state={STATE}"));
        assert_eq!(status(&response), "400", "{query}: {response}");
        assert!(
            response.contains("The login did not work"),
            "{query}: {response}"
        );
        let error = scene.end().expect_err("not valid");
        assert_eq!(error.kind(), ErrorKind::CallbackMismatch, "{error}");
        let shown = error.to_string();
        assert!(shown.contains(words), "{query}: {shown}");
        assert!(!shown.contains("keep waiting"), "{shown}");
    };
    check(
        "code=c0de&iss=https%3A%2F%2Fevil.example",
        "another authorization server",
    );
    check("x=1", "neither a code nor an error");
    check("code=", "neither a code nor an error");
    check("code=a%0Ab", "blank");
    check("code=a+b", "blank");
    check("access_token=t0ken", "`access_token`");
}

#[test]
fn the_timeout_says_what_arrived() {
    let check = |requests: &[&str], words: &[&str], not: &[&str]| {
        let scene = scene("/callback", Duration::from_millis(500));
        for request in requests {
            let request = request.replace("AUTHORITY", &scene.authority);
            scene.visit(request.replace("=S", &format!("={STATE}")).as_bytes());
        }
        let error = scene.end().expect_err("no valid redirect");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let shown = format!("{error} {error:?}");
        for words in words {
            assert!(shown.contains(words), "{requests:?}: {words:?} in\n{shown}");
        }
        for words in not.iter().chain(&[STATE, "c0de"]) {
            assert!(
                !shown.contains(words),
                "{requests:?}: {words:?} in\n{shown}"
            );
        }
    };
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: AUTHORITY\r\n\r\n");
    let causes = "is not registered";
    check(&[], &[causes], &["request arrived"]);
    check(
        &[&get("/callback?code=c0de&state=forged")],
        &["1 request arrived", "`state` is not the one"],
        &[causes, "forged"],
    );
    check(
        &[&get("/callback?code=c0de")],
        &["`state` is missing"],
        &[causes],
    );
    check(
        &[&get("/callback?error=access_denied")],
        &["`state` is missing", "access_denied"],
        &[causes],
    );
    check(
        &[&get("/callback?code=c0de&state=S&code=c0de")],
        &["duplicate parameter `code`"],
        &[causes],
    );
    // The most telling reason stays.
    check(
        &[
            &get("/callback?code=c0de&state=forged"),
            &get("/favicon.ico"),
            "\u{1}\u{2}\r\n\r\n",
        ],
        &["3 requests arrived", "`state` is not the one"],
        &[],
    );
    check(&[&get("/callback")], &["without a query"], &[]);
    check(
        &[&get("/other?code=c0de&state=S")],
        &["`/other`", "/callback", causes],
        &[],
    );
    check(
        &[&get("/callback?code=c0de&state=S").replace("AUTHORITY", "evil.example\u{1b}[1m")],
        &["evil.example"],
        &["\u{1b}"],
    );
    check(
        &["POST /callback HTTP/1.1\r\nHost: AUTHORITY\r\n\r\n"],
        &["POST", "GET"],
        &[],
    );
    check(
        &["\u{1}\u{2}\r\n\r\n"],
        &["not an HTTP request", causes],
        &[],
    );
    check(&["GET /callb"], &["incomplete", causes], &[]);
    check(&[""], &["incomplete", causes], &[]);
    let long = get(&format!("/callback?x={}", "x".repeat(20_000)));
    check(&[&long], &["too long"], &[]);
}

#[test]
fn an_error_without_state_counts_from_a_navigation_only() {
    let scene = |timeout| {
        let listener = CallbackListener::bind((Ipv4Addr::LOCALHOST, 0), "").expect("a free port");
        let authority = listener.address.to_string();
        let uri = listener.redirect_uri();
        let pending = pending_at(uri, AuthorizationServer::errors_without_state);
        let login = listener.listen(pending, "nightly", timeout);
        Scene {
            authority,
            login: login.expect("a thread"),
        }
    };
    let target = "/?error=access_denied&error_description=Call+0900";
    for destination in ["image", "iframe", "empty", "script", "", "Document, image"] {
        let scene = scene(Duration::from_millis(300));
        let line = format!("Sec-Fetch-Dest: {destination}");
        let response = get_with(&scene, target, &line);
        assert_eq!(status(&response), "400", "{line}: {response}");
        assert!(!response.contains("0900"), "{response}");
        let error = scene.end().expect_err("no redirect");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let shown = error.to_string();
        assert!(
            shown.contains("access_denied") && !shown.contains("0900"),
            "{shown}"
        );
    }
    for line in ["Sec-Fetch-Dest: document", "Accept: */*"] {
        let scene = scene(LONG);
        assert_eq!(status(&get_with(&scene, target, line)), "200", "{line}");
        let error = scene.end().expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::ConsentDenied);
    }
}
