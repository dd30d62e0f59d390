//! `peers work NAME TIMES`, `peers exchange NAME ADDRESS TIMES`, `peers wall PAIRS`, `peers memory
//! TASKS PAIRS`, `peers crowd`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| -> u32 { text.parse().expect("a number") };
    match args[..] {
        ["work", name, times] => match bench::find(&[peers::WORKS], name) {
            Some(work) => work(number(times)),
            None => return unknown(name),
        },
        ["exchange", name, address, times] => {
            let mut all = peers::exchange::EXCHANGES.iter();
            match all.find(|(own, _)| *own == name) {
                Some((_, exchange)) => exchange(address, number(times)),
                None => return unknown(name),
            }
        }
        ["wall", pairs] => peers::wall::ratios(number(pairs) as usize),
        ["memory", tasks, pairs] => {
            peers::memory::ratios(number(tasks) as usize, number(pairs) as usize)
        }
        ["crowd"] => peers::crowd::run(),
        _ => return unknown(&args.join(" ")),
    }
    ExitCode::SUCCESS
}

fn unknown(what: &str) -> ExitCode {
    eprintln!("unknown command `{what}`");
    ExitCode::from(2)
}
