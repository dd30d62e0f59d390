//! `peer-allocations`: the allocations of one run of each work, one line each.

fn main() {
    for (name, work) in peers::WORKS {
        let count = |times| allocation_counter::measure(|| work(times)).count_total;
        println!("{name} {}", (count(101) - count(1)) as f64 / 100.0);
    }
}
