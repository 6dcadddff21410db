// SMA: S / L, which a variant has in the place of the HMA. Twin: twin/sma.rs.

const WEIGHTED: bool = false;

fn input(x: real, before: real) -> real {
    return x;
}

fn averages_at(j: u32, bar: u32, x: real) {
    window(j, bar, x);
    for (var k = 0u; k < 9u; k++) {
        averages[k] = plain_sum(shape.lines[k].length) * numbers.lines[k].inverse;
    }
}
