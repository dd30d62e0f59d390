//! `allocations GROUP`: what one run of each work allocates, or what stays in memory; one line
//! each.

use std::env;

use allocation_counter::measure;
use bench::{Work, floor, memory, ours, pages, space};

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["values"] => works(ours::WORKS.iter().chain(floor::WORKS)),
        ["memory"] => works(memory::WORKS.iter()),
        ["page", kind, file] => {
            let count = |times| measure(|| pages::read(kind, file, times)).count_total;
            println!("page-{kind} {}", count(1) - count(0));
        }
        ["space"] => in_memory(),
        _ => panic!("usage: allocations values|memory|page KIND FILE|space"),
    }
}

fn works<'w>(works: impl Iterator<Item = &'w Work>) {
    for (name, work) in works {
        // A setup varies by a few allocations; over a thousand runs they do not count.
        let count = |times| measure(|| work(times)).count_total as f64;
        println!("{name} {:.1}", ((count(1001) - count(1)) / 1000.0).max(0.0));
    }
}

fn in_memory() {
    let bytes_of = |work: &mut dyn FnMut()| measure(work).bytes_current as f64;
    let (mut sessions, mut tokens) = (None, None);
    let sessions = bytes_of(&mut || sessions = Some(space::sessions()));
    let tokens = bytes_of(&mut || tokens = Some(space::tokens()));
    println!(
        "account {:.0}",
        (sessions - tokens) / space::ACCOUNTS as f64
    );
    for pages in [100, 10_000] {
        let most = measure(|| assert_eq!(space::pages(pages), 200 * pages));
        println!("pages-{pages} {}", most.bytes_max);
    }
}
