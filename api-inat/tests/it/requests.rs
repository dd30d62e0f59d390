//! What the operations send: path, query and policy.

use api_inat::{
    IdList,
    jiff::{Timestamp, civil::date},
    model::{Geoprivacy, QualityGrade},
    observations::{Get, Order, OrderBy, Search},
    users::Me,
};
use auth_core::{Access, BaseUrl, ErrorKind, Operation, RetrySafety};

use crate::sent;

#[test]
fn which_api_and_how() {
    let check = |policy: auth_core::CallPolicy, access| {
        assert_eq!(policy.api(), "v1");
        assert_eq!(policy.access(), access);
        assert_eq!(policy.retry(), RetrySafety::Safe);
        assert!(!policy.limits().is_secret());
    };
    check(Me::new().policy(), Access::Required);
    check(
        Me::new().of::<serde_json::Value>().policy(),
        Access::Required,
    );
    check(Get::new(1).policy(), Access::Optional);
    check(Search::new().policy(), Access::Optional);
}

#[test]
fn me() {
    assert_eq!(sent(&Me::new()), "/v1/users/me");
    assert_eq!(sent(&Me::new().of::<serde_json::Value>()), "/v1/users/me");
}

#[test]
fn by_id() {
    let check = |ids: IdList, expect: &str| assert_eq!(sent(&Get::new(ids)), expect);
    check(7.into(), "/v1/observations/7");
    check([7, 9].into(), "/v1/observations/7,9");
    let many: Vec<u64> = (1..=31).collect();
    let list = IdList::from(many.clone()).to_string();
    check(many.into(), &format!("/v1/observations/{list}?per_page=31"));
    let refused = |ids: IdList| {
        let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
        let error = Get::new(ids).request(&base).expect_err("does not leave");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.help().is_some(), "{error}");
    };
    refused(IdList::default());
    refused((1..=201).collect());
    refused((1..=201).into());
}

#[test]
fn ranges() {
    let check = |search: Search, expect: &str| {
        assert_eq!(sent(&search), format!("/v1/observations?{expect}"));
    };
    check(Search::new().month(4..=6), "month=4,5,6");
    check(
        Search::new().month(4..=4).hour(22..=23),
        "month=4&hour=22,23",
    );
    check(
        Search::new().id(u64::MAX - 1..=u64::MAX),
        "id=18446744073709551614,18446744073709551615",
    );
    check(Search::new().q("6..=4"), "q=6..%3D4");
    assert_eq!(sent(&Get::new(7..=9)), "/v1/observations/7,8,9");
    assert_eq!(IdList::from(1..=500).as_slice().len(), 500);

    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let refused = |operation: &dyn Fn() -> Result<auth_core::Request, auth_core::Error>| {
        let error = operation().expect_err("does not leave");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains("range"), "{error}");
        assert!(error.help().is_some(), "{error}");
    };
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let backwards = 6..=4;
    for range in [backwards, 0..=u64::MAX, 1..=501] {
        refused(&|| Search::new().month(range.clone()).request(&base));
        refused(&|| Get::new(range.clone()).request(&base));
        // Also in a stored cursor.
        let text = Search::new().id(range.clone()).to_text();
        refused(&|| Search::from_text(&text)?.request(&base));
    }
}

#[test]
fn searches() {
    let check = |search: Search, expect: &str| {
        assert_eq!(sent(&search), format!("/v1/observations?{expect}"));
    };
    check(Search::new().page(1), "page=1");
    check(
        Search::new().user_login("me").per_page(50),
        "user_login=me&per_page=50",
    );
    check(
        Search::new().user_id(12).taxon_id([1, 2]).id(vec![3, 4]),
        "user_id=12&taxon_id=1,2&id=3,4",
    );
    check(
        Search::new()
            .taxon_name("Käfer & Co")
            .place_id(6_753)
            .project_id("my-project"),
        "taxon_name=K%C3%A4fer%20%26%20Co&place_id=6753&project_id=my-project",
    );
    check(
        Search::new()
            .quality_grade(QualityGrade::NeedsId)
            .geoprivacy(Geoprivacy::ObscuredPrivate)
            .verifiable(true)
            .photos(false),
        "quality_grade=needs_id&geoprivacy=obscured_private&verifiable=true&photos=false",
    );
    check(
        Search::new()
            .d1(date(2026, 1, 1))
            .d2(date(2026, 12, 31))
            .created_d1(
                "2026-01-02T03:04:05+01:00"
                    .parse::<Timestamp>()
                    .expect("a moment"),
            )
            .observed_on(date(2026, 2, 1)),
        "d1=2026-01-01&d2=2026-12-31&created_d1=2026-01-02T02:04:05%2B00:00&observed_on=2026-02-01",
    );
    check(
        Search::new().lat(46.5).lng(-7.25).radius(10.0),
        "lat=46.5&lng=-7.25&radius=10",
    );
    check(
        Search::new().id_above(5).id_below(9).q("x").only_id(true),
        "id_above=5&id_below=9&q=x&only_id=true",
    );
    check(
        Search::new().param("acc_below", 100).param("a b", "c"),
        "acc_below=100&a%20b=c",
    );
    check(
        Search::new().per_page(10).user_login("a").per_page(20),
        "per_page=20&user_login=a",
    );
    check(Search::new().order(Order::Desc), "order=desc");
    // As wide as the service: logins and numbers, one or several.
    check(
        Search::new()
            .ident_user_id(["alice", "2"])
            .unobserved_by_user_id("bob")
            .not_user_id([1, 2]),
        "ident_user_id=alice,2&unobserved_by_user_id=bob&not_user_id=1,2",
    );
    check(
        Search::new()
            .observation_field("Host plant", "")
            .observation_field("pH", 6.5),
        "field:Host%20plant=&field:pH=6.5",
    );
    check(
        Search::new().order_by(OrderBy::ObservedOn).page(2),
        "order_by=observed_on&page=2",
    );
    check(
        Search::new().order_by(OrderBy::from("brand_new")),
        "order_by=brand_new",
    );
}

#[test]
fn requests_that_do_not_leave() {
    let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
    let check = |search: Search, setting: &str, words: &str| {
        let error = search.request(&base).expect_err(words);
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(error.setting(), Some(setting), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check(
        Search::new().per_page(200).page(51),
        "page, per_page",
        "order by id",
    );
    check(Search::new().page(334), "page, per_page", "10,000");
    check(Search::new().page(u64::MAX), "page, per_page", "10,000");
    check(
        Search::new().param("per_page", "many"),
        "per_page",
        "must be an integer",
    );
    assert!(Search::new().per_page(200).page(50).request(&base).is_ok());
    // The service takes a larger page down to its largest.
    let many = Search::new().per_page(500).page(50).request(&base);
    let many = many.expect("a request");
    assert_eq!(many.uri().query(), Some("per_page=200&page=50"));
}

#[test]
fn an_operation_shows_what_it_asks() {
    let shown = format!("{:?}", Search::new().user_login("me"));
    assert!(shown.contains("/observations?user_login=me"), "{shown}");
    let copy = Search::new().user_login("me").of::<serde_json::Value>();
    assert_eq!(sent(&copy.clone()), sent(&copy));
}

#[test]
fn a_write_with_a_uuid_repeats_unless_disabled() {
    use api_inat::{Upload, observation_photos, observation_sounds, observations, sounds, v2};
    let check = |with: auth_core::CallPolicy, without: auth_core::CallPolicy| {
        assert_eq!(with.retry(), RetrySafety::Idempotent);
        assert_eq!(without.retry(), RetrySafety::IfNotSent);
    };
    macro_rules! check_all {
        ($($create:expr),*) => {
            $(check($create.policy(), $create.without_repeat().policy());)*
        };
    }
    let file = || Upload::path("x.jpg");
    check_all!(
        observations::Create::new(),
        v2::observations::Create::new(),
        observation_photos::Create::new(file(), 7),
        observation_sounds::Create::new(file(), 7),
        sounds::Create::new(file()).uuid("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    );
}

#[test]
fn taxa_that_are_not_active() {
    use api_inat::taxa::{Autocomplete, IsActive, Search};
    let query = |operation: &dyn Fn(&BaseUrl) -> http::Uri| {
        let base = BaseUrl::parse("https://api.example.org/v1").expect("a base");
        operation(&base).query().expect("a query").to_owned()
    };
    let search = |active: IsActive| {
        query(&|base| {
            let request = Search::new().is_active(active.clone()).request(base);
            request.expect("a request").uri().clone()
        })
    };
    assert_eq!(search(true.into()), "is_active=true");
    assert_eq!(search(false.into()), "is_active=false");
    assert_eq!(search(IsActive::Any), "is_active=any");
    let found = query(&|base| {
        let request = Autocomplete::new("a").is_active("any").request(base);
        request.expect("a request").uri().clone()
    });
    assert_eq!(found, "q=a&is_active=any");
}
