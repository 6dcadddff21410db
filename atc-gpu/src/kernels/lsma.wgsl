// LSMA: the least-squares line over the window, a*W + b*S. Twin: twin/lsma.rs.

fn input_at(j: u32, back: u32) -> real {
    return source_at(j, back);
}

fn averages_at(j: u32, bar: u32) {
    let q = window(j, true);
    for (var k = 0u; k < 9u; k++) {
        let weighted = weighted_sum(shape.lengths[k], numbers.length[k], q);
        let sum = plain_sum(shape.lengths[k], q);
        averages[k] = weighted * numbers.of_weighted[k] + sum * numbers.of_sum[k];
    }
}
