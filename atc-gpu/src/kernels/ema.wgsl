// EMA: e = e + 2/(L+1) * (x - e), from the mean of the first L values. Twin: twin/ema.rs.

fn averages_at(j: u32, bar: u32) {
    let x = source_at(j, 0u);
    for (var k = 0u; k < 9u; k++) {
        recursive[k] = exponential(recursive[k], x, k, bar, shape.lengths[k] - 1u, numbers.length[k]);
        averages[k] = recursive[k];
    }
}
