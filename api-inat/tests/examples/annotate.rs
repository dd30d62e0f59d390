//! `inat-annotate`: annotates each line once, in any number of runs.

use std::fs;

use auth_testkit::{Fault, Matching};

use crate::{everywhere, run};

#[test]
fn annotate_does_each_line_once() {
    everywhere(|scene| {
        let server = &scene.server;
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list.csv");
        let start = |rows: &str, well| {
            fs::write(&list, rows).expect("written");
            run(scene.example("annotate", folder.path()).arg(&list), well)
        };
        let writes = || {
            let requests = server.requests();
            let posts = requests
                .requests()
                .iter()
                .filter(|one| one.path == "/v1/annotations");
            posts.count()
        };
        let id = api_inat::testkit::observation_id;
        let row = |place, value| format!("{},1,{value}\n", id(place));

        // Nothing is sent if the file is invalid.
        let (_, err) = start(&format!("{}{},1\n", row(0, 2), id(1)), false);
        assert!(
            err.contains("line 2:") && err.contains("nothing was sent"),
            "{err}"
        );
        assert_eq!(server.requests().total(), 0);

        // The third request fails: a lasting rate limit.
        let all: String = (0..6).map(|place| row(place, 2)).collect();
        let all = format!("observation_id,attribute_id,value_id\n{all}");
        let on = || Matching::Path("/v1/annotations".into());
        server.faults().times(2, on(), Fault::Status201);
        server
            .faults()
            .always(on(), Fault::TooManyRequests { retry_after: None });
        let (out, err) = start(&all, false);
        assert_eq!(
            out,
            "2 annotated, 0 already there, 0 refused, 4 not tried\n"
        );
        assert!(
            err.contains("too many requests") && err.contains("start again"),
            "{err}"
        );

        // The next response is lost: the request is not sent again blindly.
        server.faults().clear();
        server.faults().next(on(), Fault::LostResponse);
        let (out, err) = start(&all, false);
        assert_eq!(
            out,
            "0 annotated, 2 already there, 0 refused, 4 not tried\n"
        );
        assert!(err.contains("check whether it took effect"), "{err}");

        let before = writes();
        let (out, _) = start(&all, true);
        assert_eq!(
            out,
            "3 annotated, 3 already there, 0 refused, 0 not tried\n"
        );
        assert_eq!(writes() - before, 3);

        // A refused line does not stop the others.
        let (out, err) = start(&format!("7,1,2\n{}{}", row(0, 2), row(7, 3)), false);
        assert_eq!(
            out,
            "1 annotated, 1 already there, 1 refused, 0 not tried\n"
        );
        assert!(
            err.contains("line 1: iNaturalist has no observation 7"),
            "{err}"
        );
    });
}
