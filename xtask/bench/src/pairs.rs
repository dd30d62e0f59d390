//! Processor time of a request, ours beside the bare client: both in one process, in short blocks
//! that alternate, so that a busy machine slows down both.
//!
//! All runs on one processor, the servers too. Left to the scheduler, a client that happens to share
//! the processor with its server takes a third of one that has to wake up another, for as long as the
//! run lasts.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use rustix::{
    thread::{CpuSet, sched_getcpu, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

use crate::{
    memory::median,
    send::{Load, Sender, Side},
};

/// Prints for each side its name, processor microseconds of a request and its connections; then the
/// median of the ratios of the pairs of blocks.
///
/// # Panics
///
/// If a request fails.
pub fn run(sides: [(&str, Side); 2], scheme: &str, delay: &str, load: Load, pairs: u32) {
    let mut here = CpuSet::new();
    here.set(sched_getcpu());
    sched_setaffinity(None, &here).expect("this processor");
    let servers = [(); 2].map(|()| Server::start(delay));
    let start = |place: usize| sides[place].1(&format!("{scheme}://{}", servers[place].address));
    let senders = [start(0), start(1)];
    let micros = |sender: &Sender, load: Load| {
        let before = processor();
        sender(load);
        (processor() - before) * 1e6 / f64::from(load.callers * load.each)
    };
    let mut rounds = Vec::new();
    for round in 0..=pairs {
        let mut both = [0.0; 2];
        // Which one is first alternates; the first pair connects and does not count.
        for place in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            both[place] = micros(&senders[place], load);
        }
        if round > 0 {
            rounds.push(both);
        }
    }
    drop(senders);
    for (place, ((name, _), server)) in sides.iter().zip(servers).enumerate() {
        let micros = median(rounds.iter().map(|both| both[place]).collect());
        println!("{name} {micros:.3} {}", server.connections());
    }
    let ratio = median(rounds.iter().map(|[ours, bare]| ours / bare).collect());
    println!("ratio {ratio:.4}");
}

/// Seconds of processor time of this process, all its threads included.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// This program as a server, on the same processor.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(delay: &str) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args(["serve", delay]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a process");
        let address = line(&mut process);
        Self { process, address }
    }

    /// Ends it, and returns how many connections it had.
    fn connections(mut self) -> String {
        drop(self.process.stdin.take());
        let counted = line(&mut self.process);
        self.process.wait().expect("an end");
        let connections = counted.split(' ').next();
        connections.unwrap_or_default().to_owned()
    }
}

/// The next line of a program that writes one at a time.
fn line(process: &mut Child) -> String {
    let mut line = String::new();
    let out = process.stdout.as_mut().expect("it is a pipe");
    BufReader::new(out).read_line(&mut line).expect("a line");
    line.trim().to_owned()
}
