//! The program that `cargo xtask bench` starts: one part of the measurements at a time, in a
//! process of its own.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use bench::{WORKS, crowd, exchange, find, inat, memory, observations, pages, serve};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| -> u32 { text.parse().expect("a number") };
    match args[..] {
        ["work", name, times] => match find(WORKS, name) {
            Some(work) => work(number(times)),
            None => return unknown(name),
        },
        ["exchange", name, address, times] => {
            let mut all = exchange::EXCHANGES.iter();
            match all.find(|(own, _)| *own == name) {
                Some((_, exchange)) => exchange(address, number(times)),
                None => return unknown(name),
            }
        }
        ["serve"] => serve::run().expect("a port"),
        ["inat"] => inat::run().expect("a port"),
        ["memory", threads, pairs] => {
            memory::ratios(number(threads) as usize, number(pairs) as usize)
        }
        ["crowd"] => crowd::run(),
        ["process", address, place, folder] => crowd::process(address, place, Path::new(folder)),
        ["time-page", kind, file] => pages::time(kind, Path::new(file)),
        ["observations", pairs] => observations::ratios(number(pairs) as usize),
        ["page", file] => pages::write(file),
        ["read-page", kind, file, times] => pages::read(kind, file, number(times)),
        _ => return unknown(&args.join(" ")),
    }
    ExitCode::SUCCESS
}

fn unknown(what: &str) -> ExitCode {
    eprintln!("unknown command `{what}`");
    ExitCode::from(2)
}
