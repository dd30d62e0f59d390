//! The program that `cargo xtask bench` starts: one part of the measurements at a time, in a
//! process of its own.

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use bench::{
    WORKS, crowd, exchange, export, find, inat, line, memory, observations, pages, pairs, rate,
    renewal, send,
    serve::{self, Served},
    storm, waiters,
};

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
        ["serve", delay] => serve::run(Served::token(milliseconds(delay))).expect("a port"),
        ["serve-file", file, delay] => {
            serve::run(Served::page(&line::body(file), milliseconds(delay))).expect("a port")
        }
        ["send", side, origin, callers, each] => {
            let load = send::Load {
                callers: number(callers),
                each: number(each),
            };
            match send::side(send::SIDES, side) {
                Some(side) => side(origin)(load),
                None => return unknown(side),
            }
        }
        ["pairs", ours, bare, delay, callers, each, pairs] => {
            let load = send::Load {
                callers: number(callers),
                each: number(each),
            };
            match [ours, bare].map(|name| send::side(send::SIDES, name)) {
                [Some(one), Some(other)] => {
                    let sides = [(ours, one), (bare, other)];
                    pairs::run(sides, "http", delay, load, number(pairs));
                }
                _ => return unknown(&args.join(" ")),
            }
        }
        ["fill", folder, accounts] => renewal::fill(Path::new(folder), number(accounts) as usize),
        ["renew", folder, address, first, times] => {
            let (first, times) = (number(first) as usize, number(times) as usize);
            renewal::renew(Path::new(folder), address, first, times);
        }
        ["line-page", kind, file] => line::write(kind, file),
        ["proxy", address, rate] => line::proxy(address, number(rate)).expect("a port"),
        ["fetch", origin] => println!(
            "page {:.1}",
            line::fetch(origin, http_ureq::Ureq::default())
        ),
        ["first", origin] => line::first(origin),
        ["rate", processes, callers, each] => {
            let [processes, callers, each] =
                [processes, callers, each].map(|text| number(text) as usize);
            rate::run(processes, callers, each);
        }
        ["sender", callers, each, place, folder] => {
            let (callers, each) = (number(callers) as usize, number(each) as usize);
            rate::sender(callers, each, place, Path::new(folder));
        }
        ["storm", folder, address, accounts] => {
            storm::run(Path::new(folder), address, number(accounts) as usize);
        }
        ["cancel", count] => waiters::cancel(number(count) as usize),
        ["export", address] => export::run(address),
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

fn milliseconds(text: &str) -> Duration {
    Duration::from_millis(text.parse().expect("a number"))
}

fn unknown(what: &str) -> ExitCode {
    eprintln!("unknown command `{what}`");
    ExitCode::from(2)
}
