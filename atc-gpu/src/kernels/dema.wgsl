// DEMA: 2*e1 - e2, e1 the EMA of the source, e2 the EMA of e1. It starts from the first value of
// e1, or (variant) from the mean of the first L of them. Twin: twin/dema.rs.

fn averages_at(j: u32, bar: u32) {
    let x = source_at(j, 0u);
    for (var k = 0u; k < 9u; k++) {
        let begin = shape.lengths[k] - 1u;
        let e = exponential(recursive[k], x, k, bar, begin, numbers.length[k]);
        recursive[k] = e;
        if bar >= begin {
            let n = select(ONE, numbers.length[k], shape.variant == 1u);
            second[k] = exponential(second[k], e, k, bar, shape.first[k], n);
        }
        averages[k] = (e + e) - second[k];
    }
}
