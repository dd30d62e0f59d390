//! Photos: upload and download.

use api_inat::{
    model::Photo,
    v1::photos::{Create, Download, Size, Update},
};
use serde_json::json;

use crate::{samples::photo, sendings::Sendings};

pub(crate) fn all(list: &mut Sendings) {
    list.add(Create::new(photo()), json!({"id": 5}), |photo| {
        assert_eq!(photo.id, 5)
    });
    list.add(
        Update::new(5).field("license", 4),
        json!({"id": 5}),
        |photo| assert_eq!(photo.id, 5),
    );
    downloads(list);
}

fn downloads(list: &mut Sendings) {
    let photo = |url: &str| {
        let record = json!({"id": 5, "url": url});
        serde_json::from_value::<Photo>(record).expect("a record")
    };
    let open = photo("https://inaturalist-open-data.s3.amazonaws.com/photos/5/square.jpg");
    let closed = photo("https://static.inaturalist.org/photos/5/square.jpg?99");
    for photo in [open, closed] {
        let download = Download::photo(&photo, Size::Original).expect("a URL");
        let bytes = b"\xFF\xD8\xFF not text".to_vec();
        list.add_bytes(download, bytes.clone(), move |read| assert_eq!(read, bytes));
    }
}
