//! `allocations`: the allocations of one run of each work, and what stays in memory; one line each.

use bench::{floor, memory, ours, space};

fn main() {
    let works = ours::WORKS.iter().chain(floor::WORKS).chain(memory::WORKS);
    for (name, work) in works {
        // What a setup takes differs by a little; over a thousand runs that is nothing.
        let count = |times| allocation_counter::measure(|| work(times)).count_total as f64;
        println!("{name} {:.1}", ((count(1001) - count(1)) / 1000.0).max(0.0));
    }
    let held = |work: &mut dyn FnMut()| allocation_counter::measure(work).bytes_current as f64;
    let (mut sessions, mut tokens) = (None, None);
    let sessions = held(&mut || sessions = Some(space::sessions()));
    let tokens = held(&mut || tokens = Some(space::tokens()));
    println!(
        "account-bytes {:.0}",
        (sessions - tokens) / space::ACCOUNTS as f64
    );
    for pages in [100, 10_000] {
        let most = allocation_counter::measure(|| assert_eq!(space::pages(pages), 200 * pages));
        println!("pages-{pages} {}", most.bytes_max);
    }
}
