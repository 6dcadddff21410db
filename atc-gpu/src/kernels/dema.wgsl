// DEMA: 2*e1 - e2, e1 the EMA of the source, e2 the EMA of e1. It starts from the first value of
// e1, or (variant) from the mean of the first L of them. Twin: twin/dema.rs.

fn seed(x: real, bar: u32) {
    for (var k = 0u; k < 9u; k++) {
        let first = shape.lines[k].length - 1u;
        if bar == first {
            recursive[k] = (recursive[k] + x) / numbers.lines[k].length;
        }
        if bar == shape.lines[k].first {
            let e = exponential(recursive[k], x, numbers.lines[k].factor, bar, first);
            let n = select(ONE, numbers.lines[k].length, shape.variant == 1u);
            second[k] = (second[k] + e) / n;
        }
    }
}

fn averages_at(j: u32, bar: u32, x: real) {
    for (var k = 0u; k < 9u; k++) {
        let factor = numbers.lines[k].factor;
        let first = shape.lines[k].length - 1u;
        let e = exponential(recursive[k], x, factor, bar, first);
        let smoothed = exponential(second[k], e, factor, bar, shape.lines[k].first);
        second[k] = select(second[k], smoothed, bar >= first);
        recursive[k] = e;
        averages[k] = (e + e) - second[k];
    }
}
