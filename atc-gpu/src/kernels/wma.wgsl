// WMA: 2W / (L(L+1)). Twin: twin/wma.rs.

const WEIGHTED: bool = true;

fn input(x: real, before: real) -> real {
    return x;
}

fn averages_at(j: u32, bar: u32, x: real) {
    window(j, bar, x);
    for (var k = 0u; k < 9u; k++) {
        let weighted = weighted_sum(shape.lines[k].length, numbers.lines[k].length);
        averages[k] = weighted * numbers.lines[k].scale;
    }
}
