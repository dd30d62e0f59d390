//! Observations in other formats.

use api_inat::{
    jiff::{Timestamp, civil::date},
    v0::observations::{Export, Format, OrderBy},
    v1::observations::Order,
};

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let moment = Timestamp::from_second(1_780_000_000).expect("a moment");
    list.add_bytes(
        Export::new(Format::Csv)
            .q("blue")
            .page(2)
            .per_page(200)
            .order_by(OrderBy::DateAdded)
            .order(Order::Asc)
            .license("CC-BY")
            .photo_license("CC-BY-NC")
            .taxon_id(9)
            .taxon_name("Aves")
            .quality_grade("research")
            .out_of_range(true)
            .on("2026-06")
            .year(2026)
            .month(6)
            .day(1)
            .d1(date(2026, 1, 1))
            .d2(date(2026, 12, 31))
            .m1(3)
            .m2(9)
            .h1(0)
            .h2(23)
            .swlat(46.0)
            .swlng(7.0)
            .nelat(47.0)
            .nelng(8.0)
            .list_id(5)
            .updated_since(moment)
            .extra("fields")
            .param("has[]", "photos"),
        b"id,species_guess\n1,Lynx\n".to_vec(),
        |page| assert_eq!(page.text(), Ok("id,species_guess\n1,Lynx\n")),
    );
}
