// EMA: e = e + 2/(L+1) * (x - e), from the mean of the first L values. Twin: twin/ema.rs.

fn seed(x: real, bar: u32) {
    for (var k = 0u; k < 9u; k++) {
        if bar == shape.lines[k].first {
            recursive[k] = (recursive[k] + x) / numbers.lines[k].length;
        }
    }
}

fn averages_at(j: u32, bar: u32, x: real) {
    for (var k = 0u; k < 9u; k++) {
        let factor = numbers.lines[k].factor;
        recursive[k] = exponential(recursive[k], x, factor, bar, shape.lines[k].first);
        averages[k] = recursive[k];
    }
}
