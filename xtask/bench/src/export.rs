//! An export: it works on each page of a list while the next one is on its way.

use std::{
    thread,
    time::{Duration, Instant},
};

use auth_flows::Client;
use http_ureq::Ureq;
use keystore::Memory;

use crate::{sessions, space::Numbers};

/// The pages of the list.
const PAGES: usize = 50;

/// What the program does with each page; the server takes as long for one.
pub const WORK: Duration = Duration::from_millis(50);

/// Prints the milliseconds of 50 pages.
///
/// # Panics
///
/// If a page does not come.
pub fn run(address: &str) {
    let service = sessions::service(address);
    let client = Client::new(service, Ureq::default(), Memory::new());
    let began = Instant::now();
    let pages = client.anonymous().pages(Numbers::first_of(PAGES));
    for page in pages.prefetch() {
        assert!(!page.expect("a page").is_empty());
        thread::sleep(WORK);
    }
    println!("pages {:.1}", began.elapsed().as_secs_f64() * 1e3);
}
