// One step of exponential smoothing: a sum up to bar `first`, whose mean over `n` values is the
// seed, and recursive from there. Twin: twin/exponential.rs.

fn exponential(before: real, x: real, k: u32, bar: u32, first: u32, n: real) -> real {
    if bar < first {
        return before + x;
    }
    if bar == first {
        return (before + x) / n;
    }
    return before + numbers.factor[k] * (x - before);
}
