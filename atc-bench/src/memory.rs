//! The most memory the process had in use.

use std::fs;

/// Forgets the highest use so far, so that [`peak`] tells what came after.
///
/// Whether that worked: only Linux can.
pub fn reset_peak() -> bool {
    fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The most resident memory of this process since [`reset_peak`], in bytes (`VmHWM`).
///
/// It counts the process: the market, the program, and what the allocator keeps for later as well as
/// the results. Cells of one workload can be compared; the figure is no lower bound of what a
/// computation needs.
pub fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(1024 * kib)
}
