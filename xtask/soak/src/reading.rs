//! What a process uses, as Linux counts it: memory, open handles, threads, processor time.

use std::fs;

use crate::Stop;

/// What one process uses at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Bytes on its heap, by its own count.
    pub(super) heap: u64,
    /// Private memory in use, in KiB: allocated and touched. Pages of the program's file do not
    /// count; they are loaded when its code runs for the first time.
    pub(super) own_kib: u64,
    /// All memory in use, with those pages.
    pub(super) all_kib: u64,
    pub(super) handles: usize,
    pub(super) threads: usize,
    /// Processor time in hundredths of a second.
    pub(super) ticks: u64,
}

impl Reading {
    /// Reads the process with this id.
    pub(super) fn of(id: u32) -> Result<Self, Stop> {
        let path = format!("/proc/{id}");
        let missing = |error| Stop::Missing(format!("{path}: {error}; soak needs Linux's /proc"));
        let count = |name: &str| -> Result<usize, Stop> {
            let entries = fs::read_dir(format!("{path}/{name}"));
            Ok(entries.map_err(missing)?.count())
        };
        let status = fs::read_to_string(format!("{path}/status")).map_err(missing)?;
        let times = fs::read_to_string(format!("{path}/stat")).map_err(missing)?;
        Ok(Self {
            heap: 0,
            own_kib: kib(&status, "RssAnon:"),
            all_kib: kib(&status, "VmRSS:"),
            handles: count("fd")?,
            threads: count("task")?,
            ticks: ticks(&times),
        })
    }

    /// Whether handles and threads are the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        (self.handles, self.threads) == (other.handles, other.threads)
    }
}

fn kib(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// `utime` and `stime`, fields 14 and 15. Field 2 is a name that may contain spaces and
/// parentheses.
fn ticks(stat: &str) -> u64 {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields = rest.split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// The median.
pub(super) fn median(numbers: impl IntoIterator<Item = u64>) -> u64 {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files_are_parsed() {
        let status = "Name:\ta\nVmRSS:\t   12345 kB\nRssAnon:\t    6789 kB\n";
        assert_eq!(
            (kib(status, "VmRSS:"), kib(status, "RssAnon:")),
            (12_345, 6789)
        );
        assert_eq!(kib(status, "VmSwap:"), 0);
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 500 0 0 0 25 17 0 0 20 0 1 0 100";
        assert_eq!(ticks(stat), 42);
    }

    #[test]
    fn medians() {
        let check = |of: &[u64], expect| assert_eq!(median(of.iter().copied()), expect);
        check(&[], 0);
        check(&[5], 5);
        check(&[9, 1, 5], 5);
        check(&[1, 2, 3, 4], 3);
    }
}
