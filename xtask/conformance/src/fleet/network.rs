//! A host of its own with cables to the engine and to the token endpoint, which are cut and healed.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use support::servers::finished;

use super::engine::{Engine, EngineKind, LEASE};
use super::scene::{Scene, may_be_tried_again, stopped_at_each_step};
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Failure, Report};

/// The addresses of all cables: the range of RFC 2544 for tests of networks.
pub(super) const SUBNETS: &str = "198.18.0.0/15";
/// How many cables have an address of their own there.
const CABLES: u32 = 1 << 15;
/// Where servers of tests listen.
const TOKEN_ADDRESS: &str = "127.0.0.1";
/// Where engines listen too.
pub(super) const ENGINE_ADDRESS: &str = "127.0.0.2";
/// How long a cable is cut: another host may take an unconfirmed lease meanwhile.
const CUT: Duration = LEASE.saturating_add(Duration::from_secs(1));

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    for (name, address) in [
        (
            "cut off from the engine at each step: 1 renewal",
            ENGINE_ADDRESS,
        ),
        ("cut off from the token endpoint: 1 renewal", TOKEN_ADDRESS),
    ] {
        report.single(name, || cut(&engine, address));
    }
    Ok(())
}

/// The holder loses a cable in the middle of a renewal, while another host calls.
fn cut(engine: &Engine, address: &'static str) -> CheckResult {
    let host = Host::new()?;
    let url = engine.url().replace(TOKEN_ADDRESS, ENGINE_ADDRESS);
    let scene = |namespace: &str| Ok(Scene::at(&url, namespace)?.with_holder_under(host.command()));
    let holders = stopped_at_each_step(engine, scene)?;
    host.set(address, "down")?;
    let mut pairs = Vec::new();
    for holder in holders {
        holder.worker.go_on()?;
        let mut other = holder.scene.start.spawn()?;
        other.tell("call")?;
        pairs.push((holder, other));
    }
    thread::sleep(CUT);
    let mut silent = 0;
    for (holder, _) in &mut pairs {
        silent += usize::from(holder.is_silent()?);
    }
    let all = pairs.len();
    ensure(
        silent * 2 > all,
        format!("the cable is not cut: {silent} of {all} holders wait for it"),
    )?;
    host.set(address, "up")?;
    each(pairs, |(holder, mut other)| {
        let late = other.reply()?;
        ensure(may_be_tried_again(&late), format!("the other: {late:?}"))?;
        holder.goes_on()
    })
}

/// A network namespace with two cables into ours. Our own loopback is at their other end: the
/// addresses of the token endpoint and of the engine are the same there and here.
///
/// A process that ends with this one keeps it, and the kernel removes both with their cables: also
/// after a run that was killed.
struct Host {
    keeper: Child,
    /// The address that each cable leads to, and its end here.
    cables: Vec<(&'static str, String)>,
}

impl Host {
    fn new() -> Result<Self, Failure> {
        let mut keeper = Command::new("unshare")
            .args(["--net", "--", "sh", "-c", "echo; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = keeper.stdout.take().ok_or("no output")?;
        let mut host = Self {
            keeper,
            cables: Vec::new(),
        };
        let began = BufReader::new(output).read_line(&mut String::new())?;
        ensure(
            began == 1,
            "no network namespace could be made, which these cases require: run them as root, in a \
             container that permits `unshare --net`",
        )?;
        for (number, address) in (0..).zip([TOKEN_ADDRESS, ENGINE_ADDRESS]) {
            host.plug(number, address)?;
        }
        Ok(host)
    }

    /// Adds a cable to this address.
    fn plug(&mut self, number: u32, address: &'static str) -> CheckResult {
        let id = self.keeper.id();
        let [here, there] = ["a", "b"].map(|end| format!("fc{id}{number}{end}"));
        let first = (id * 2 + number) % CABLES * 4;
        let ip = |last: u32| {
            let [.., third, fourth] = (first + last).to_be_bytes();
            format!("198.{}.{third}.{fourth}", 18 + (first >> 16))
        };
        let (our_ip, its_ip, keeper) = (ip(1), ip(2), id.to_string());
        let add = ["link", "add", &here, "type", "veth", "peer", "name", &there];
        ip_command(&[&add[..], &["netns", &keeper]].concat())?;
        self.cables.push((address, here.clone()));
        ip_command(&["addr", "add", &format!("{our_ip}/30"), "dev", &here])?;
        ip_command(&["link", "set", &here, "up"])?;
        let localnet = |name: &str| format!("/proc/sys/net/ipv4/conf/{name}/route_localnet");
        fs::write(localnet(&here), "1")?;
        let script = format!(
            "ip addr add {its_ip}/30 dev {there} && ip link set {there} up && \
             echo 1 >{} && ip route add {address}/32 via {our_ip} dev {there}",
            localnet(&there)
        );
        let mut command = Command::new("nsenter");
        command
            .args(&self.command()[1..])
            .args(["sh", "-c", &script]);
        finished(&mut command).map(drop)
    }

    /// The beginning of a command line, whose command is on this host.
    fn command(&self) -> Vec<OsString> {
        let namespace = PathBuf::from(format!("/proc/{}/ns/net", self.keeper.id()));
        let mut of = OsString::from("--net=");
        of.push(namespace);
        vec!["nsenter".into(), of, "--".into()]
    }

    /// Cuts or heals the cable to this address: `down` or `up`. What is sent meanwhile is lost.
    fn set(&self, address: &str, state: &str) -> CheckResult {
        let cable = self.cables.iter().find(|(to, _)| *to == address);
        let (_, name) = cable.ok_or("no such cable")?;
        ip_command(&["link", "set", name, state])
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // A namespace with connections in it may remain for a while; its cables go at once.
        for (_, name) in &self.cables {
            let _gone_already = ip_command(&["link", "delete", name]);
        }
        let _ended_before = self.keeper.kill();
        let _ended_before = self.keeper.wait();
    }
}

fn ip_command(args: &[&str]) -> CheckResult {
    finished(Command::new("ip").args(args)).map(drop)
}
